import type { Document } from "@switchyard/rag"

/** Lines of a text, counted from 1. `undefined`: the text has no lines in its source. */
export interface LineRange {
  readonly startLine: number
  readonly endLine: number
}

const notBlank = /\S/

/** Where offsets of a text are in lines: of the text itself, or of the source that a reader made it from. */
export class Lines {
  readonly #text: string
  readonly #starts: Array<number> = [0]
  readonly #inSource: ReadonlyArray<unknown> | undefined

  constructor({ text, metadata = {} }: Pick<Document, "text" | "metadata">) {
    this.#text = text
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#starts.push(at + 1)
    const { sourceLines } = metadata
    this.#inSource = Array.isArray(sourceLines) ? sourceLines : undefined
  }

  /** The lines of a range, blank ones at its edges left out. */
  of(start: number, end: number): LineRange | undefined {
    let [first, last] = [start, end - 1]
    while (first < last && !notBlank.test(this.#text[first] ?? "")) first++
    while (last > first && !notBlank.test(this.#text[last] ?? "")) last--
    const startLine = this.#source(this.#line(first))
    const endLine = this.#source(this.#line(last))
    if (startLine === undefined || endLine === undefined) return undefined
    return { startLine, endLine: Math.max(startLine, endLine) }
  }

  #line(offset: number): number {
    let [low, high] = [0, this.#starts.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle + 1
      else high = middle
    }
    return low
  }

  #source(line: number): number | undefined {
    if (this.#inSource === undefined) return line
    const mapped = this.#inSource[line - 1]
    return typeof mapped === "number" ? mapped : undefined
  }
}
