import type { LookupAddress } from "node:dns"
import { once } from "node:events"
import type { LookupFunction } from "node:net"
import { gzipSync } from "node:zlib"
import { expect, it } from "vitest"
import type { FetchPublicOptions } from "../src/index.ts"
import { fetchPublic, isPrivateHost, TransportError } from "../src/index.ts"
import { failureOf, serve, serveRaw, signal } from "./servers.ts"

/** A name server that gives these answers, one a question, and counts the questions. */
const names = (...answers: ReadonlyArray<ReadonlyArray<string>>) => {
  const asked: Array<string> = []
  const lookup: LookupFunction = (host, _options, callback) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? []
    asked.push(host)
    const list: Array<LookupAddress> = answer.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))
    callback(null, list)
  }
  return { asked, lookup }
}

const codeOf = async (url: string, options: FetchPublicOptions = {}): Promise<string> => {
  const error = await failureOf(fetchPublic(url, options))
  if (!(error instanceof TransportError)) throw error
  return error.code
}

const portOf = (base: string): string => new URL(base).port

it("fetches from an allowed host: bytes, type and final URL", async () => {
  const base = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "Image/PNG; charset=x" }).end("hello")
  })
  const { bytes, mediaType, url } = await fetchPublic(`${base}/a.png?x=1`, { allow: ["127.0.0.1"] })
  expect([Buffer.from(bytes).toString(), mediaType, url]).toEqual(["hello", "image/png", `${base}/a.png?x=1`])
})

it.each([
  "http://127.0.0.1/",
  "http://127.1/",
  "http://2130706433/",
  "http://0x7f000001/",
  "http://0177.0.0.1/",
  "http://127.0.0.1./",
  "http://0/",
  "http://10.1.2.3/",
  "http://100.64.0.1/",
  "http://100.100.100.200/",
  "http://169.254.169.254/latest/meta-data/",
  "http://168.63.129.16/",
  "http://172.31.255.255/",
  "http://192.0.0.192/",
  "http://192.168.0.1/",
  "http://198.18.0.1/",
  "http://224.0.0.1/",
  "http://255.255.255.255/",
  "http://[::]/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://[::ffff:7f00:1]/",
  "http://[64:ff9b::7f00:1]/",
  "http://[64:ff9b:1::1]/",
  "http://[2002:7f00:1::]/",
  "http://[2001:0:7f00:1::]/",
  "http://[2001:db8::1]/",
  "http://[fc00::1]/",
  "http://[fd00:ec2::254]/",
  "http://[fe80::1]/",
  "http://[ff02::1]/",
])("refuses the address %s", async (url) => {
  expect(await codeOf(url)).toBe("ADDRESS_REFUSED")
  expect(isPrivateHost(url)).toBe(true)
})

it.each([
  ["ftp://example.com/x"],
  ["file:///etc/passwd"],
  ["data:text/plain,x"],
  ["http://user:secret@example.com/"],
  ["http://[fe80::1%25eth0]/"],
  ["not a url"],
])("refuses %s", async (url) => {
  const error = await failureOf(fetchPublic(url))
  expect(error).toMatchObject({ code: "INVALID_REQUEST" })
  expect(String(error)).not.toContain("secret")
})

it("public hosts are not private, and neither are names before they are looked up", () => {
  for (const url of ["https://example.com/", "http://8.8.8.8/", "http://[2606:4700::1111]/", "http://169.254.example/"])
    expect(isPrivateHost(url)).toBe(false)
  for (const url of ["http://localhost:1/", "http://a.localhost/", "http://LOCALHOST./"])
    expect(isPrivateHost(url)).toBe(true)
})

it.each([[["127.0.0.1"]], [["::1", "10.0.0.1"]], [["fe80::1%lo"]], [["::ffff:127.0.0.1"]]])(
  "refuses a name that is looked up as %s, and connects to nothing",
  async (addresses) => {
    let connections = 0
    const base = await serveRaw(() => void connections++)
    const { lookup } = names(addresses)
    expect(await codeOf(`http://photos.example:${portOf(base)}/`, { lookup })).toBe("ADDRESS_REFUSED")
    expect(connections).toBe(0)
  },
)

it("looks a name up once: the address that was checked is the one that is connected to", async () => {
  const base = await serve((_request, response) => response.end("ok"))
  const { asked, lookup } = names(["127.0.0.1"], ["10.0.0.1"])
  await fetchPublic(`http://files.example:${portOf(base)}/`, { lookup, allow: ["FILES.example"] })
  expect(asked).toEqual(["files.example"])
})

it("a name server that changes its answer between two requests gains nothing", async () => {
  const seen: Array<string> = []
  const base = await serve((request, response) => {
    seen.push(request.url ?? "")
    response.writeHead(302, { location: `http://rebound.example:${portOf(base)}/inside` }).end()
  })
  const { asked, lookup } = names(["127.0.0.1"], ["127.0.0.1"])
  const code = await codeOf(`http://first.example:${portOf(base)}/`, { lookup, allow: ["first.example"] })
  expect([code, asked, seen]).toEqual(["ADDRESS_REFUSED", ["first.example", "rebound.example"], ["/"]])
})

