import { isSpace } from "./words.ts"
import type { Mark } from "./Mark.ts"

interface Heading {
  readonly level: number
  readonly title: string
}

/** Where a chunk stands: the headings above it, its page from 1, and where its own text begins. */
export interface Standing {
  readonly headings: ReadonlyArray<string>
  readonly page: number | undefined
  readonly body: number
}

/** The marks of a text, read as far as they are needed and forgotten behind. Questions come in the order of the text. */
export class Outline {
  readonly #text: string
  readonly #source: Iterator<Mark>
  #marks: Array<Mark> = []
  #head = 0
  #ended = false
  #stack: ReadonlyArray<Heading> = []
  #page: number | undefined
  #named: ReadonlyArray<Heading> = []
  #titles: ReadonlyArray<string> = []

  constructor(text: string, marks: Iterable<Mark>, paged: boolean) {
    this.#text = text
    this.#source = marks[Symbol.iterator]()
    if (paged) this.#page = 1
  }

  /** Reads marks until one is after `to`. */
  #read(to: number): void {
    while (!this.#ended && (this.#marks.at(-1)?.at ?? -1) <= to) {
      const { done, value } = this.#source.next()
      if (done === true) this.#ended = true
      else this.#marks.push(value)
    }
  }

  /** Forgets the marks before `from`; headings and pages among them are remembered. */
  #forget(from: number): void {
    this.#read(from)
    while ((this.#marks[this.#head]?.at ?? from) < from) {
      const mark = this.#marks[this.#head++]
      if (mark?.heading !== undefined) this.#stack = below(this.#stack, mark.heading)
      if (mark?.page === true) this.#page = (this.#page ?? 1) + 1
    }
    if (this.#head > 1000 && this.#head * 2 > this.#marks.length) {
      this.#marks = this.#marks.slice(this.#head)
      this.#head = 0
    }
  }

  /** Where a chunk that begins at `from` stands: headings that it begins with are its own. */
  standing(from: number, to: number): Standing {
    this.#forget(from)
    let [stack, page, body] = [this.#stack, this.#page, from]
    for (let index = this.#head; ; index++) {
      body = this.#afterSpace(body, to)
      this.#read(body)
      const mark = this.#marks[index]
      if (mark === undefined || mark.at > body || mark.at >= to) break
      if (mark.page === true && mark.at === from) page = (page ?? 1) + 1
      if (mark.heading === undefined) continue
      stack = below(stack, mark.heading)
      body = Math.max(body, mark.to ?? mark.at)
    }
    return { headings: this.#titlesOf(stack), page, body }
  }

  /** Most chunks stand below the same headings as the one before. */
  #titlesOf(stack: ReadonlyArray<Heading>): ReadonlyArray<string> {
    if (stack !== this.#named) {
      this.#named = stack
      this.#titles = stack.flatMap(({ title }) => (title === "" ? [] : [title]))
    }
    return this.#titles
  }

  #afterSpace(from: number, to: number): number {
    let at = from
    for (; at < to; at++) {
      const unit = this.#text.charCodeAt(at)
      // A byte order mark counts for nothing.
      if (!isSpace(unit) && unit !== 0xfeff) break
    }
    return at
  }

  /**
   * The first hard mark after `from`, up to `to`; headings without a text of their own stay with what follows. One that is
   * neither a heading nor a page gives way to what is kept together and fits.
   */
  hardAfter(from: number, to: number, fits: (from: number, to: number) => boolean): number {
    const { body } = this.standing(from, to)
    this.#read(to)
    for (let index = this.#head; index < this.#marks.length; index++) {
      const mark = this.#marks[index]
      if (mark === undefined || mark.at > to) break
      if (mark.hard !== true || mark.at <= from || (mark.at <= body && mark.page !== true)) continue
      if (mark.heading !== undefined || mark.page === true || !this.#keeps(mark.at, fits)) return mark.at
    }
    return to
  }

  #keeps(at: number, fits: (from: number, to: number) => boolean): boolean {
    for (const [from, to] of this.around(at)) if (fits(from, to)) return true
    return false
  }

  /** The last place to cut of this rank in (low, high]; -1 where there is none. */
  last(rank: number, low: number, high: number): number {
    this.#read(high)
    for (let index = this.#indexAfter(high) - 1; index >= this.#head; index--) {
      const mark = this.#marks[index]
      if (mark === undefined || mark.at <= low) return -1
      if (mark.rank === rank) return mark.at
    }
    return -1
  }

  /** The index of the first mark after `at`. */
  #indexAfter(at: number): number {
    let [from, to] = [this.#head, this.#marks.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.#marks[middle]?.at ?? 0) <= at) from = middle + 1
      else to = middle
    }
    return from
  }

  /** What must be kept together and has `at` inside, the outermost first. */
  *around(at: number): Generator<readonly [from: number, to: number]> {
    this.#read(at)
    for (let index = this.#head; index < this.#marks.length; index++) {
      const mark = this.#marks[index]
      if (mark === undefined || mark.at >= at) return
      if (mark.to !== undefined && mark.to > at) yield [mark.at, mark.to]
    }
  }
}

const below = (stack: ReadonlyArray<Heading>, heading: Heading): ReadonlyArray<Heading> => [
  ...stack.filter(({ level }) => level < heading.level),
  heading,
]
