/** Cuts bytes into lines, none of which may be longer than `maxBytes`. Linear in what it is given. */
export class Lines {
  readonly #maxBytes: number
  #pieces: Array<Uint8Array> = []
  #size = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The lines that are complete now, without their ends; `undefined` when one is too long, and from then on. */
  push(chunk: Uint8Array): ReadonlyArray<string> | undefined {
    const lines: Array<string> = []
    let from = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      if (!this.#add(chunk.subarray(from, end))) return undefined
      lines.push(this.#line())
      from = end + 1
    }
    return this.#add(chunk.subarray(from)) ? lines : undefined
  }

  #add(piece: Uint8Array): boolean {
    this.#size += piece.length
    if (this.#size > this.#maxBytes) {
      this.#pieces = []
      return false
    }
    if (piece.length > 0) this.#pieces.push(piece)
    return true
  }

  #line(): string {
    const line = Buffer.concat(this.#pieces).toString("utf8")
    this.#pieces = []
    this.#size = 0
    return line.endsWith("\r") ? line.slice(0, -1) : line
  }
}