it("follows three redirects, each checked, and drops the headers at another origin", async () => {
  const keys: Array<string | undefined> = []
  const other = await serve((request, response) => {
    keys.push(request.headers.authorization)
    response.end("there")
  })
  const base = await serve((request, response) => {
    keys.push(request.headers.authorization)
    const step = Number(request.url?.slice(1))
    response.writeHead(307, { location: step < 2 ? `/${step + 1}` : other }).end()
  })
  const options = { allow: ["127.0.0.1"], headers: { authorization: "k" } }
  const { url } = await fetchPublic(`${base}/0`, options)
  expect([url, keys]).toEqual([`${other}/`, ["k", "k", "k", undefined]])
  expect(await codeOf(`${base}/0`, { ...options, maxRedirects: 2 })).toBe("REDIRECT_REFUSED")
})

it.each([["http://169.254.169.254/"], ["//[::1]/"], ["http://167772161/"]])(
  "refuses a redirect to %s",
  async (location) => {
    const base = await serve((_request, response) => response.writeHead(302, { location }).end())
    expect(await codeOf(base, { allow: ["127.0.0.1"] })).toBe("ADDRESS_REFUSED")
  },
)

it("refuses a redirect to a file", async () => {
  const base = await serve((_request, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end())
  expect(await codeOf(base, { allow: ["127.0.0.1"] })).toBe("INVALID_REQUEST")
})

it("stops at the size limit: announced, unannounced, and after decompression", async () => {
  const bomb = gzipSync(Buffer.alloc(1_000_000))
  const base = await serve((request, response) => {
    if (request.url === "/zip") response.writeHead(200, { "content-encoding": "gzip" }).end(bomb)
    else if (request.url === "/long") response.writeHead(200, { "content-length": "5000" }).end(Buffer.alloc(5000))
    else {
      response.writeHead(200)
      response.write(Buffer.alloc(800))
      response.end(Buffer.alloc(800))
    }
  })
  const options = { allow: ["127.0.0.1"], maxBytes: 1500 }
  for (const path of ["/zip", "/long", "/chunks"])
    expect([path, await codeOf(base + path, options)]).toEqual([path, "RESPONSE_TOO_LARGE"])
  expect(bomb.length).toBeLessThan(1500)
})

it.each([[{ maxBytes: Number.NaN }], [{ maxBytes: -1 }], [{ timeoutMs: Number.NaN }], [{ maxRedirects: Number.NaN }]])(
  "refuses the limit %o, which would be none",
  async (limits) => {
    let connections = 0
    const base = await serveRaw(() => void connections++)
    const error = await failureOf(fetchPublic(base, { allow: ["127.0.0.1"], ...limits }))
    expect(error).toMatchObject({ code: "INVALID_REQUEST" })
    expect(String(error)).toMatch(/must be a number of at least 0/)
    expect(connections).toBe(0)
  },
)

it.each([[Infinity], [2 ** 31], [2 ** 40]])(
  "a time of %d ms is longer than a timer takes, and no end",
  async (timeoutMs) => {
    const base = await serve((_request, response) => response.end("ok"))
    const { bytes } = await fetchPublic(base, { allow: ["127.0.0.1"], timeoutMs })
    expect(Buffer.from(bytes).toString()).toBe("ok")
  },
)

it("a redirect may lead to a listed host, and to no other private one", async () => {
  const inside = await serve((_request, response) => response.end("inside"))
  const base = await serve((request, response) => {
    const to = inside.replace("127.0.0.1", request.url === "/listed" ? "127.0.0.1" : "127.0.0.2")
    response.writeHead(302, { location: to }).end()
  })
  const options = { allow: ["127.0.0.1"] }
  expect(Buffer.from((await fetchPublic(`${base}/listed`, options)).bytes).toString()).toBe("inside")
  expect(await codeOf(`${base}/other`, options)).toBe("ADDRESS_REFUSED")
})

it("other statuses are errors that name the origin and not the path", async () => {
  const base = await serve((_request, response) => response.writeHead(404).end())
  const error = await failureOf(fetchPublic(`${base}/private/path`, { allow: ["127.0.0.1"] }))
  expect(error).toMatchObject({ code: "HTTP_STATUS", message: `${base}: answered 404` })
})

it("the time limit covers a body that stalls, and closes the socket", async () => {
  const closed = signal<void>()
  const base = await serve((_request, response) => {
    response.on("close", () => closed.resolve())
    response.write("some")
  })
  expect(await codeOf(base, { allow: ["127.0.0.1"], timeoutMs: 50 })).toBe("TIME_LIMIT")
  await closed.promise
})

it("an abort fails with the signal's reason and closes the socket", async () => {
  const controller = new AbortController()
  const reason = new Error("enough")
  const closed = signal<void>()
  const base = await serve((_request, response) => {
    response.on("close", () => closed.resolve())
    controller.abort(reason)
  })
  const options = { allow: ["127.0.0.1"], signal: controller.signal }
  expect(await failureOf(fetchPublic(base, options))).toBe(reason)
  await closed.promise
  expect(await failureOf(fetchPublic(base, options))).toBe(reason)
})

it("keeps no connection", async () => {
  const ended = signal<void>()
  const base = await serveRaw((socket) => {
    socket.resume()
    void once(socket, "close").then(() => ended.resolve())
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")
  })
  await fetchPublic(base, { allow: ["127.0.0.1"] })
  await ended.promise
})
