import * as lists from "./lexicon/wordLists.ts"
import type { Pair } from "./matching.ts"
import type { Concept, Reading } from "./Reading.ts"

/** Places where what a thing is changes with them: never taken for one another. */
export const isLoose = (role: string): boolean => role === "core" || lists.loosePrepositions.has(role)

const modals = /^(?:can|should|must|would|might|will)$/

/** Doing something to a thing may be said in either order; who does it to whom may not. */
export const free = new Set(["@howto", "@task", "@convert"])

/** What decides about an order, found once for two readings. */
interface Facts {
  /** The kind of question, where it is the same. */
  readonly type: string | undefined
  readonly oneModal: boolean
  readonly oneVerb: boolean
  readonly hasPredicate: boolean
  readonly onePredicate: boolean
  readonly twoWords: boolean
  /** What the only "most" of each is said of; none where there are more. */
  readonly most: readonly [string | undefined, string | undefined]
  /** The phrase that each ends with. */
  readonly last: readonly [number, number]
  readonly firsts: ReadonlyArray<Concept | undefined>
  readonly places: ReadonlyMap<Concept, number>
}

const isModalMarker = ({ kind, name }: Concept): boolean => kind === "marker" && modals.test(name)
const isPredicateName = ({ name }: Concept): boolean => lists.predicates.has(name)

const factsOf = (a: Reading, b: Reading): Facts => {
  const count = (reading: Reading, is: (concept: Concept) => boolean) => reading.concepts.filter(is).length
  const both = (is: (concept: Concept) => boolean) => count(a, is) === 1 && count(b, is) === 1
  const mostOf = ({ concepts }: Reading) => {
    const [most, ...more] = concepts.filter(({ name }) => name === "most")
    return more.length === 0 ? most?.binds : undefined
  }
  return {
    type: a.type === b.type ? a.type : undefined,
    oneModal: both(isModalMarker),
    oneVerb: both(({ action }) => action),
    hasPredicate: a.concepts.some(isPredicateName),
    onePredicate: count(a, isPredicateName) === 1,
    twoWords: count(a, ({ kind }) => kind === "word") === 2,
    most: [mostOf(a), mostOf(b)],
    last: [a.concepts.at(-1)?.phrase ?? 0, b.concepts.at(-1)?.phrase ?? 0],
    firsts: [a.concepts[0], b.concepts[0]],
    places: new Map([...a.concepts, ...b.concepts].map((concept, i) => [concept, i])),
  }
}

export const ordered = (a: Reading, b: Reading, pairs: ReadonlyArray<Pair>): ReadonlyArray<string> => {
  let facts: Facts | undefined
  const owned = pairs.map((pair, i) => ownedBy(pair, pairs[i + 1]))
  for (let i = 0; i < pairs.length; i++) {
    for (let j = i + 1; j < pairs.length; j++) {
      const [one, other] = [pairs[i], pairs[j]]
      if (one === undefined || other === undefined || one.at < other.at) continue
      const [x, y] = [owned[i] ?? one, owned[j] ?? other]
      facts ??= factsOf(a, b)
      if (x !== y && !isSafe(facts, x, y)) return [`"${one.a.said}" and "${other.a.said}" stand the other way round`]
    }
  }
  return []
}

const fixed = ({ a, b }: Pair): boolean => a.role === b.role
const marked = ({ a, b }: Pair): boolean => a.role !== "core" && b.role !== "core"

/** `y` comes first in the second text, `x` in the first. */
const isSafe = (facts: Facts, x: Pair, y: Pair): boolean => {
  if (facts.type === "@convert") return true
  if ((marked(x) || marked(y)) && x.a.role !== y.a.role && x.b.role !== y.b.role) return true
  if (isForWhom(facts, x, y)) return false
  return (
    isOpening(facts, x, y) ||
    [x, y].some((pair) => isMovable(facts, pair)) ||
    isDone(facts, x, y) ||
    isSuperlative(facts, x, y) ||
    isPredicate(facts, x, y) ||
    isAttribute(facts, x, y) !== isAttribute(facts, y, x) ||
    (!fixed(x) && floats(y, x)) ||
    (!fixed(y) && floats(x, y)) ||
    isBeside(facts, x, y)
  )
}

/** "My" goes where "my car" goes. */
const ownedBy = (pair: Pair, next: Pair | undefined): Pair =>
  /^(?:my|your|his|her|its|our|their)$/.test(pair.a.name) && next !== undefined && next.at === pair.at + 1 ? next : pair

/** "Dangerous for dogs to eat" is not "dogs are dangerous to eat". */
const isForWhom = ({ hasPredicate }: Facts, ...both: ReadonlyArray<Pair>): boolean =>
  hasPredicate && both.some(({ a, b }) => (a.role === "for") !== (b.role === "for"))

