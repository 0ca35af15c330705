import type { Extraction } from "./Extraction.ts"
import { extractJson, type ExtractOptions } from "./extractJson.ts"
import { reach } from "./internal/ahead.ts"
import { Cursor } from "./internal/Cursor.ts"
import { isPlausible } from "./internal/plausible.ts"
import { thinkingCloses, thinkingOpens } from "./internal/tags.ts"
import { type Standing, TolerantParser } from "./internal/TolerantParser.ts"

/** What a growing answer says so far. `complete`: the value's last bracket is there. */
export interface PartialJson {
  readonly value: unknown
  readonly complete: boolean
}

/**
 * Reads JSON from an answer while it comes, each character once.
 *
 * `partial()` is the newest value of the text so far, closed as if the text ended here. It is built in place: the same
 * objects grow from call to call, so copy what you keep. `finish()` is what `extractJson` says of the whole text.
 */
export class JsonStream {
  private readonly pieces: Array<string> = []
  private length = 0
  private window = ""
  private base = 0
  private parser: TolerantParser | undefined
  private guess: Standing | undefined
  private thinkingUntil: RegExp | undefined
  private readonly options: ExtractOptions

  constructor(options: ExtractOptions = {}) {
    this.options = options
  }

  push(chunk: string): void {
    this.takeBack()
    this.pieces.push(chunk)
    this.length += chunk.length
    this.window += chunk
    this.advance()
  }

  partial(): PartialJson | undefined {
    this.takeBack()
    const parser = this.parser ?? this.begin(this.window.length)
    if (parser === undefined) return undefined
    this.parser = parser
    if (!parser.done) {
      this.guess = parser.standing()
      parser.tree.mark()
      parser.cursor.final = true
      parser.run()
    }
    const value = parser.tree.root
    return value === undefined ? undefined : { value, complete: this.guess === undefined && parser.done }
  }

  finish(): Extraction {
    this.takeBack()
    return extractJson(this.pieces.join(""), this.options)
  }

  /** Undoes the guess at the unfinished end. */
  private takeBack(): void {
    if (this.guess === undefined || this.parser === undefined) return
    this.parser.tree.rollBack()
    this.parser.restore(this.guess)
    this.parser.cursor.final = false
    this.guess = undefined
  }

  private advance(): void {
    for (;;) {
      this.parser ??= this.begin(this.window.length - reach)
      const { parser } = this
      if (parser === undefined) return
      parser.cursor.text = this.window
      parser.cursor.end = this.window.length
      parser.run()
      this.drop(parser)
      if (!parser.done || !this.hasMore()) return
    }
  }

  /** After a whole value another may begin: then that is the newest. */
  private hasMore(): boolean {
    const next = this.begin(this.window.length - reach)
    if (next === undefined) return false
    this.parser = next
    return true
  }

  /** What has been read is let go, but for what decisions look back at. */
  private drop({ cursor }: TolerantParser): void {
    const used = cursor.pos - reach
    if (used < 4096 && used * 2 < this.window.length) return
    this.window = this.window.slice(used)
    this.base += used
    cursor.text = this.window
    cursor.end = this.window.length
    cursor.base = this.base
    cursor.pos -= used
    this.searched = Math.max(0, this.searched - used)
  }

  private searched = 0

  /** The parser of the next value that begins before `limit`; thoughts are passed over. */
  private begin(limit: number): TolerantParser | undefined {
    const { window } = this
    let at = Math.max(this.searched, this.parser?.cursor.pos ?? 0)
    while (at < limit) {
      if (this.thinkingUntil !== undefined) {
        this.thinkingUntil.lastIndex = at
        const closed = this.thinkingUntil.exec(window)
        if (closed === null) break
        at = closed.index + closed[0].length
        this.thinkingUntil = undefined
      }
      const sign = window[at]
      if ((sign === "{" || sign === "[") && isPlausible(window, at, window.length)) {
        this.searched = at + 1
        return new TolerantParser(new Cursor(window, at, window.length, false, this.base))
      }
      if (sign === "<" || sign === "[" || sign === "◁") this.think(at)
      at++
    }
    this.searched = Math.max(0, Math.min(at, limit))
    return undefined
  }

  private think(at: number): void {
    thinkingOpens.lastIndex = at
    const opened = thinkingOpens.exec(this.window)
    if (opened !== null) this.thinkingUntil = thinkingCloses(opened)
  }
}
