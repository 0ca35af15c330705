import * as lists from "./lexicon/wordLists.ts"
import type { Concept, Reading } from "./Reading.ts"

const code = new Set(["function", "program", "script", "method", "app"])

/** Places where what a thing is changes with them: never taken for one another. */
const isLoose = (role: string): boolean => role === "core" || lists.loosePrepositions.has(role)

const questions: Readonly<Record<string, string>> = {
  "@howto": "how to do it",
  "@what": "what",
  "@yesno": "whether",
  "@task": "for something to be done",
  "@howmany": "how many",
  "@howmuch": "how much",
  "@howlong": "how long",
  "@howoften": "how often",
  "@howlike": "how likely",
  "@convert": "for a conversion",
}
const asks = (type: string): string => questions[type] ?? type.slice(1)

/** How one concept of `a` and the same of `b` are paired, in the order of `a`. */
interface Pair {
  readonly a: Concept
  readonly b: Concept
  readonly at: number
}

interface Matched {
  readonly pairs: ReadonlyArray<Pair>
  readonly onlyA: ReadonlyArray<Concept>
  readonly onlyB: ReadonlyArray<Concept>
}

const match = (a: Reading, b: Reading): Matched => {
  const left = b.concepts.map((concept, at) => ({ concept, at }))
  const pairs: Array<Pair> = []
  const onlyA: Array<Concept> = []
  for (const concept of a.concepts) {
    const same = left.filter((other) => other.concept.name === concept.name)
    const found =
      same.find((other) => other.concept.role === concept.role && other.concept.binds === concept.binds) ?? same[0]
    if (found === undefined) onlyA.push(concept)
    else {
      left.splice(left.indexOf(found), 1)
      pairs.push({ a: concept, b: found.concept, at: found.at })
    }
  }
  return { pairs, onlyA, onlyB: left.map(({ concept }) => concept) }
}

const kindOf = ({ name, kind, capital }: Concept): string => {
  if (lists.negations.has(name)) return "negation"
  if (kind === "number") return "number"
  if (kind === "literal") return "code or quotation"
  if (kind === "pronoun") return "person"
  if (lists.temporal.has(name)) return "time"
  if (/^(?:more|most|less|least|more than|less than|at least|at most|all|some|few|many|only|both)$/.test(name))
    return "quantity or comparison"
  if (/^(?:can|should|must|would|might|will)$/.test(name)) return "modality"
  return capital ? "name" : "word"
}

const told = (concept: Concept): string => {
  const known = concept.said.toLowerCase() === concept.name || concept.kind === "number" ? "" : ` (${concept.name})`
  return `${kindOf(concept)} "${concept.said}"${known}`
}

/** Words that only one side has, unless all of them may be missing. */
const leftovers = (a: Reading, b: Reading, { onlyA, onlyB }: Matched): ReadonlyArray<string> => {
  const issues = [
    ...onlyA.map((concept) => `only the first has the ${told(concept)}`),
    ...onlyB.map((concept) => `only the second has the ${told(concept)}`),
  ]
  const softA = [...a.soft].filter((name) => !b.soft.has(name))
  const softB = [...b.soft].filter((name) => !a.soft.has(name))
  const isCode = (soft: ReadonlyArray<string>, only: ReadonlyArray<Concept>) =>
    only.length === 1 && soft.includes("~code") && code.has(only[0]?.name ?? "")
  if (issues.length === 1 && (isCode(softA, onlyB) || isCode(softB, onlyA))) return []
  if (softA.length > 0 && softB.length > 0)
    return [...issues, `the first says "${softA[0]?.slice(1)}", the second "${softB[0]?.slice(1)}"`]
  const hard = softA.concat(softB).find((name) => name === "~approx")
  return hard === undefined ? issues : [...issues, `only one says "${hard.slice(1)}"`]
}

const places = (pairs: ReadonlyArray<Pair>): ReadonlyArray<string> => {
  const moved = pairs.filter(({ a, b }) => a.role !== b.role)
  const issues: Array<string> = []
  for (const { a, b } of moved) {
    const where = `"${a.said}" stands ${placed(a.role)} in the first and ${placed(b.role)} in the second`
    const isFor = (a.role === "for") !== (b.role === "for")
    const timed = a.kind === "number" || lists.temporal.has(a.name)
    if (a.role !== "core" && b.role !== "core" && (timed || isFor || !isLoose(a.role) || !isLoose(b.role)))
      issues.push(where)
    else if (!isLoose(a.role) || !isLoose(b.role)) {
      if (!isAnchored(pairs, a.role === "core" ? b.role : a.role)) issues.push(where)
    } else if (moved.some((other) => other.a.role === b.role && other.b.role === a.role))
      issues.push(`${where}, and another the other way round`)
  }
  return issues
}

const placed = (role: string): string => (role === "core" ? "free" : `after "${role}"`)

