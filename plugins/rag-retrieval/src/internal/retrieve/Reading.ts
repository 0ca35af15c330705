import { wordsOf } from "@switchyard/rag"

/** Where each of some words stands in a text, counted in words; ascending. Words that are not there have no place. */
export type Places = ReadonlyMap<string, ReadonlyArray<number>>

export const placesOf = (asked: ReadonlySet<string>, words: ReadonlyArray<string>): Places => {
  const places = new Map<string, Array<number>>()
  words.forEach((word, at) => {
    if (!asked.has(word)) return
    const known = places.get(word)
    if (known === undefined) places.set(word, [at])
    else known.push(at)
  })
  return places
}

/** The words of the texts that were read last: what is asked for often is read once. Some 2 kB each, beside the text. */
export class Readings {
  readonly #capacity: number
  readonly #kept = new Map<string, ReadonlyArray<string>>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  of(text: string): ReadonlyArray<string> {
    const known = this.#kept.get(text)
    const words = known ?? wordsOf(text)
    // A `Map` goes in the order of insertion: set again, this one is the youngest.
    if (known !== undefined) this.#kept.delete(text)
    this.#kept.set(text, words)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > this.#capacity && oldest !== undefined) this.#kept.delete(oldest)
    return words
  }
}

/** The fewest words in a row that hold one of each list of places; `Infinity` where a list is empty. Lists ascend. */
export const smallestSpan = (lists: ReadonlyArray<ReadonlyArray<number>>): number => {
  const all = lists
    .flatMap((places, list) => places.map((place) => ({ place, list })))
    .sort((a, b) => a.place - b.place)
  const seen = lists.map(() => 0)
  let [missing, from, smallest] = [lists.length, 0, Infinity]
  for (const { place, list } of all) {
    if (seen[list]!++ === 0) missing--
    for (; missing === 0; from++) {
      const first = all[from]!
      smallest = Math.min(smallest, place - first.place + 1)
      if (--seen[first.list]! === 0) missing++
    }
  }
  return smallest
}
