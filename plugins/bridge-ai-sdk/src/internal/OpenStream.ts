import { LlmError, type StreamPart } from "@switchyard/core"
import type { StreamAnswer } from "./speaker.ts"
import type { StreamReader } from "./stream.ts"

export type Batch = readonly [StreamPart, ...Array<StreamPart>]

/**
 * What ends a stream before its end. Not `Effect.abortSignal`, which aborts with its scope: a whole answer needs no abort, and
 * the reason of one costs as much as twenty parts.
 */
export const aborter = (): AbortController => new AbortController()

/** A stream that flows. What came before a failure is given first, then the failure. */
export class OpenStream {
  readonly #answer: StreamAnswer
  readonly #reader: StreamReader
  #shown = false
  #ended = false

  constructor(answer: StreamAnswer, reader: StreamReader) {
    this.#answer = answer
    this.#reader = reader
  }

  /** The model said that the answer is whole. */
  get finished(): boolean {
    return this.#reader.finished
  }

  cancel(): void {
    this.#answer.parts.cancel()
  }

  /** The next batch; `undefined` at the end. */
  async next(): Promise<Batch | undefined> {
    const reader = this.#reader
    for (;;) {
      const over = this.#ended || reader.finished || reader.failure !== undefined
      const [head, ...rest] = reader.take(over)
      if (head !== undefined) {
        this.#shown = true
        return [head, ...rest]
      }
      if (reader.failure !== undefined) throw reader.failure
      if (over) return undefined
      await this.#read()
    }
  }

  async #read(): Promise<void> {
    const reader = this.#reader
    const parts = await this.#answer.parts.next()
    if (parts === undefined) {
      this.#ended = true
      if (!this.#shown && reader.out.length === 0) this.#explain()
      return
    }
    try {
      for (const part of parts) {
        if (reader.failure !== undefined) break
        reader.push(part)
      }
    } catch (error) {
      reader.fail(error)
    }
  }

  /** Packages read a page of HTML, or a body that is no stream, as a stream without events: the content type tells. */
  #explain(): void {
    const type = this.#answer.headers?.["content-type"] ?? ""
    const what = /text\/html/.test(type) ? "a page of HTML" : /application\/json/.test(type) ? "JSON" : undefined
    if (what === undefined) return
    throw LlmError.make({ _tag: "InvalidResponse", message: `the server answered with ${what} instead of a stream` })
  }
}
