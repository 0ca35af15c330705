/** The bytes of a standard `Response` body, read one piece at a time and never ahead. */
export class WebBytes {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #chunk: Uint8Array | undefined

  constructor(body: ReadableStream<Uint8Array> | null) {
    this.#reader = body?.getReader()
  }

  async ready(): Promise<boolean> {
    if (this.#reader === undefined) return false
    const result = await this.#reader.read()
    this.#chunk = result.value
    return !result.done
  }

  take(): ReadonlyArray<Uint8Array> {
    return this.#chunk === undefined ? [] : [this.#chunk]
  }

  /** One more read: if it is the end, the connection lives on; if not, or not soon, it is closed. */
  drop(): void {
    const reader = this.#reader
    if (reader === undefined) return
    const timer = setTimeout(() => this.cancel(undefined), 500)
    timer.unref()
    reader.read().then(
      ({ done }) => {
        clearTimeout(timer)
        if (!done) this.cancel(undefined)
      },
      () => clearTimeout(timer),
    )
  }

  cancel(reason: unknown): void {
    // A body that is already broken rejects here too; the reader has heard of it by `read`.
    this.#reader?.cancel(reason).catch(() => undefined)
  }
}
