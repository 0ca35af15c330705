/**
 * Meanings of English words: an extract of WordNet 3.1 (Princeton University; its licence stands in LICENSE.wordnet), the
 * senses that are common, with synonyms, broader terms, opposites and derived forms. Read when it is first asked.
 */
import { grouped, inGroup } from "./synonyms.ts"
import { exclusive, opposite, sameSide } from "./opposites.ts"
import * as data from "./wordnet.ts"

interface Synset {
  readonly pos: string
  readonly parents: ReadonlyArray<number>
}

interface Tables {
  readonly synsets: ReadonlyArray<Synset>
  readonly ofWord: ReadonlyMap<string, ReadonlyArray<number>>
  readonly antonyms: ReadonlyMap<string, ReadonlyArray<string>>
  readonly derived: ReadonlyMap<string, ReadonlySet<string>>
}

const pairsOf = (text: string): Map<string, Array<string>> => {
  const map = new Map<string, Array<string>>()
  const add = (from: string, to: string) => {
    const known = map.get(from)
    if (known === undefined) map.set(from, [to])
    else known.push(to)
  }
  for (const line of text.split("\n")) {
    const [a = "", b = ""] = line.split(" ")
    add(a, b)
    add(b, a)
  }
  return map
}

const read = (): Tables => {
  const synsets: Array<Synset> = []
  const ofWord = new Map<string, Array<number>>()
  for (const line of data.synsets.split("\n")) {
    const [head = "", ...members] = line.split(" ")
    const parents =
      head.length === 1
        ? []
        : head
            .slice(1)
            .split(",")
            .map((id) => Number.parseInt(id, 36))
    for (const word of members) {
      const known = ofWord.get(word)
      if (known === undefined) ofWord.set(word, [synsets.length])
      else known.push(synsets.length)
    }
    synsets.push({ pos: head.charAt(0), parents })
  }
  const derived = new Map([...pairsOf(data.derived)].map(([word, list]) => [word, new Set(list)] as const))
  return { synsets, ofWord, antonyms: pairsOf(data.antonyms), derived }
}

let tables: Tables | undefined
const lexicon = (): Tables => (tables ??= read())

/** How two words of different spelling go together. `broader`: the first is a kind of the second. */
export type Relation = "synonym" | "broader" | "narrower" | "opposite" | "sibling" | undefined

const none: ReadonlyArray<number> = []

export const isKnown = (word: string): boolean => lexicon().ofWord.has(word)

/** The same, or does it stand in a group of synonyms? */
export const isListed = (word: string): boolean => isKnown(word) || inGroup(word)

/** Is it a verb before anything else, or can it be one? */
export const canBeVerb = (word: string): boolean => {
  const { ofWord, synsets } = lexicon()
  return (ofWord.get(word) ?? none).some((id) => synsets[id]?.pos === "v")
}

export const isAdjective = (word: string): boolean => {
  const { ofWord, synsets } = lexicon()
  return (ofWord.get(word) ?? none).some((id) => synsets[id]?.pos === "a")
}

export const isNoun = (word: string): boolean => {
  const { ofWord, synsets } = lexicon()
  return (ofWord.get(word) ?? none).some((id) => synsets[id]?.pos === "n")
}

/** Is `to` among the broader terms of `from`, at most `steps` up? */
const above = (from: ReadonlyArray<number>, to: ReadonlySet<number>, steps: number): boolean => {
  const { synsets } = lexicon()
  let level: ReadonlyArray<number> = from
  for (let step = 0; step < steps && level.length > 0; step++) {
    level = level.flatMap((id) => synsets[id]?.parents ?? [])
    if (level.some((id) => to.has(id))) return true
  }
  return false
}

const antonymous = (a: string, b: string): boolean =>
  opposite(a, b) ||
  exclusive(a, b) ||
  lexicon().antonyms.get(a)?.includes(b) === true ||
  negatedForm(a, b) ||
  negatedForm(b, a)

/** unlimited, inactive, nonprofit, discontinue: the same word with a denial before it. */
const negatedForm = (denied: string, word: string): boolean =>
  denied.length > word.length &&
  word.length >= 4 &&
  denied.endsWith(word) &&
  /^(?:un|in|im|ir|il|non|dis|mis|de|anti)$/.test(denied.slice(0, denied.length - word.length)) &&
  !["invaluable", "inflammable", "increase", "indeed", "impress"].includes(denied)

const memory = new Map<string, Map<string, NonNullable<Relation> | "none">>()
let remembered = 0

/** How the first word goes with the second, both in base form and not equal. */
export const relate = (a: string, b: string): Relation => {
  let row = memory.get(b)
  const known = row?.get(a)
  if (known !== undefined) return known === "none" ? undefined : known
  if (++remembered > 200_000) {
    memory.clear()
    remembered = 0
    row = undefined
  }
  if (row === undefined) memory.set(b, (row = new Map()))
  const relation = find(a, b)
  row.set(a, relation ?? "none")
  return relation
}

/** "construction" goes with "erect", since it is made of "construct". */
const groupedForms = (a: string, b: string, derived: Tables["derived"]): boolean =>
  (!agent.test(a) && [...(derived.get(a) ?? [])].some((form) => !agent.test(form) && grouped(form, b))) ||
  (!agent.test(b) && [...(derived.get(b) ?? [])].some((form) => !agent.test(form) && grouped(a, form)))

/** Who does it is not what is done: employee, employ. */
const agent = /(?:ee|er|or|ist)$/

/** What is repainted is painted; what is preheated is heated. */
const prefixed = (more: string, word: string): boolean => {
  const [, rest] = /^(?:re|pre|co|fore|inter)-?(.{4,})$/.exec(more) ?? []
  return rest === word && canBeVerb(word)
}

const find = (a: string, b: string): Relation => {
  const { ofWord, derived, synsets } = lexicon()
  if (antonymous(a, b)) return "opposite"
  if (grouped(a, b) || sameSide(a, b)) return "synonym"
  if (derived.get(a)?.has(b) === true) return "synonym"
  if (groupedForms(a, b, derived)) return "synonym"
  if (prefixed(a, b)) return "broader"
  if (prefixed(b, a)) return "narrower"
  const [mine, theirs] = [ofWord.get(a) ?? none, ofWord.get(b) ?? none]
  if (mine.length === 0 || theirs.length === 0) return undefined
  const [from, to] = [new Set(mine), new Set(theirs)]
  if (theirs.some((id) => from.has(id))) return "synonym"
  if (above(mine, to, 2)) return "broader"
  if (above(theirs, from, 2)) return "narrower"
  const up = new Set(mine.flatMap((id) => (synsets[id]?.pos === "n" ? synsets[id].parents : none)))
  return theirs.some((id) => synsets[id]?.pos === "n" && synsets[id].parents.some((p) => up.has(p)))
    ? "sibling"
    : undefined
}
