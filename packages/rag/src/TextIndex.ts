import { Postings } from "./internal/Postings.ts"
import { TopK } from "./internal/TopK.ts"
import { askedIn, eachWord, formsOf, type Word } from "./internal/words.ts"

export interface TextIndexOptions {
  /** How soon more of the same word stops counting. Default: 1.2. */
  readonly k1?: number
  /** How much long texts are held back, 0 to 1. Default: 0.75. */
  readonly b?: number
}

export interface TextSearch {
  /** As a person writes it: nothing in it is an operator. */
  readonly text: string
  /** How many at most, from 1. */
  readonly k: number
  /** Which ids count. Asked only about texts whose score would get them in. */
  readonly accepts?: (id: string) => boolean
}

export interface TextMatch {
  readonly id: string
  /** From 0; grows with each word that is there, the more the rarer it is. */
  readonly score: number
}

/**
 * The words of a text in the form in which they are compared, in order: lower case, without diacritics, English ones by their
 * stem (Porter, 1980). Of `maxOutputTokens` and `max_output_tokens` the whole (`maxoutputtoken`) and its parts; `C++`, `C#` and
 * `.NET` are `cplusplus`, `csharp` and `dotnet`, an emoji its code point (`u1f600`). Of Chinese, Japanese and Korean the pairs
 * of neighbouring characters, then each character; of Thai, Lao, Khmer and Burmese the words of a dictionary.
 */
export const wordsOf = (text: string): ReadonlyArray<string> => {
  const words: Array<string> = []
  eachWord(text, (word) => words.push(...formsOf(word)))
  return words
}

/**
 * The words of a question that say what it is about, each once, to be looked for among `wordsOf` a text: those that only bind
 * (the, of, how) count only alone, and single characters of Chinese, Japanese and Korean only where they are all of a word.
 */
export const tellingWordsOf = (question: string): ReadonlyArray<string> => [
  ...new Set(askedIn(question).flatMap((word) => [word.form, ...word.parts.map(({ form }) => form)])),
]

/** The words of a question that a text has, as the question writes them: of an identifier, else the parts that it has. */
export const sharedWords = (question: string, text: string): ReadonlyArray<string> => {
  const there = new Set(wordsOf(text))
  const shared = askedIn(question).flatMap((word) => (there.has(word.form) ? [word] : word.parts))
  return [...new Set(shared.filter(({ form }) => there.has(form)).map(({ written }) => written))]
}

/**
 * An inverted index in memory, ranked by BM25 (Robertson & Zaragoza, 2009, with the logarithm of Lucene, which is never
 * below 0). Texts come and go one by one; of equal scores, the id that sorts first. It takes about 9 bytes for each different
 * word of each text, beside the ids and the words themselves; what deleted texts took is given back when they are a third.
 */
export class TextIndex {
  readonly #k1: number
  readonly #b: number
  readonly #postings = new Map<string, Postings>()
  readonly #slotOf = new Map<string, number>()
  /** By slot. An id that is gone leaves an empty slot until the next sweep. */
  #ids: Array<string | undefined> = []
  #words: Array<ReadonlyArray<Postings>> = []
  #lengths: Array<number> = []
  #totalLength = 0
  #scores = new Float64Array(0)

  constructor({ k1 = 1.2, b = 0.75 }: TextIndexOptions = {}) {
    this.#k1 = k1
    this.#b = b
  }

  get size(): number {
    return this.#slotOf.size
  }

  /** Takes a text in; one of the same id before is replaced. */
  put(id: string, text: string): void {
    this.remove(id)
    const counts = new Map<string, number>()
    let length = 0
    eachWord(text, (word) => {
      for (const form of formsOf(word)) counts.set(form, (counts.get(form) ?? 0) + 1)
      length++
    })
    const slot = this.#ids.length
    const words: Array<Postings> = []
    for (const [word, count] of counts) {
      let postings = this.#postings.get(word)
      if (postings === undefined) this.#postings.set(word, (postings = new Postings()))
      postings.add(slot, count)
      words.push(postings)
    }
    this.#slotOf.set(id, slot)
    this.#ids.push(id)
    this.#words.push(words)
    this.#lengths.push(length)
    this.#totalLength += length
  }

