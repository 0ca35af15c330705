import { describe, expect, it } from "vitest"
import type { SseEvent } from "../src/index.ts"
import { SseParser, TransportError } from "../src/index.ts"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const parse = (text: string): ReadonlyArray<SseEvent> => {
  const parser = new SseParser()
  return [...parser.push(bytes(text)), ...parser.end()]
}

const data = (text: string): ReadonlyArray<string> => parse(text).map((event) => event.data)

/** The rules read off the standard, over the whole text at once: slow and obvious. */
const reference = (input: Uint8Array): ReadonlyArray<SseEvent> => {
  const text = new TextDecoder("utf-8").decode(input)
  const lines = text.split(/\r\n|\n|\r/)
  const unfinished = lines.pop() ?? ""
  const events: Array<SseEvent> = []
  let found: Array<string> = []
  let event = ""
  let id: string | undefined
  const dispatch = (): void => {
    if (found.length > 0) events.push({ event: event === "" ? undefined : event, data: found.join("\n"), id })
    found = []
    event = ""
  }
  for (const line of lines) {
    const [, name, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? ["", "", ""]
    if (line === "") dispatch()
    else if (name === "data") found.push(value ?? "")
    else if (name === "event") event = value ?? ""
    else if (name === "id" && !(value ?? "").includes("\0")) id = value ?? ""
  }
  if (unfinished === "") dispatch()
  return events
}

/** mulberry32: a small seeded generator, so that a failure can be repeated. */
const seeded = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const lines = ["data: ", "data:", "data", 'data: {"a":1}\n\n', "data: [DONE]\n\n", "data:  two spaces\n", "datax: 1\n"]
const others = ["event: delta\n", "event:\n", "id: 7\n", "id\n", "id: a\0b\n", "retry: 10\n", ": ping\n", "dat", "a:b"]
const characters = ["\n", "\n", "\r", "\r\n", "\n\n", "\r\n\r\n", ":", " ", "x", "é", "漢字", "😀", "\uFEFF"]
const pieces = [lines, others, characters].flat()

const randomStream = (random: () => number): Uint8Array => {
  const parts = Array.from(
    { length: 1 + Math.floor(random() * 40) },
    () => pieces[Math.floor(random() * pieces.length)],
  )
  return bytes((random() < 0.2 ? "\uFEFF" : "") + parts.join(""))
}

const inPieces = (input: Uint8Array, random: () => number): ReadonlyArray<SseEvent> => {
  const parser = new SseParser()
  const events: Array<SseEvent> = []
  for (let at = 0; at < input.length;) {
    const size = random() < 0.5 ? 1 : Math.floor(random() * 12)
    events.push(...parser.push(input.subarray(at, at + size)))
    at += size
  }
  return [...events, ...parser.end()]
}

describe("SseParser", () => {
  it("reads data, event and id", () => {
    expect(parse("event: delta\nid: 7\ndata: {}\n\n")).toEqual([{ event: "delta", data: "{}", id: "7" }])
  })

  it("keeps the last id for later events and forgets the event name", () => {
    expect(parse("id: 1\nevent: a\ndata: x\n\ndata: y\n\nid\ndata: z\n\n")).toEqual([
      { event: "a", data: "x", id: "1" },
      { event: undefined, data: "y", id: "1" },
      { event: undefined, data: "z", id: "" },
    ])
  })

  it("takes LF, CR and CRLF as line ends", () => {
    expect(data("data: a\n\ndata: b\r\rdata: c\r\n\r\ndata: d\r\n\ndata: e\n\r\n")).toEqual(["a", "b", "c", "d", "e"])
  })

  it("joins data lines, takes data without a colon, and drops one space at most", () => {
    expect(data("data: a\ndata\ndata:b\ndata:  c\n\n")).toEqual(["a\n\nb\n c"])
    expect(data("data\n\ndata:\n\n")).toEqual(["", ""])
  })

  it("ignores comments, unknown fields, retry, and events without data", () => {
    expect(data(": hello\n\nfoo: bar\nretry: 5\nevent: ping\n\n\n\ndata: x\n\n")).toEqual(["x"])
  })

  it("removes one byte order mark at the very beginning only", () => {
    expect(data("\uFEFFdata: \uFEFFa\n\n")).toEqual(["\uFEFFa"])
    expect(data("\uFEFF\uFEFFdata: a\n\n")).toEqual([])
    expect(data("\n\uFEFFdata: a\n\n")).toEqual([])
  })

  it("returns an event as soon as its blank line is there", () => {
    const parser = new SseParser()
    expect(parser.push(bytes("data: a\r"))).toEqual([])
    expect(parser.push(bytes("\n\r")).map((event) => event.data)).toEqual(["a"])
    expect(parser.push(bytes("\ndata: b\n\n")).map((event) => event.data)).toEqual(["b"])
  })

  it("appends to a given array", () => {
    const events: Array<SseEvent> = []
    const parser = new SseParser()
    parser.push(bytes("data: a\n\n"), events)
    parser.push(bytes("data: b\n\n"), events)
    expect(events.map((event) => event.data)).toEqual(["a", "b"])
  })

  it("end returns a last event without its blank line, but nothing of a stream cut inside a line", () => {
    expect(data("data: a\n\ndata: [DONE]\n")).toEqual(["a", "[DONE]"])
    expect(data("data: a\n\ndata: b")).toEqual(["a"])
    expect(data("data: a\n\ndata: b\ndata: c")).toEqual(["a"])
  })

  it("gives the same events for every split of the stream, and those of the reference", () => {
    for (let seed = 1; seed <= 3000; seed++) {
      const random = seeded(seed)
      const input = randomStream(random)
      const expected = reference(input)
      const whole = new SseParser()
      expect([...whole.push(input), ...whole.end()], `seed ${seed}, whole`).toEqual(expected)
      expect(inPieces(input, random), `seed ${seed}, in pieces`).toEqual(expected)
    }
  })

  it("survives bytes that are not UTF-8", () => {
    const parser = new SseParser()
    const input = Buffer.concat([bytes("data: "), Buffer.from([0xff, 0xc3]), bytes("x\n\n")])
    expect(parser.push(input)).toEqual([{ event: undefined, data: "\ufffd\ufffdx", id: undefined }])
  })

  it.each([
    ["one long line", "data: " + "x".repeat(2000)],
    ["many lines", "data: xxxxxxxx\n".repeat(300)],
    ["a complete long line", `data: ${"x".repeat(2000)}\n\n`],
  ])("refuses an event above maxEventBytes: %s", (_, text) => {
    const parser = new SseParser({ maxEventBytes: 1000 })
    expect(() => parser.push(bytes(text))).toThrow(TransportError)
    expect(() => parser.push(bytes("data: a\n\n"))).toThrow("passed 1000 bytes")
    expect(parser.end()).toEqual([])
  })

  it("accepts an event of exactly maxEventBytes, and endless comments", () => {
    const parser = new SseParser({ maxEventBytes: 1000 })
    for (let i = 0; i < 500; i++) expect(parser.push(bytes(": still here\n"))).toEqual([])
    for (const byte of bytes(`data: ${"x".repeat(999)}`)) expect(parser.push(Uint8Array.of(byte))).toEqual([])
    expect(parser.push(bytes("\n\n"))[0]?.data.length).toBe(999)
  })

  it("takes time linear in the bytes when one event arrives in tiny reads", () => {
    const cost = (size: number): number => {
      const parser = new SseParser()
      const piece = bytes("xxxxxxxx")
      const start = process.cpuUsage()
      parser.push(bytes("data: "))
      for (let sent = 0; sent < size; sent += piece.length) parser.push(piece)
      expect(parser.push(bytes("\n\n"))[0]?.data.length).toBe(size)
      return process.cpuUsage(start).user
    }
    cost(1024 * 1024)
    const small = cost(1024 * 1024)
    const large = cost(8 * 1024 * 1024)
    // 8 when linear, 64 when quadratic.
    expect(large / small).toBeLessThan(30)
  })
})
