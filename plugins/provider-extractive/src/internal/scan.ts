import type { Block, Section } from "./blocks.ts"
import type { Document, Span } from "./documents.ts"
import { Matcher, type Question, TELLING } from "./question.ts"
import { type BlockReader, readBlocks } from "./records.ts"
import { sentencesOf } from "./sentences.ts"
import { eachToken } from "./terms.ts"

/** How often each term of the question occurs, by the term's index; a weaker match counts less than 1. */
export type Counts = ReadonlyMap<number, number>

/** A sentence that shares a word with the question, itself or through its headings. */
export interface Candidate extends Span {
  /** Index of the document. */
  readonly document: number
  readonly block: Block
  /** Its place among the sentences of its section, from 0. */
  readonly position: number
  /** Words. */
  readonly length: number
  readonly counts: Counts
  /** The terms in the headings above it. */
  readonly heading: Counts
  /** The terms of its whole block. */
  readonly around: Counts
  /** Neighbouring words of the question that are neighbours here too. */
  readonly phrases: number
}

/** What ranking needs to know of the whole context. */
export interface Scanned {
  readonly candidates: ReadonlyArray<Candidate>
  /** Sentences in all, and their words. */
  readonly sentences: number
  readonly words: number
  /** In how many sentences each term occurs. */
  readonly frequency: ReadonlyArray<number>
}

const empty: Counts = new Map()

const merge = (into: Map<number, number>, counts: Counts): void => {
  for (const [term, count] of counts) into.set(term, (into.get(term) ?? 0) + count)
}

/** Reads the context once, a bounded piece at a time, and keeps only the sentences that meet the question. */
export class Scan implements Scanned {
  readonly candidates: Array<Candidate> = []
  sentences = 0
  words = 0
  readonly frequency: Array<number>
  readonly #question: Question
  readonly #matcher: Matcher
  readonly #documents: ReadonlyArray<Document>
  /** The code units of the words that the question asks about. */
  readonly #wanted: ReadonlySet<number>
  readonly #headings = new WeakMap<Section, Counts>()
  #document = 0
  #span = 0
  #reader: BlockReader | undefined
  #section: Section | undefined
  #position = 0

  constructor(documents: ReadonlyArray<Document>, question: Question) {
    this.#documents = documents
    this.#question = question
    this.#matcher = new Matcher(question.terms)
    this.frequency = question.terms.map(() => 0)
    const told = question.terms.filter(({ weight }) => weight >= TELLING)
    this.#wanted = new Set(told.flatMap(({ form }) => form.split("").map((unit) => unit.charCodeAt(0))))
  }

  /** Reads about so many UTF-16 units more. False when everything has been read. */
  step(units: number): boolean {
    let left = units
    while (left > 0) {
      const document = this.#documents[this.#document]
      if (document === undefined) return false
      const span = document.spans[this.#span]
      if (span === undefined) {
        this.#document++
        this.#span = 0
        continue
      }
      this.#reader ??= readBlocks(document, span)
      const block = this.#reader.next()
      if (block === undefined) {
        this.#reader = undefined
        this.#span++
        left -= 64
      } else {
        this.#read(document.text, block)
        left -= 16 + block.end - block.start
      }
    }
    return true
  }

  #read(text: string, block: Block): void {
    if (block.section !== this.#section) {
      this.#section = block.section
      this.#position = 0
    }
    const heading = this.#headingOf(block.section)
    const around = new Map<number, number>()
    for (const span of sentencesOf(text, block)) {
      const { counts, length, phrases } = this.#count(text.slice(span.start, span.end))
      this.sentences++
      this.words += length
      const position = this.#position++
      for (const term of counts.keys()) this.frequency[term] = (this.frequency[term] ?? 0) + 1
      if (!this.#telling(counts) && !this.#telling(heading)) continue
      merge(around, counts)
      this.candidates.push({
        ...span,
        document: this.#document,
        block,
        position,
        length,
        counts,
        heading,
        around,
        phrases,
      })
    }
  }

  #telling(counts: Counts): boolean {
    for (const term of counts.keys()) if ((this.#question.terms[term]?.weight ?? 0) >= TELLING) return true
    return false
  }

  #headingOf(section: Section): Counts {
    const known = this.#headings.get(section)
    if (known !== undefined) return known
    const { counts } = this.#count(section.path.join(" \n "))
    this.#headings.set(section, counts)
    return counts
  }

  #count(text: string): { readonly counts: Counts; readonly length: number; readonly phrases: number } {
    let counts: Map<number, number> | undefined
    let length = 0
    let phrases = 0
    let last = -2
    let lastAt = -2
    const visit = (raw: string, pair: boolean): void => {
      if (!pair) length++
      for (const { term, weight } of this.#matcher.match(raw, pair)) {
        counts ??= new Map()
        counts.set(term, (counts.get(term) ?? 0) + weight)
        if (pair) continue
        if (term === last + 1 && length === lastAt + 1) phrases++
        last = term
        lastAt = length
      }
    }
    eachToken(text, visit, this.#wanted)
    return { counts: counts ?? empty, length, phrases }
  }
}
