import { TransportError } from "./TransportError.ts"

export interface SseEvent {
  /** The `event` field; `undefined` when the event has none (a browser would say "message"). */
  readonly event: string | undefined
  /** The `data` lines, joined by a line feed. */
  readonly data: string
  /** The last `id` seen so far in the stream, this event included; `undefined` before the first. */
  readonly id: string | undefined
}

export interface SseParserOptions {
  /** Largest event, in bytes of its data; a longer one throws. Default 16 MiB. */
  readonly maxEventBytes?: number | undefined
}

const LF = 10
const CR = 13
const SPACE = 32
const COLON = 58
const keptCapacity = 64 * 1024
const empty = Buffer.alloc(0)

/** `data: ` (note the space), read as bytes. */
const startsWithData = (bytes: Buffer, at: number): boolean =>
  bytes[at] === 100 &&
  bytes[at + 1] === 97 &&
  bytes[at + 2] === 116 &&
  bytes[at + 3] === 97 &&
  bytes[at + 4] === COLON &&
  bytes[at + 5] === SPACE

const startsWithBom = (bytes: Buffer, at: number): boolean =>
  bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf

/**
 * An incremental reader of `text/event-stream` by the WHATWG rules
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation): bytes in, events out.
 *
 * Two differences: `retry` is ignored, since nothing reconnects here; and `end` returns a last event whose `data` lines
 * are complete but whose blank line the server forgot. A stream that stops inside a line was cut, and gives no event.
 *
 * Work is linear in the bytes however they are split: no byte is looked at twice. Lines are cut as bytes and decoded
 * whole, so a character split between two reads is safe.
 */
export class SseParser {
  readonly #maxEventBytes: number
  /** The beginning of a line whose end has not arrived: the first `#tailLength` bytes. Grows by doubling. */
  #tail: Buffer = empty
  #tailLength = 0
  #data: string | undefined
  #dataBytes = 0
  #event = ""
  #id: string | undefined
  #atStart = true
  #skipLf = false
  #failure: TransportError | undefined

  constructor(options: SseParserOptions = {}) {
    this.#maxEventBytes = options.maxEventBytes ?? 16 * 1024 * 1024
  }

  /** The events that `bytes` completed, appended to `events`. Throws a `TransportError` once an event is too large. */
  push(bytes: Uint8Array, events: Array<SseEvent> = []): ReadonlyArray<SseEvent> {
    if (this.#failure !== undefined) throw this.#failure
    const chunk = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (chunk.length === 0) return events
    let start = this.#skipLf && chunk[0] === LF ? 1 : 0
    this.#skipLf = false
    let lf = chunk.indexOf(LF, start)
    let cr = chunk.indexOf(CR, start)
    while (lf !== -1 || cr !== -1) {
      const end = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr
      this.#endLine(chunk, start, end, events)
      start = end + 1
      if (end === cr) {
        this.#skipLf = start === chunk.length
        if (chunk[start] === LF) start++
        cr = chunk.indexOf(CR, start)
      }
      if (lf !== -1 && lf < start) lf = chunk[start] === LF ? start : chunk.indexOf(LF, start)
    }
    if (start < chunk.length) this.#keep(chunk, start, chunk.length)
    return events
  }

  /** To be called when the stream is over: the last event, if only its blank line is missing. */
  end(): ReadonlyArray<SseEvent> {
    const events: Array<SseEvent> = []
    if (this.#tailLength === 0 && this.#failure === undefined) this.#dispatch(events)
    this.#tail = empty
    this.#tailLength = 0
    this.#data = undefined
    return events
  }

  #endLine(chunk: Buffer, start: number, end: number, events: Array<SseEvent>): void {
    if (this.#tailLength === 0) {
      this.#line(chunk, start, end, events)
      return
    }
    this.#keep(chunk, start, end)
    const length = this.#tailLength
    this.#tailLength = 0
    this.#line(this.#tail, 0, length, events)
    if (this.#tail.length > keptCapacity) this.#tail = empty
  }

  #line(bytes: Buffer, start: number, end: number, events: Array<SseEvent>): void {
    const from = this.#atStart && startsWithBom(bytes, start) && end - start >= 3 ? start + 3 : start
    this.#atStart = false
    if (from === end) this.#dispatch(events)
    else if (end - from >= 6 && startsWithData(bytes, from)) this.#append(bytes, from + 6, end)
    else if (bytes[from] !== COLON) this.#field(bytes, from, end)
  }

  #field(bytes: Buffer, start: number, end: number): void {
    const line = bytes.toString("utf8", start, end)
    const colon = line.indexOf(":")
    const name = colon === -1 ? line : line.slice(0, colon)
    if (name === "data") {
      // A colon directly after `data` without a space, or no colon at all.
      this.#append(bytes, Math.min(start + 5, end), end)
      return
    }
    const value = colon === -1 ? "" : line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1)
    if (name === "event") this.#event = value
    else if (name === "id" && !value.includes("\0")) this.#id = value
  }

  #append(bytes: Buffer, start: number, end: number): void {
    this.#dataBytes += end - start + 1
    if (this.#dataBytes > this.#maxEventBytes) this.#overflow()
    const text = bytes.toString("utf8", start, end)
    this.#data = this.#data === undefined ? text : `${this.#data}\n${text}`
  }

  #dispatch(events: Array<SseEvent>): void {
    if (this.#data !== undefined) {
      events.push({ event: this.#event === "" ? undefined : this.#event, data: this.#data, id: this.#id })
    }
    this.#data = undefined
    this.#dataBytes = 0
    this.#event = ""
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    const length = this.#tailLength + end - start
    if (length + this.#dataBytes > this.#maxEventBytes + 6) this.#overflow()
    if (length > this.#tail.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#tail.length * 2, 1024))
      this.#tail.copy(grown, 0, 0, this.#tailLength)
      this.#tail = grown
    }
    chunk.copy(this.#tail, this.#tailLength, start, end)
    this.#tailLength = length
  }

  #overflow(): never {
    this.#tail = empty
    this.#tailLength = 0
    this.#data = undefined
    const message = `a server-sent event passed ${this.#maxEventBytes} bytes`
    this.#failure = new TransportError("SSE_EVENT_TOO_LARGE", message)
    throw this.#failure
  }
}
