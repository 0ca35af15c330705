/** Where each line of a text begins, to turn positions into lines and columns and back. All are counted in UTF-16 units. */
export class Positions {
  readonly #starts: ReadonlyArray<number>
  readonly #text: string

  constructor(text: string) {
    const starts = [0]
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1)
    this.#starts = starts
    this.#text = text
  }

  /** Line and column, both from 1. */
  at(offset: number): { readonly line: number; readonly column: number } {
    let [low, high] = [0, this.#starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 }
  }

  /** The position of a line and column, both from 1, kept inside the text. */
  offset(line: number, column: number): number {
    const start = this.#starts[Math.min(Math.max(line, 1), this.#starts.length) - 1] ?? 0
    return Math.min(start + Math.max(column, 1) - 1, this.#text.length)
  }

  /** As `offset`, for a column that counts bytes of UTF-8. */
  offsetOfBytes(line: number, column: number): number {
    const start = this.offset(line, 1)
    let [at, left] = [start, column - 1]
    while (left > 0 && at < this.#text.length) {
      const code = this.#text.codePointAt(at) ?? 0
      left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
      at += code > 0xffff ? 2 : 1
    }
    return at
  }
}
