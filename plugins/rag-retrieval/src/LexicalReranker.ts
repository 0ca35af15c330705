import { type Reranker, type Retrieved, tellingWordsOf, wordsOf } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { type Places, placesOf, Readings, smallestSpan } from "./internal/retrieve/Reading.ts"

export interface LexicalRerankerOptions {
  /** How much each sign counts; they are divided by their sum. */
  readonly weights?: Partial<typeof defaultWeights>
  /** Texts whose words are remembered. Default: 500. */
  readonly remembered?: number
}

/** Chosen on one half of the judged questions of the `rag-quality` bench, and measured on the other. */
const defaultWeights = {
  /** How much of the question the passage has, by the rarity of its words among the candidates. */
  coverage: 1,
  /** The same of its headings and title. */
  headings: 2,
  /** How near to each other the words stand. */
  proximity: 2,
  /** Neighbours in the question that are neighbours here, in that order. */
  order: 3,
  /** Names of code in the question that stand here letter by letter. */
  identifiers: 0.5,
  /** What the stages before thought of it. */
  found: 6,
}

/**
 * Reads the question and each passage word by word, without a model: which words of the question are there, how rare they
 * are among the candidates, in the headings or in the text, near to each other, in order, and names of code exactly. Scores
 * are 0 to 1.
 */
export const lexicalReranker = ({ weights, remembered = 500 }: LexicalRerankerOptions = {}): Reranker => {
  const counts = { ...defaultWeights, ...weights }
  const sum = Object.values(counts).reduce((all, weight) => all + weight, 0)
  const readings = new Readings(remembered)
  const signs = Object.keys(counts).filter((sign): sign is keyof Signs => sign in defaultWeights)
  return {
    id: "switchyard/lexical",
    rerank: (question, found) =>
      Effect.sync(() => {
        const asked = new Asked(question, found, readings)
        const total = (of: Signs) => signs.reduce((all, sign) => all + counts[sign] * of[sign], 0)
        return found.map((one) => (sum === 0 ? 0 : total(asked.signsOf(one)) / sum))
      }),
  }
}

/** Each 0 to 1. */
type Signs = { readonly [Sign in keyof typeof defaultWeights]: number }

/** A run of letters and digits, with what joins the parts of a name. */
const run = /--?[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*|[\p{L}\p{N}@]+(?:[-_./:][\p{L}\p{N}]+)*/gu

/** Rather names of code than words: `maxTokens`, `rag-store`, `a.b`, `--file`, `utf8`. */
const identifiersIn = (question: string): ReadonlyArray<string> =>
  (question.match(run) ?? []).filter((name) => /[-_./:@]|\p{Ll}\p{Lu}|\p{L}\p{N}/u.test(name))

/** A question beside its candidates. */
class Asked {
  readonly #words: ReadonlyArray<string>
  readonly #identifiers: ReadonlyArray<string>
  readonly #rarity: ReadonlyMap<string, number>
  readonly #total: number
  readonly #best: number
  readonly #places: ReadonlyMap<Retrieved, Places>

  constructor(question: string, found: ReadonlyArray<Retrieved>, readings: Readings) {
    this.#words = tellingWordsOf(question)
    this.#identifiers = [...new Set(identifiersIn(question))]
    const asked = new Set(this.#words)
    this.#places = new Map(found.map((one) => [one, placesOf(asked, readings.of(one.chunk.text))]))
    this.#rarity = this.#rarities([...this.#places.values()])
    this.#total = this.#words.reduce((sum, word) => sum + this.#of(word), 0)
    this.#best = Math.max(0, ...found.map(({ score }) => score))
  }

  signsOf(one: Retrieved): Signs {
    const { chunk, score } = one
    const places = this.#places.get(one) ?? new Map()
    const title = chunk.metadata["title"]
    const above = new Set(wordsOf([typeof title === "string" ? title : "", ...chunk.headings].join("\n")))
    return {
      coverage: this.#share((word) => places.has(word)),
      headings: this.#share((word) => above.has(word)),
      proximity: this.#proximity(places),
      order: this.#order(places),
      identifiers: this.#exact(chunk.text),
      found: this.#best <= 0 ? 0 : Math.max(0, score) / this.#best,
    }
  }

  #rarities(all: ReadonlyArray<Places>): ReadonlyMap<string, number> {
    const rarity = (word: string): number => {
      const having = all.reduce((sum, places) => sum + (places.has(word) ? 1 : 0), 0)
      return Math.log(1 + (all.length - having + 0.5) / (having + 0.5))
    }
    return new Map(this.#words.map((word) => [word, rarity(word)]))
  }

  #of(word: string): number {
    return this.#rarity.get(word) ?? 0
  }

  #share(has: (word: string) => boolean): number {
    if (this.#total === 0) return 0
    return this.#words.reduce((sum, word) => (has(word) ? sum + this.#of(word) : sum), 0) / this.#total
  }

  /** Two words at least: how many of them there are over how many words they are spread. */
  #proximity(places: Places): number {
    const lists = this.#words.flatMap((word) => [places.get(word) ?? []].filter((list) => list.length > 0))
    if (lists.length < 2) return 0
    return (lists.length / smallestSpan(lists)) * (lists.length / this.#words.length)
  }

  /** Pairs of the question's words that follow each other here too, with at most two words between them. */
  #order(places: Places): number {
    const pairs = this.#words.slice(1).map((word, at) => [this.#words[at] ?? "", word] as const)
    if (pairs.length === 0) return 0
    const follows = pairs.filter(([first, second]) => {
      const after = new Set(places.get(second))
      return (places.get(first) ?? []).some((at) => after.has(at + 1) || after.has(at + 2) || after.has(at + 3))
    })
    return follows.length / pairs.length
  }

  #exact(text: string): number {
    if (this.#identifiers.length === 0) return 0
    return this.#identifiers.filter((name) => text.includes(name)).length / this.#identifiers.length
  }
}
