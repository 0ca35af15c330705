import type { LanguageModelV4StreamPart } from "@ai-sdk/provider"
import { checkPart } from "./form.ts"
import { isObject } from "./plain.ts"

/** The parts of a stream as they come. */
export interface PartSource {
  /** What has come since the last call, at least one part; `undefined` at the end. Rejects as the stream does. */
  readonly next: () => Promise<ReadonlyArray<LanguageModelV4StreamPart> | undefined>
  /** Lets go of the stream. */
  readonly cancel: () => void
}

/** At most so many parts are read before somebody asks for them. */
const ahead = 64

/** So many turns of the microtask queue without a part: what comes next is not there yet. */
const turns = 16

/**
 * Reads a stream of parts. A web stream hands over one part per promise; reading a little ahead lets what arrived together
 * go on together.
 */
export class StreamParts<P extends { readonly type: string }> implements PartSource {
  readonly #reader: ReadableStreamDefaultReader<P>
  readonly #upgrade: (part: P) => LanguageModelV4StreamPart
  #ready: Array<LanguageModelV4StreamPart> = []
  #reading = false
  #shown = false
  #end: { readonly error?: unknown } | undefined
  #waiter: (() => void) | undefined

  constructor(stream: ReadableStream<P>, upgrade: (part: P) => LanguageModelV4StreamPart) {
    this.#reader = stream.getReader()
    this.#upgrade = upgrade
  }

  async next(): Promise<ReadonlyArray<LanguageModelV4StreamPart> | undefined> {
    this.#read()
    while (this.#ready.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#waiter = resolve
      })
    }
    if (this.#ready.length > 0) {
      if (this.#shown) await this.#settled()
      this.#shown = true
      const parts = this.#ready
      this.#ready = []
      return parts
    }
    if (this.#end !== undefined && "error" in this.#end) throw this.#end.error
    return undefined
  }

  /** Waits as long as parts keep coming without the network: each takes a few turns through the package's own streams. */
  async #settled(): Promise<void> {
    let seen = 0
    for (let turn = 0; turn < turns && seen < ahead && this.#end === undefined; turn++) {
      if (this.#ready.length > seen) {
        seen = this.#ready.length
        turn = 0
      }
      await undefined
    }
  }

  cancel(): void {
    // A stream that has failed rejects its cancellation with that failure, which was told already.
    void this.#reader.cancel().catch(() => undefined)
  }

  #read(): void {
    if (this.#reading || this.#end !== undefined || this.#ready.length >= ahead) return
    this.#reading = true
    this.#reader.read().then(this.#arrived, this.#broke)
  }

  readonly #arrived = (result: ReadableStreamReadResult<P>): void => {
    this.#reading = false
    try {
      if (result.done) this.#end = {}
      else if (isObject(result.value)) this.#take(result.value) // anything else is no part and says nothing
    } catch (error) {
      this.#end = { error }
    }
    this.#wake()
    this.#read()
  }

  #take(part: P): void {
    checkPart(part)
    this.#ready.push(this.#upgrade(part))
  }

  readonly #broke = (error: unknown): void => {
    this.#reading = false
    this.#end = { error }
    this.#wake()
  }

  #wake(): void {
    const waiter = this.#waiter
    this.#waiter = undefined
    waiter?.()
  }
}