/** "USD to EUR" is "from USD to EUR": the other end of the direction is said on both sides. */
const isAnchored = (pairs: ReadonlyArray<Pair>, role: string): boolean => {
  const other = { from: "to", to: "from" }[role]
  return other !== undefined && pairs.some(({ a, b }) => a.role === other && b.role === other)
}

/** Doing something to a thing may be said in either order; who does it to whom may not. */
const free = new Set(["@howto", "@task", "@convert"])

const ordered = (a: Reading, b: Reading, pairs: ReadonlyArray<Pair>): ReadonlyArray<string> => {
  for (let i = 0; i < pairs.length; i++) {
    for (let j = i + 1; j < pairs.length; j++) {
      const [x, y] = [pairs[i], pairs[j]]
      if (x === undefined || y === undefined || x.at < y.at || isSafe(a, b, x, y)) continue
      return [`"${x.a.said}" and "${y.a.said}" stand the other way round`]
    }
  }
  return []
}

const isSafe = (a: Reading, b: Reading, x: Pair, y: Pair): boolean => {
  if (a.type === "@convert") return true
  const fixed = (pair: Pair) => pair.a.role === pair.b.role
  const marked = (pair: Pair) => pair.a.role !== "core" && pair.b.role !== "core"
  if ((marked(x) || marked(y)) && x.a.role !== y.a.role && x.b.role !== y.b.role) return true
  // `y` comes first in the second text, `x` in the first.
  const done = x.a.action !== y.a.action && (x.a.action ? x.b.verbal : y.a.verbal)
  if (free.has(a.type) && a.type === b.type && done) return true
  if (a.type === "@what" && b.type === "@what" && isSuperlative(a, x, y) && isSuperlative(b, x, y)) return true
  if (a.type === b.type && /^@(?:yesno|what)$/.test(a.type) && isPredicate(a, x, y)) return true
  if (a.type === "@howlong" && b.type === a.type && [x, y].some(({ a: { name } }) => lists.kitchen.has(name)))
    return true
  if (isManner(a, b, x) || isManner(a, b, y) || isPlain(x) || isPlain(y)) return true
  const attribute = (pair: Pair) => fixed(pair) && pair.a.role === "core" && lists.attributes.has(pair.a.name)
  const owned = (pair: Pair) => /^(?:core|of)$/.test(pair.a.role) && /^(?:core|of)$/.test(pair.b.role)
  if ((attribute(x) && owned(y)) !== (attribute(y) && owned(x))) return true
  const floats = (held: Pair, moved: Pair) =>
    fixed(held) &&
    isLoose(held.a.role) &&
    /^(?:of|in|using|about|for)$/.test(moved.a.role === "core" ? moved.b.role : moved.a.role) &&
    moved.a.kind === "word"
  if (!fixed(x) && floats(y, x)) return true
  if (!fixed(y) && floats(x, y)) return true
  const side = (reading: Reading, first: Concept, second: Concept) => {
    const [p, q] = [reading.concepts.indexOf(first), reading.concepts.indexOf(second)]
    return Math.abs(p - q) === 1 && (reading.concepts[Math.max(p, q)]?.joined ?? false)
  }
  return side(a, x.a, y.a) && side(b, x.b, y.b)
}

/** "Which ocean is the biggest" and "the biggest ocean": a single "most" moves over what it is said of. */
const isSuperlative = ({ concepts }: Reading, x: Pair, y: Pair): boolean => {
  const most = concepts.filter(({ name }) => name === "most")
  const isPart = ({ a }: Pair) => a.name === "most" || a.name === most[0]?.binds
  return most.length === 1 && isPart(x) !== isPart(y)
}

/** "Is it safe to eat it" and "is eating it safe": the only thing that is told. */
const isPredicate = ({ concepts }: Reading, x: Pair, y: Pair): boolean => {
  const told = concepts.filter(({ name }) => lists.predicates.has(name))
  return told.length === 1 && lists.predicates.has(x.a.name) !== lists.predicates.has(y.a.name)
}

/** "Explain it in simple terms" and "a simple explanation of it". */
const isPlain = ({ a, b }: Pair): boolean =>
  a.name === "easy" &&
  [a.said, b.said].some((said) => /^(?:terms?|words?|language|english|simply|understand)$/i.test(said))

/** "A fast way to do it" and "do it quickly". */
const isManner = (a: Reading, b: Reading, pair: Pair): boolean =>
  a.type === "@howto" &&
  b.type === "@howto" &&
  /^(?:fast|easy|cheap|safe|permanently|temporarily|automatically|manually|properly|naturally)$/.test(pair.a.name) &&
  [pair.a, pair.b].some(({ said }) => said.endsWith("ly")) &&
  (a.concepts[0] === pair.a || b.concepts[0] === pair.b)

const isCodeName = (pairs: ReadonlyArray<Pair>, { name }: Concept): boolean =>
  lists.codeLanguages.has(name) && pairs.some(({ a }) => lists.codeTerms.has(a.name))