  remove(id: string): boolean {
    const slot = this.#slotOf.get(id)
    if (slot === undefined) return false
    for (const postings of this.#words[slot]!) postings.live--
    this.#totalLength -= this.#lengths[slot]!
    this.#slotOf.delete(id)
    this.#ids[slot] = undefined
    this.#words[slot] = []
    if (this.#ids.length > 64 && this.#slotOf.size < (this.#ids.length * 2) / 3) this.#sweep()
    return true
  }

  clear(): void {
    this.#postings.clear()
    this.#slotOf.clear()
    this.#ids = []
    this.#words = []
    this.#lengths = []
    this.#totalLength = 0
  }

  /** How many texts have a word, given as `wordsOf` gives it. */
  occurrences(word: string): number {
    return this.#postings.get(word)?.live ?? 0
  }

  /**
   * Best first. A text matches when it has one of the words, or a part of one. An identifier counts as one word: as much as the
   * whole does, or the mean of its parts.
   */
  search({ text, k, accepts }: TextSearch): ReadonlyArray<TextMatch> {
    const ids = this.#ids
    if (this.#scores.length < ids.length) this.#scores = new Float64Array(ids.length * 2)
    const scores = this.#scores
    const touched = this.#score(askedIn(text), scores)
    const best = new TopK(k, (scoreA, a, scoreB, b) => scoreA < scoreB || (scoreA === scoreB && ids[a]! > ids[b]!))
    for (const slot of touched) {
      const score = scores[slot]!
      scores[slot] = 0
      const id = ids[slot]
      if (id === undefined || score < best.bar) continue
      if (accepts === undefined || accepts(id)) best.offer(score, slot)
    }
    return best.sorted().map(({ row, score }) => ({ id: ids[row]!, score }))
  }

  /** Adds up what each slot gets, and gives the slots that got something. */
  #score(words: ReadonlyArray<Word>, scores: Float64Array): ReadonlyArray<number> {
    const touched: Array<number> = []
    const add = (slot: number, gain: number): void => {
      if (scores[slot] === 0) touched.push(slot)
      scores[slot]! += gain
    }
    for (const { form, parts } of words) {
      if (parts.length === 0) this.#eachGain(form, add)
      else for (const [slot, gain] of this.#gainsOf(form, parts)) add(slot, gain)
    }
    return touched
  }

  #gainsOf(whole: string, parts: ReadonlyArray<Word>): ReadonlyMap<number, number> {
    const gains = new Map<number, number>()
    for (const { form } of parts)
      this.#eachGain(form, (slot, gain) => gains.set(slot, (gains.get(slot) ?? 0) + gain / parts.length))
    this.#eachGain(whole, (slot, gain) => gains.set(slot, Math.max(gain, gains.get(slot) ?? 0)))
    return gains
  }

  #eachGain(word: string, see: (slot: number, gain: number) => void): void {
    const postings = this.#postings.get(word)
    if (postings === undefined || postings.live === 0) return
    const average = this.#totalLength / Math.max(1, this.size)
    const [k1, b] = [this.#k1, this.#b]
    const rarity = Math.log(1 + (this.size - postings.live + 0.5) / (postings.live + 0.5))
    const { slots, counts, length } = postings
    for (let at = 0; at < length; at++) {
      const slot = slots[at]!
      const count = counts[at]!
      const weight = k1 * (1 - b + (b * this.#lengths[slot]!) / average)
      see(slot, (rarity * count * (k1 + 1)) / (count + weight))
    }
  }

  /** Gives back what the texts that are gone took. */
  #sweep(): void {
    const moved = new Int32Array(this.#ids.length).fill(-1)
    let next = 0
    this.#ids.forEach((id, slot) => {
      if (id === undefined) return
      moved[slot] = next
      this.#slotOf.set(id, next++)
    })
    const stays = (_: unknown, slot: number) => moved[slot]! >= 0
    this.#words = this.#words.filter(stays)
    this.#lengths = this.#lengths.filter(stays)
    this.#ids = this.#ids.filter(stays)
    for (const [word, postings] of this.#postings) {
      if (postings.live === 0) this.#postings.delete(word)
      else postings.move(moved)
    }
  }
}
