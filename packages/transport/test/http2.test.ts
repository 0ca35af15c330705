import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createSecureServer } from "node:http2"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { expect, it, onTestFinished } from "vitest"

/** A certificate made for this run only. */
const certificate = () => {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-tls-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")]
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
  const made = spawnSync("openssl", [
    ...request,
    "-addext",
    "subjectAltName=DNS:localhost",
    "-keyout",
    key,
    "-out",
    cert,
  ])
  expect(made.status).toBe(0)
  return { path: cert, key: readFileSync(key), cert: readFileSync(cert) }
}

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0

// Debian's package openssl makes the certificate; without it these are skipped, except in CI, where they fail.
it.skipIf(!hasOpenssl && process.env["CI"] === undefined).each([
  ["http2", "2.0"],
  ["http1", "1.1"],
])("speaks TLS with %s", async (protocol, version) => {
  const tls = certificate()
  const server = createSecureServer({ key: tls.key, cert: tls.cert, allowHTTP1: true }, (request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "x-version": request.httpVersion })
    response.end("data: a\n\ndata: b\n\n")
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  // Node reads extra authorities at its start only, hence a program of its own.
  const program = fileURLToPath(new URL("readOnce.ts", import.meta.url))
  const { PATH = "" } = process.env
  const arguments_ = ["--conditions=@switchyard/source", program, `https://localhost:${port}/`, protocol]
  const env = { PATH, NODE_EXTRA_CA_CERTS: tls.path }
  const child = spawn(process.execPath, arguments_, { env, stdio: ["ignore", "pipe", "inherit"] })
  expect(JSON.parse(await text(child.stdout))).toEqual({ version, data: ["a", "b"] })
})