const details = (pairs: ReadonlyArray<Pair>, verbatim: boolean): ReadonlyArray<string> =>
  pairs.flatMap(({ a, b }) => {
    if (
      verbatim &&
      a.kind === "word" &&
      b.kind === "word" &&
      !lists.wordTalk.has(a.name) &&
      a.said.toLowerCase() !== b.said.toLowerCase()
    )
      return [`"${a.said}" and "${b.said}" are different words, and words are what is asked about`]
    if (a.binds !== b.binds && a.binds !== undefined && b.binds !== undefined)
      return [`"${a.said}" belongs to "${a.binds}" in the first and to "${b.binds}" in the second`]
    if (a.capital !== b.capital && lists.doubleNamed.has(a.name) && !isCodeName(pairs, a))
      return [`"${a.said}" is a name on one side only`]
    return []
  })

/** Of who it is, of the main ones and of the best: one is another answer than several. */
const counted = (a: Reading, b: Reading, pairs: ReadonlyArray<Pair>): ReadonlyArray<string> => {
  if (!isPick(a) || !isPick(b) || free.has(a.type)) return []
  const [one, other] = [isMany(a), isMany(b)]
  const several = pairs.find(({ a, b }) => {
    const [x, y] = [a.said.toLowerCase(), b.said.toLowerCase()]
    return a.kind === "word" && a.role === "core" && b.role === "core" && (x === `${y}s` || y === `${x}s`)
  })
  return several !== undefined || (one !== undefined && other !== undefined && one !== other)
    ? ["one is asked for on one side, and several on the other"]
    : []
}

const isPick = ({ type, concepts }: Reading): boolean =>
  type === "@who" ||
  concepts.some(({ name, said }) => /^(?:most|main|first|second|third)$/.test(name) && !said.endsWith("ly"))

const isMany = ({ words }: Reading): boolean | undefined => {
  const verb = /^(?:\S+ ){1,2}?(is|was|are|were)\b/.exec(words)?.[1]
  return verb === undefined ? undefined : verb.startsWith("a") || verb === "were"
}

/** "Can my boss fire me", "can I fire my boss": who does it stands before the verb. */
const agents = (a: Reading, b: Reading): ReadonlyArray<string> => {
  const before = ({ concepts }: Reading): string => {
    const verb = concepts.findIndex(({ action }) => action)
    const held = concepts.slice(0, Math.max(verb, 0)).filter(({ kind, role }) => kind === "word" && role === "core")
    return held
      .map(({ name }) => name)
      .sort()
      .join(" ")
  }
  const modal = ({ type, concepts }: Reading) =>
    type === "@yesno" && concepts.some(({ name }) => /^(?:can|should|must|would|might|will)$/.test(name))
  return modal(a) && modal(b) && before(a) !== before(b) ? ["who does it is not the same"] : []
}

/** What two prompts disagree in, in words. Nothing: one answer serves both. */
export const disagreements = (a: Reading, b: Reading): ReadonlyArray<string> => {
  if (a.words === b.words && a.words !== "") return sameWords(a, b)
  if (a.foreign !== b.foreign) return ["they are in different languages"]
  if (a.foreign) return ["they are not in English, and their words are not the same"]
  if (a.concepts.length === 0 || b.concepts.length === 0) return ["one of them holds no word with a meaning of its own"]
  const issues: Array<string> = []
  if (a.type !== b.type) issues.push(`the first asks ${asks(a.type)}, the second ${asks(b.type)}`)
  if (a.tense !== b.tense && !isTimeless(a, b))
    issues.push(`the first is about the ${a.tense}, the second about the ${b.tense}`)
  const matched = match(a, b)
  return [
    ...issues,
    ...leftovers(a, b, matched),
    ...places(matched.pairs),
    ...ordered(a, b, matched.pairs),
    ...details(matched.pairs, a.verbatim || b.verbatim),
    ...agents(a, b),
    ...counted(a, b, matched.pairs),
  ]
}

const isTimeless = (a: Reading, b: Reading): boolean =>
  [a.tense, b.tense].every((tense) => tense === "past" || tense === "present") &&
  ((a.type === "@howto" && b.type === "@howto") ||
    a.concepts.some(({ name }) => lists.timeless.has(name)) ||
    [a, b].every(isNamedEvent))

/** "The causes of the French Revolution" are what caused it. */
const isNamedEvent = ({ type, concepts }: Reading): boolean =>
  type === "@why" && concepts.length > 1 && concepts.some(({ name, capital }) => capital && lists.events.has(name))

/** The same words in the same order: only capitals, stops and articles differ ("us" and "US", "few" and "a few"). */
const sameWords = (a: Reading, b: Reading): ReadonlyArray<string> => {
  const matched = match(a, b)
  return [...(a.foreign ? [] : leftovers(a, b, matched)), ...details(matched.pairs, false)]
}