/** "In Python, sort it in place" and "sort it in place in Python": one phrase stands first on one side and last on the other. */
const isOpening = ({ last: [lastA, lastB] }: Facts, x: Pair, y: Pair): boolean =>
  (fixed(x) && x.a.phrase === 1 && x.b.phrase > 1 && x.b.phrase === lastB) ||
  (fixed(y) && y.b.phrase === 1 && y.a.phrase > 1 && y.a.phrase === lastA)

/** What may stand anywhere, and says the same there. */
const isMovable = (facts: Facts, pair: Pair): boolean =>
  pair.a.name.endsWith("…") ||
  // "My car will not start. Why?", "why won't my car start": there is only one verb that it can go with.
  (facts.oneModal && isModalMarker(pair.a)) ||
  isDenial(pair) ||
  isAdverb(pair) ||
  isPlain(pair) ||
  isManner(facts, pair) ||
  (facts.type === "@howlong" && lists.kitchen.has(pair.a.name))

/** "The server does not start", "why doesn't the server start": where "not" stands says nothing more than what it denies. */
const isDenial = ({ a, b }: Pair): boolean => a.name === "not" && a.binds !== undefined && a.binds === b.binds

const adverb = /^[a-z]{3,}(?:al|ful|ous|ive|ed|ent|ant|ate|[ai]b|[ktdrs])ly$/
const scoped = /^(?:exactly|mostly|partly|directly|only)$/
/** "Legally change my name", "change my name legally". */
const isAdverb = ({ a, b }: Pair): boolean =>
  a.role === "core" && b.role === "core" && a.said === b.said && adverb.test(a.said) && !scoped.test(a.said)

/** "Explain it in simple terms" and "a simple explanation of it". */
const isPlain = ({ a, b }: Pair): boolean =>
  a.name === "easy" &&
  [a.said, b.said].some((said) => /^(?:terms?|words?|language|english|simply|understand)$/i.test(said))

/** "A fast way to do it" and "do it quickly". */
const isManner = ({ type, firsts }: Facts, { a, b }: Pair): boolean =>
  type === "@howto" &&
  /^(?:fast|easy|cheap|safe|permanently|temporarily|automatically|manually|properly|naturally)$/.test(a.name) &&
  [a, b].some(({ said }) => said.endsWith("ly")) &&
  (firsts[0] === a || firsts[1] === b)

/** "List sorting" and "sort a list"; and what it is done to may be told before. */
const isDone = ({ type }: Facts, x: Pair, y: Pair): boolean => {
  const verb = x.a.action ? x : y
  if (type === undefined || !free.has(type) || x.a.action === y.a.action || !fixed(verb)) return false
  return (x.a.action ? x.b.verbal : y.a.verbal) || isToldFirst(x, y)
}

/** "I forgot my password, how can I reset it?": what it is done to is in another part of the text. */
const isToldFirst = (x: Pair, y: Pair): boolean =>
  (x.a.part !== y.a.part) !== (x.b.part !== y.b.part) &&
  [x, y].every(({ a, b }) => a.role === "core" && b.role === "core")

/** "Which ocean is the biggest" and "the biggest ocean": a single "most" moves over what it is said of. */
const isSuperlative = ({ type, most }: Facts, x: Pair, y: Pair): boolean =>
  type === "@what" &&
  most.every((of) => {
    const isPart = ({ a: { name } }: Pair) => name === "most" || name === of
    return of !== undefined && isPart(x) !== isPart(y)
  })

/** "Is it safe to drink it", "is it safe to drink": the only thing that is told, and the only thing that is done. */
const isPredicate = ({ type, onePredicate, oneVerb }: Facts, x: Pair, y: Pair): boolean =>
  (type === "@yesno" || type === "@what") &&
  onePredicate &&
  (isPredicateName(x.a) !== isPredicateName(y.a) || (oneVerb && x.a.action !== y.a.action))

/** "The height of the tower", "the tower's height". */
const isAttribute = ({ twoWords }: Facts, held: Pair, { a: { role: one }, b: { role: other } }: Pair): boolean =>
  fixed(held) &&
  held.a.role === "core" &&
  lists.attributes.has(held.a.name) &&
  /^(?:core|of)$/.test(one) &&
  /^(?:core|of)$/.test(other) &&
  (one === "of" || other === "of" || twoWords)

/** "A list in Python", "a Python list". */
const floats = (held: Pair, { a, b }: Pair): boolean =>
  fixed(held) &&
  isLoose(held.a.role) &&
  /^(?:of|in|using|about|for)$/.test(a.role === "core" ? b.role : a.role) &&
  a.kind === "word"

/** "A and B", "B and A". */
const isBeside = ({ places }: Facts, x: Pair, y: Pair): boolean =>
  [[x.a, y.a] as const, [x.b, y.b] as const].every(([one, other]) => {
    const [p, q] = [places.get(one) ?? 0, places.get(other) ?? 9]
    return Math.abs(p - q) === 1 && (p > q ? one : other).joined
  })
