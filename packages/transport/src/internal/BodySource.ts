import { TransportError } from "../TransportError.ts"

/** How a body source reaches back to whoever feeds it. */
export interface Feed {
  resume(): void
  cancel(reason: Error): void
}

/** Where bytes of a response go: the body itself, or a decoder before it. */
export interface ByteSink {
  /** False asks the caller to pause until `Feed.resume`. */
  push(chunk: Buffer): boolean
  end(): void
  fail(error: unknown, discard: boolean): void
}

interface Waiter {
  readonly resolve: (more: boolean) => void
  readonly reject: (error: unknown) => void
}

/** Bytes that may stand unread before the socket is paused. */
const highWaterMark = 128 * 1024

/** How much of a body, and for how long in ms, is read on when nobody wants it any more. */
const dropBytes = 64 * 1024
const dropMs = 500

const more = Promise.resolve(true)
const done = Promise.resolve(false)

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new TransportError("CANCELLED", "the response body was cancelled")

/**
 * The bytes of one response between the socket and its single consumer: a queue with back pressure and one waiter.
 * A consumer is woken in a microtask, so it finds everything that one read of the socket brought.
 */
export class BodySource implements ByteSink {
  /** Stays reachable as long as this source does: SDKs tie a caller's abort to the life of the response's stream. */
  owner: object | undefined
  readonly #feed: Feed
  readonly #maxBytes: number
  #chunks: Array<Buffer> = []
  #queued = 0
  #total = 0
  #state: "open" | "ended" | "failed" = "open"
  #error: unknown
  #waiter: Waiter | undefined
  #paused = false
  #collecting = false
  #dropping: NodeJS.Timeout | undefined
  #dropped = 0

  constructor(feed: Feed, maxBytes: number) {
    this.#feed = feed
    this.#maxBytes = maxBytes
  }

  push(chunk: Buffer): boolean {
    if (this.#state !== "open") return true
    this.#total += chunk.length
    if (this.#total > this.#maxBytes) {
      this.cancel(new TransportError("RESPONSE_TOO_LARGE", `the response body passed ${this.#maxBytes} bytes`))
      return true
    }
    if (this.#dropping !== undefined) return this.#drop(chunk.length)
    this.#chunks.push(chunk)
    this.#queued += chunk.length
    if (this.#collecting) return true
    this.#wake(true)
    this.#paused = this.#queued >= highWaterMark
    return !this.#paused
  }

  end(): void {
    if (this.#state !== "open") return
    this.#state = "ended"
    clearTimeout(this.#dropping)
    this.#wake(false)
  }

  /** `discard` drops what stands unread: after an abort nothing more is delivered. */
  fail(error: unknown, discard: boolean): void {
    if (this.#state === "failed" || (this.#state === "ended" && !discard)) return
    this.#state = "failed"
    clearTimeout(this.#dropping)
    this.#error = error
    if (discard) {
      this.#chunks = []
      this.#queued = 0
    }
    const waiter = this.#waiter
    this.#waiter = undefined
    waiter?.reject(error)
  }

  /** True: `take` has bytes. False: the body is complete. Rejects when it broke. One caller at a time. */
  ready(): Promise<boolean> {
    if (this.#chunks.length > 0) return more
    if (this.#state === "ended") return done
    return this.#wait()
  }

  /** Everything that has arrived since the last call. */
  take(): ReadonlyArray<Buffer> {
    const chunks = this.#chunks
    this.#chunks = []
    this.#queued = 0
    this.#unpause()
    return chunks
  }

  /** The whole body in one piece. */
  async collect(): Promise<Buffer> {
    this.#collecting = true
    this.#unpause()
    if (this.#state !== "ended") await this.#wait()
    const chunks = this.#chunks
    this.#chunks = []
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
  }

  /** Closes the socket if the body is still arriving; a waiting or later reader fails with `reason`. */
  cancel(reason?: unknown): void {
    const error = reason ?? new TransportError("CANCELLED", "the response body was cancelled")
    if (this.#state === "open") this.#feed.cancel(asError(error))
    this.fail(error, true)
  }

  /** Nobody reads on: the rest is dropped, within bounds, and the connection kept. */
  drop(): void {
    if (this.#state !== "open" || this.#dropping !== undefined) return
    this.#dropping = setTimeout(() => this.cancel(), dropMs)
    this.#dropping.unref()
    this.take().forEach((chunk) => this.#drop(chunk.length))
    this.#wake(false)
  }

  #drop(bytes: number): boolean {
    this.#dropped += bytes
    if (this.#dropped > dropBytes) this.cancel()
    return true
  }

  #wait(): Promise<boolean> {
    if (this.#state === "failed") return Promise.reject(this.#error)
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
    })
  }

  #wake(hasMore: boolean): void {
    const waiter = this.#waiter
    if (waiter === undefined) return
    this.#waiter = undefined
    waiter.resolve(hasMore)
  }

  #unpause(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#feed.resume()
  }
}
