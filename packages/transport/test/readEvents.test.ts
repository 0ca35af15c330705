import { gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import type { EventReader, SseEvent } from "../src/index.ts"
import { readEvents, TransportError } from "../src/index.ts"
import { failureOf, openTransport, serve, signal } from "./servers.ts"

const drain = async (reader: EventReader): Promise<ReadonlyArray<SseEvent>> => {
  const all: Array<SseEvent> = []
  for (let events = await reader.next(); events !== undefined; events = await reader.next()) {
    expect(events.length).toBeGreaterThan(0)
    all.push(...events)
  }
  return all
}

const numbered = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, n) => `data: {"n":${n},"text":"é漢😀"}\n\n`)

const fetches: ReadonlyArray<[string, () => typeof globalThis.fetch]> = [
  ["the transport", () => openTransport().fetch],
  ["a standard Response", () => globalThis.fetch],
  ["a cloned response", () => async (input, init) => (await openTransport().fetch(input, init)).clone()],
]

describe.each(fetches)("readEvents on %s", (_, open) => {
  it("gives every event in order, however the server cut the bytes", async () => {
    const whole = Buffer.from(numbered(500).join(""))
    const base = await serve((_request, response) => {
      for (let at = 0; at < whole.length; at += 11) response.write(whole.subarray(at, at + 11))
      response.end()
    })
    const events = await drain(readEvents(await open()(base)))
    expect(events.map((event) => JSON.parse(event.data).n)).toEqual(Array.from({ length: 500 }, (_, n) => n))
  })

  it("gives an event as soon as it arrived", async () => {
    const turns = [signal<void>(), signal<void>(), signal<void>()]
    const base = await serve(async (_request, response) => {
      for (const [n, turn] of turns.entries()) {
        response.write(`data: ${n}\n\n`)
        await turn.promise
      }
      response.end()
    })
    const reader = readEvents(await open()(base))
    for (const [n, turn] of turns.entries()) {
      expect((await reader.next())?.map((event) => event.data)).toEqual([String(n)])
      turn.resolve()
    }
    expect(await reader.next()).toBeUndefined()
    expect(await reader.next()).toBeUndefined()
  })

  it("decodes a compressed stream, and returns a last event without its blank line", async () => {
    const coded = gzipSync("data: a\n\ndata: [DONE]\n")
    const base = await serve((_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(coded))
    expect((await drain(readEvents(await open()(base)))).map((event) => event.data)).toEqual(["a", "[DONE]"])
  })

  it("ends at once on a response without a body", async () => {
    const base = await serve((_request, response) => response.writeHead(204).end())
    expect(await readEvents(await open()(base)).next()).toBeUndefined()
  })

  it("fails with the signal's reason; a pending next too", async () => {
    const base = await serve((_request, response) => response.write("data: a\n\n"))
    const controller = new AbortController()
    const reason = new Error("enough")
    const reader = readEvents(await open()(base), controller.signal)
    await reader.next()
    const pending = failureOf(reader.next())
    controller.abort(reason)
    expect(await pending).toBe(reason)
    expect(await failureOf(reader.next())).toBe(reason)
    const late = readEvents(await open()(base), controller.signal)
    expect(await failureOf(late.next())).toBe(reason)
  })

  it("refuses a second next before the first has finished", async () => {
    const base = await serve((_request, response) => response.write(": hello\n\n"))
    const reader = readEvents(await open()(base))
    const first = reader.next()
    await expect(reader.next()).rejects.toThrow("before the last call")
    reader.cancel()
    expect(await first).toBeUndefined()
  })

  it("refuses an event above 16 MiB, after those before it", async () => {
    const base = await serve((_request, response) => {
      response.write("data: a\n\n")
      response.end(`data: ${"x".repeat(17 * 1024 * 1024)}\n\n`)
    })
    const reader = readEvents(await open()(base))
    expect((await reader.next())?.[0]?.data).toBe("a")
    const error = await failureOf(reader.next())
    expect(error).toBeInstanceOf(TransportError)
    expect(error).toMatchObject({ code: "SSE_EVENT_TOO_LARGE" })
  })
})

describe.each(fetches.slice(0, 2))("the socket under readEvents on %s", (_, open) => {
  it("closes within 50 ms of cancel", async () => {
    const closed = signal<number>()
    const base = await serve((request, response) => {
      request.socket.once("close", () => closed.resolve(performance.now()))
      response.write("data: a\n\n")
    })
    const reader = readEvents(await open()(base))
    await reader.next()
    const pending = reader.next()
    const since = performance.now()
    reader.cancel()
    expect(await pending).toBeUndefined()
    expect(await reader.next()).toBeUndefined()
    expect((await closed.promise) - since).toBeLessThan(50)
  })

  it("holds the server back while nobody reads", async () => {
    const size = 64 * 1024 * 1024
    const events = 1024
    const unsent = signal<() => number>()
    const base = await serve((request, response) => {
      if (request.url === "/other") {
        response.end()
        return
      }
      for (let n = 0; n < events; n++) response.write(`data: ${"x".repeat(size / events)}\n\n`)
      response.end()
      unsent.resolve(() => response.writableLength)
    })
    const fetch = open()
    const reader = readEvents(await fetch(base))
    const left = await unsent.promise
    // Plenty of turns of the event loop, each of which could bring more bytes.
    for (let n = 0; n < 200; n++) await (await fetch(`${base}/other`)).text()
    expect(left()).toBeGreaterThan(size / 2)
    expect((await drain(reader)).length).toBe(events)
  })
})

describe("readEvents on the transport", () => {
  it("gives one network burst as one array", async () => {
    const base = await serve((_request, response) => {
      response.socket?.cork()
      for (const event of numbered(100)) response.write(event)
      response.end()
      response.socket?.uncork()
    })
    const reader = readEvents(await openTransport().fetch(base))
    expect((await reader.next())?.length).toBe(100)
    expect(await reader.next()).toBeUndefined()
  })

  it("counts as reading the body", async () => {
    const base = await serve((_request, response) => response.end("data: a\n\n"))
    const { fetch } = openTransport()
    const response = await fetch(base)
    await drain(readEvents(response))
    expect(response.bodyUsed).toBe(true)
    expect(() => readEvents(response)).toThrow("already been read")
    await expect(response.text()).rejects.toThrow("already been read")
  })
})
