import { isContent, type StreamPart, type Warning } from "@switchyard/core"
import { type EventReader, readEvents } from "../readEvents.ts"
import type { SseEvent } from "../SseParser.ts"

/** How the events of one API become parts: `step` appends to `out` what an event says, and fails with an `LlmError`. */
export interface Decoder {
  readonly step: (event: SseEvent, out: Array<StreamPart>) => void
  /** The server closed the stream. */
  readonly end: (out: Array<StreamPart>) => void
  /** The vendor said that the answer is whole. */
  readonly finished: () => boolean
}

export type Batch = readonly [StreamPart, ...Array<StreamPart>]

/**
 * The parts of a streamed answer, one batch per read of the network. The first content is given at once, before the rest
 * of what arrived with it is decoded. What was decoded before a failure is given first, then the failure.
 */
export class PartReader {
  readonly #reader: EventReader
  readonly #decoder: Decoder
  #parts: Array<StreamPart>
  #events: ReadonlyArray<SseEvent> = []
  #at = 0
  #shown = false
  #ended = false
  #broken: { readonly error: unknown } | undefined

  constructor(response: Response, warnings: ReadonlyArray<Warning>, decoder: Decoder) {
    this.#reader = readEvents(response)
    this.#decoder = decoder
    this.#parts = [{ type: "stream-start", warnings }]
  }

  /** The next batch; `undefined` at the end. */
  async next(): Promise<Batch | undefined> {
    const before = this.#parts.length
    while (this.#broken === undefined && !this.#ended && this.#parts.length === before) {
      try {
        if (this.#at >= this.#events.length) await this.#read()
        this.#decode()
      } catch (error) {
        this.#broken = { error }
      }
    }
    const [head, ...rest] = this.#parts
    this.#parts = []
    if (head !== undefined) return [head, ...rest]
    if (this.#broken !== undefined) throw this.#broken.error
    return undefined
  }

  /** A finished answer leaves its connection to the next call; any other closes it. */
  close(): void {
    if (this.#decoder.finished()) this.#reader.release()
    else this.#reader.cancel()
  }

  async #read(): Promise<void> {
    const events = await this.#reader.next()
    this.#events = events ?? []
    this.#at = 0
    if (events !== undefined) return
    this.#ended = true
    this.#decoder.end(this.#parts)
  }

  #decode(): void {
    while (this.#at < this.#events.length) {
      const event = this.#events[this.#at++]
      if (event !== undefined) this.#decoder.step(event, this.#parts)
      if (!this.#shown && this.#parts.some(isContent)) {
        this.#shown = true
        return
      }
    }
  }
}
