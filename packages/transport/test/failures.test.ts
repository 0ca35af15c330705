import { getEventListeners } from "node:events"
import { describe, expect, it } from "vitest"
import { readEvents, TransportError } from "../src/index.ts"
import { failureOf, openTransport, serve, serveRaw, signal } from "./servers.ts"

/** A server that answers up to a point and reports when its side of the socket closed. */
const silent = async (sends: "nothing" | "headers") => {
  const arrived = signal<void>()
  const closed = signal<number>()
  const base = await serve((request, response) => {
    request.socket.once("close", () => closed.resolve(performance.now()))
    if (sends === "headers") response.write("data: first\n\n")
    arrived.resolve()
  })
  return { base, arrived: arrived.promise, closed: closed.promise }
}

const closesSoon = async (closed: Promise<number>, since: number): Promise<void> => {
  expect((await closed) - since).toBeLessThan(50)
}

describe("abort", () => {
  it("before the call: rejects with the reason, sends nothing", async () => {
    let seen = 0
    const base = await serve((_request, response) => {
      seen++
      response.end()
    })
    const { fetch } = openTransport()
    const reason = new Error("changed my mind")
    expect(await failureOf(fetch(base, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(await failureOf(fetch(base, { signal: AbortSignal.abort() }))).toMatchObject({ name: "AbortError" })
    await (await fetch(base)).text()
    expect(seen).toBe(1)
  })

  it("while waiting for a free socket: rejects at once, and is never sent", async () => {
    const paths: Array<string> = []
    const first = signal<() => void>()
    const base = await serve((request, response) => {
      paths.push(request.url ?? "")
      if (request.url === "/first") first.resolve(() => response.end())
      else response.end()
    })
    const { fetch } = openTransport({ connections: 1 })
    const running = fetch(`${base}/first`)
    const answer = await first.promise
    const controller = new AbortController()
    const queued = failureOf(fetch(`${base}/queued`, { signal: controller.signal }))
    controller.abort()
    expect(await queued).toMatchObject({ name: "AbortError" })
    answer()
    await (await running).text()
    await (await fetch(`${base}/last`)).text()
    expect(paths).toEqual(["/first", "/last"])
  })

  it("while waiting for headers: rejects and closes the socket", async () => {
    const { base, arrived, closed } = await silent("nothing")
    const controller = new AbortController()
    const call = failureOf(openTransport().fetch(base, { signal: controller.signal }))
    await arrived
    const since = performance.now()
    controller.abort()
    expect(await call).toMatchObject({ name: "AbortError" })
    await closesSoon(closed, since)
  })

  it.each<[string, (response: Response) => Promise<unknown>]>([
    ["text", (response) => response.text()],
    ["web stream", (response) => new Response(response.body).text()],
    [
      "readEvents",
      async (response) => {
        const reader = readEvents(response)
        while ((await reader.next()) !== undefined);
      },
    ],
  ])("in mid-body, read through %s: the reader fails with the reason, the socket closes", async (_, read) => {
    const { base, closed } = await silent("headers")
    const controller = new AbortController()
    const response = await openTransport().fetch(base, { signal: controller.signal })
    const reading = failureOf(read(response))
    const since = performance.now()
    const reason = new Error("enough")
    controller.abort(reason)
    expect(await reading).toBe(reason)
    await closesSoon(closed, since)
  })

  it("of a compressed body closes the socket too", async () => {
    const closed = signal<number>()
    const base = await serve((request, response) => {
      request.socket.once("close", () => closed.resolve(performance.now()))
      response.writeHead(200, { "content-encoding": "gzip" }).write(Buffer.from([0x1f, 0x8b, 8]))
    })
    const controller = new AbortController()
    const response = await openTransport().fetch(base, { signal: controller.signal })
    const reading = failureOf(response.text())
    const since = performance.now()
    controller.abort()
    expect(await reading).toMatchObject({ name: "AbortError" })
    await closesSoon(closed.promise, since)
  })

  it("cancelling the web stream closes the socket", async () => {
    const { base, closed } = await silent("headers")
    const response = await openTransport().fetch(base)
    const since = performance.now()
    await response.body?.cancel()
    await closesSoon(closed, since)
  })

  it("leaves no listener behind on a signal that outlives the calls", async () => {
    const base = await serve((_request, response) => response.end("ok"))
    const { fetch } = openTransport()
    const { signal: longLived } = new AbortController()
    for (let n = 0; n < 3; n++) await (await fetch(base, { signal: longLived })).text()
    await failureOf(fetch("http://127.0.0.1:1", { signal: longLived }))
    const reader = readEvents(await fetch(base), longLived)
    expect(getEventListeners(longLived, "abort").length).toBe(1)
    await reader.next()
    expect(getEventListeners(longLived, "abort").length).toBe(0)
  })
})

describe("connections that fail", () => {
  it("refused", async () => {
    const server = await serveRaw(() => undefined)
    const port = Number(new URL(server).port)
    // Port 1 of the loopback has no listener.
    const error = await failureOf(openTransport().fetch(`http://127.0.0.1:${port === 1 ? 2 : 1}/secret-path`))
    expect(error).toBeInstanceOf(TransportError)
    expect(error).toMatchObject({ code: "ECONNREFUSED", cause: { code: "ECONNREFUSED" } })
    expect(String(error)).not.toContain("secret-path")
  })

  it("reset instead of headers: one request, no retry", async () => {
    let requests = 0
    const base = await serve((request) => {
      requests++
      request.socket.resetAndDestroy()
    })
    const error = await failureOf(openTransport().fetch(base, { method: "POST", body: "{}" }))
    expect(error).toMatchObject({ name: "TransportError", code: "ECONNRESET" })
    expect(requests).toBe(1)
  })

  it("closed without an answer on a reused socket: the server has seen it, so it is not sent again", async () => {
    const paths: Array<string> = []
    const base = await serve((request, response) => {
      paths.push(request.url ?? "")
      if (request.url === "/second") request.socket.destroy()
      else response.end()
    })
    const { fetch } = openTransport({ connections: 1 })
    await (await fetch(`${base}/first`)).text()
    expect(await failureOf(fetch(`${base}/second`))).toMatchObject({ code: "UND_ERR_SOCKET" })
    expect(paths).toEqual(["/first", "/second"])
  })

  it("an idle socket that the server closed is replaced unseen", async () => {
    const paths: Array<string> = []
    const idle = signal<void>()
    const base = await serve((request, response) => {
      paths.push(request.url ?? "")
      response.end()
      if (request.url !== "/first") return
      response.once("finish", () => {
        request.socket.once("close", () => idle.resolve())
        request.socket.end()
      })
    })
    const { fetch } = openTransport({ connections: 1, keepAliveMs: 60_000 })
    await (await fetch(`${base}/first`)).text()
    await idle.promise
    expect((await fetch(`${base}/second`)).status).toBe(200)
    expect(paths).toEqual(["/first", "/second"])
  })

  it.each([
    ["reset in the body", "ECONNRESET"],
    ["content-length cut short", "UND_ERR_SOCKET"],
    ["chunked body cut short", "UND_ERR_SOCKET"],
  ])("%s: what came is delivered, then the reader fails", async (name, code) => {
    const delivered = signal<void>()
    const base = await serveRaw((socket) => {
      socket.once("data", async () => {
        const length = name.startsWith("chunked") ? "transfer-encoding: chunked" : "content-length: 100"
        const body = name.startsWith("chunked") ? "d\r\ndata: first\n\n\r\n" : "data: first\n\n"
        socket.write(`HTTP/1.1 200 OK\r\n${length}\r\n\r\n${body}`)
        await delivered.promise
        if (name.startsWith("reset")) socket.resetAndDestroy()
        else socket.end()
      })
    })
    const { fetch } = openTransport()
    const reader = readEvents(await fetch(base))
    expect((await reader.next())?.map((event) => event.data)).toEqual(["first"])
    delivered.resolve()
    expect(await failureOf(reader.next())).toMatchObject({ name: "TransportError", code })
    expect(await failureOf(reader.next())).toMatchObject({ name: "TransportError", code })
    expect(await failureOf((await fetch(base)).text())).toMatchObject({ name: "TransportError", code })
  })

  it("no HTTP at all: the bytes do not reach the error", async () => {
    const base = await serveRaw((socket) => socket.once("data", () => socket.end("SECRET-BYTES\r\n\r\n")))
    const error = await failureOf(openTransport().fetch(base))
    expect(error).toMatchObject({ name: "TransportError" })
    expect(error instanceof TransportError && error.code.startsWith("HPE_")).toBe(true)
    expect(JSON.stringify([error, String(error), error instanceof Error ? error.cause : ""])).not.toContain("SECRET")
  })
})

describe("timeouts", () => {
  it("connect: a TLS handshake that never comes", async () => {
    const base = await serveRaw(() => undefined)
    const call = openTransport({ connectTimeoutMs: 200 }).fetch(base.replace("http:", "https:"))
    expect(await failureOf(call)).toMatchObject({ code: "UND_ERR_CONNECT_TIMEOUT" })
  })

  it("headers", async () => {
    const { base, closed } = await silent("nothing")
    const call = openTransport({ headersTimeoutMs: 200 }).fetch(base)
    expect(await failureOf(call)).toMatchObject({
      code: "UND_ERR_HEADERS_TIMEOUT",
      cause: { code: "UND_ERR_HEADERS_TIMEOUT" },
    })
    await closed
  })

  it("body: the gap between two pieces", async () => {
    const { base, closed } = await silent("headers")
    const response = await openTransport({ bodyTimeoutMs: 200 }).fetch(base)
    expect(await failureOf(response.text())).toMatchObject({ code: "UND_ERR_BODY_TIMEOUT" })
    await closed
  })
})

describe("close", () => {
  it("fails what runs, closes the sockets, refuses further calls", async () => {
    const { base, closed } = await silent("headers")
    const transport = openTransport()
    const response = await transport.fetch(base)
    const reading = failureOf(response.text())
    await transport.close()
    expect(await reading).toMatchObject({ name: "TransportError", code: "UND_ERR_DESTROYED" })
    await closed
    expect(await failureOf(transport.fetch(base))).toMatchObject({ name: "TransportError", code: "UND_ERR_DESTROYED" })
    await transport.close()
  })

  it("closes idle sockets", async () => {
    const closed = signal<void>()
    const base = await serve((request, response) => {
      request.socket.once("close", () => closed.resolve())
      response.end()
    })
    const transport = openTransport()
    await (await transport.fetch(base)).text()
    await transport.close()
    await closed.promise
  })
})
