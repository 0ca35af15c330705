import { spawn } from "node:child_process"
import { once } from "node:events"
import type { RequestListener } from "node:http"
import { createServer, request as httpRequest } from "node:http"
import { connect } from "node:net"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"
import { failureOf, json, openTransport, serve, serveRaw, signal } from "./servers.ts"

/** A small real proxy: forwards absolute-form requests, tunnels CONNECT, and notes what it was asked for. */
const serveProxy = async (refuse = false) => {
  const asked: Array<string> = []
  const forward: RequestListener = (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (refuse) {
      response.writeHead(407).end()
      return
    }
    const { method, headers, url } = request
    const onward = httpRequest(url ?? "", { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  }
  const server = createServer(forward)
  server.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`)
    const [host, port] = (request.url ?? "").split(":")
    if (refuse) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
      return
    }
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n")
      socket.pipe(onward)
      onward.pipe(socket)
    })
    onward.on("error", () => socket.destroy())
    socket.on("error", () => onward.destroy())
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  if (typeof address !== "object" || address === null) throw new Error("the proxy has no port")
  return { url: `http://127.0.0.1:${address.port}`, asked }
}

const echo: RequestListener = (request, response) => {
  json(response, { url: request.url, authorization: request.headers.authorization })
}

/** A program of its own, since the environment belongs to a process. */
const fetchInChild = async (url: string, environment: Readonly<Record<string, string>>): Promise<string> => {
  const program = fileURLToPath(new URL("fetchOnce.ts", import.meta.url))
  const { PATH } = process.env
  const child = spawn(process.execPath, ["--conditions=@switchyard/source", program, url], {
    env: { ...(PATH === undefined ? {} : { PATH }), ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  })
  return text(child.stdout)
}

describe("proxy", () => {
  it("forwards http requests through a given proxy", async () => {
    const base = await serve(echo)
    const proxy = await serveProxy()
    const { fetch } = openTransport({ proxy: new URL(proxy.url) })
    const init = { method: "POST", body: "{}", headers: { authorization: "Bearer key" } }
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(`${base}/a`, init)).json()))
    expect(answers[19]).toEqual({ url: "/a", authorization: "Bearer key" })
    expect(proxy.asked).toEqual(Array.from({ length: 20 }, () => `POST ${base}/a`))
  })

  it("opens a CONNECT tunnel for https and sends TLS through it", async () => {
    const first = signal<number | undefined>()
    const target = await serveRaw((socket) =>
      socket.once("data", (bytes) => {
        first.resolve(bytes[0])
        socket.destroy()
      }),
    )
    const proxy = await serveProxy()
    const call = openTransport({ proxy: proxy.url }).fetch(target.replace("http:", "https:"))
    expect(await failureOf(call)).toMatchObject({ name: "TransportError" })
    // 22 is a TLS handshake record: the proxy sees no more than that.
    expect(await first.promise).toBe(22)
    expect(proxy.asked).toEqual([`CONNECT ${new URL(target).host}`])
  })

  it.each(["http", "https"])("reports a proxy that refuses: %s", async (scheme) => {
    const base = await serve(echo)
    const proxy = await serveProxy(true)
    const call = openTransport({ proxy: proxy.url }).fetch(base.replace("http:", `${scheme}:`))
    const error = await failureOf(call)
    expect(error).toMatchObject({ name: "TransportError" })
    expect(String(error)).toContain("407")
  })

  it("reads HTTP_PROXY and NO_PROXY of the environment", async () => {
    const base = await serve(echo)
    const proxy = await serveProxy()
    const other = await serveProxy()
    expect(await fetchInChild(base, { HTTP_PROXY: proxy.url })).toBe("200")
    expect(proxy.asked).toEqual([`GET ${base}/`])
    expect(await fetchInChild(base, { HTTP_PROXY: other.url, NO_PROXY: "127.0.0.1" })).toBe("200")
    expect(await fetchInChild(base, {})).toBe("200")
    expect(other.asked).toEqual([])
  })
})
