import { TransportResponse } from "./internal/TransportResponse.ts"
import { WebBytes } from "./internal/WebBytes.ts"
import type { SseEvent } from "./SseParser.ts"
import { SseParser } from "./SseParser.ts"

export interface EventReader {
  /**
   * Every event that has arrived since the last call: one network burst is one array, never empty. `undefined` when the
   * stream is over or was cancelled. Rejects with a `TransportError` when it broke (events before that come first), with
   * the signal's reason after an abort. One call at a time.
   */
  next(): Promise<ReadonlyArray<SseEvent> | undefined>
  /** Gives up: closes the socket, and a pending `next` resolves to `undefined`. */
  cancel(): void
  /**
   * The answer is complete, whatever may still follow: the little that is left of the body is dropped, so that the
   * connection can serve the next call. More than 64 KiB, or half a second, closes it.
   */
  release(): void
}

interface Bytes {
  ready(): Promise<boolean>
  take(): ReadonlyArray<Uint8Array>
  cancel(reason?: unknown): void
  drop(): void
}

class ResponseEvents implements EventReader {
  readonly #bytes: Bytes
  readonly #parser = new SseParser()
  readonly #signal: AbortSignal | undefined
  #state: "open" | "over" | "cancelled" = "open"
  #failure: { readonly error: unknown } | undefined
  #pending = false

  constructor(bytes: Bytes, signal: AbortSignal | undefined) {
    this.#bytes = bytes
    this.#signal = signal
    if (signal?.aborted) this.handleEvent()
    else signal?.addEventListener("abort", this)
  }

  async next(): Promise<ReadonlyArray<SseEvent> | undefined> {
    if (this.#pending) throw new TypeError("next() was called before the last call had finished")
    this.#pending = true
    try {
      return await this.#read()
    } catch (error) {
      return this.#broken(error)
    } finally {
      this.#pending = false
    }
  }

  cancel(): void {
    if (this.#state === "open") this.#state = "cancelled"
    this.#close(undefined)
  }

  release(): void {
    if (this.#state !== "open") return
    this.#state = "cancelled"
    this.#release()
    this.#bytes.drop()
  }

  /** The abort signal's listener. */
  handleEvent(): void {
    const reason: unknown = this.#signal?.reason
    this.#failure ??= { error: reason }
    this.#close(reason)
  }

  async #read(): Promise<ReadonlyArray<SseEvent> | undefined> {
    while (this.#state === "open" && this.#failure === undefined) {
      if (!(await this.#bytes.ready())) return this.#finish()
      const events = this.#parse(this.#bytes.take())
      if (events.length > 0) return events
    }
    if (this.#failure !== undefined) throw this.#failure.error
    return undefined
  }

  #parse(chunks: ReadonlyArray<Uint8Array>): ReadonlyArray<SseEvent> {
    const events: Array<SseEvent> = []
    try {
      for (const chunk of chunks) this.#parser.push(chunk, events)
    } catch (error) {
      // The events before the faulty one are delivered first; the next call fails.
      this.#failure = { error }
      this.#close(error)
    }
    return events
  }

  #finish(): ReadonlyArray<SseEvent> | undefined {
    if (this.#failure !== undefined) throw this.#failure.error
    const cancelled = this.#state === "cancelled"
    this.#state = "over"
    this.#release()
    if (cancelled) return undefined
    const events = this.#parser.end()
    return events.length > 0 ? events : undefined
  }

  #broken(error: unknown): undefined {
    this.#release()
    if (this.#state === "cancelled" && this.#failure === undefined) return undefined
    this.#failure ??= { error }
    throw this.#failure.error
  }

  #close(reason: unknown): void {
    this.#release()
    this.#bytes.cancel(reason)
  }

  #release(): void {
    this.#signal?.removeEventListener("abort", this)
  }
}

/**
 * Reads a response as server-sent events. A response of our transport is read from the socket's bytes without a web
 * stream; any standard `Response` works too. Nothing is read ahead beyond 128 KiB, so a slow reader slows the server.
 */
export const readEvents = (response: Response, signal?: AbortSignal): EventReader =>
  new ResponseEvents(TransportResponse.sourceOf(response) ?? new WebBytes(response.body), signal)
