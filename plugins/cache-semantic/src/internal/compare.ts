import * as lists from "./lexicon/wordLists.ts"
import { match, type Matched, type Pair } from "./matching.ts"
import { misnaming } from "./names.ts"
import { free, isLoose, ordered } from "./order.ts"
import type { Concept, Reading } from "./Reading.ts"

const questions: Readonly<Record<string, string>> = {
  "@remedy": "what to do about it",
  "@choice": "which of them",
  "@duty": "what it is for, or has to do",
  "@solve": "for a solution",
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
    only.length === 1 && soft.includes("~code") && lists.codeKinds.has(only[0]?.name ?? "")
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
      const isSwapped = moved.some((other) => other.a.role === b.role && other.b.role === a.role)
      if (isSwapped || !isAnchored(pairs, a.role === "core" ? b.role : a.role)) issues.push(where)
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

/** What is done and who it is, where it begins a text: "Polish the table", "Polish tables". */
const twoWords = /^(?:polish|march|mark|bill|frank|rose|ford|grant)$/

const details = (pairs: ReadonlyArray<Pair>, one: Reading, other: Reading): ReadonlyArray<string> =>
  pairs.flatMap(({ a, b }, i) => {
    if (
      (one.verbatim || other.verbatim) &&
      a.kind === "word" &&
      b.kind === "word" &&
      !lists.wordTalk.has(a.name) &&
      a.said.toLowerCase() !== b.said.toLowerCase()
    )
      return [`"${a.said}" and "${b.said}" are different words, and words are what is asked about`]
    if (a.binds !== b.binds && a.binds !== undefined && b.binds !== undefined)
      return [`"${a.said}" belongs to "${a.binds}" in the first and to "${b.binds}" in the second`]
    const next = pairs[i + 1]
    const begins = one.concepts[0] === a && other.concepts[0] === b
    if (begins && next !== undefined && next.a.named !== next.b.named && twoWords.test(a.name))
      return [`"${a.said}" may be two things`]
    const misnamed = misnaming(pairs, a, b)
    return misnamed === undefined ? [] : [misnamed]
  })

/** "Let's eat, grandma": where words stand side by side on both sides, a comma between them is on both or on none. */
const pauses = (pairs: ReadonlyArray<Pair>): ReadonlyArray<string> => {
  // "Paris, France", and not "John, Mary and Sue".
  const isSingle = !pairs.some(({ a, b }) => a.joined || b.joined)
  return pairs.flatMap(({ a, b, at }, i) => {
    const before = pairs[i - 1]
    if (before === undefined || at !== before.at + 1 || a.parted === b.parted) return []
    if (a.kind === "number" || a.kind === "literal" || (isSingle && a.capital && before.a.capital)) return []
    return [`a comma or a stop is before "${a.said}" on one side only`]
  })
}

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
    ...details(matched.pairs, a, b),
    ...pauses(matched.pairs),
    ...agents(a, b),
    ...counted(a, b, matched.pairs),
  ]
}

const isTimeless = (a: Reading, b: Reading): boolean =>
  [a.tense, b.tense].includes("any") ||
  isRefusal(a, b) ||
  ([a.tense, b.tense].every((tense) => tense === "past" || tense === "present") &&
    ((/^@(?:who|when|where)$/.test(a.type) && a.concepts.some(({ name }) => lists.timeless.has(name))) ||
      [a, b].every(isNamedEvent)))

/** "It won't start", "it doesn't start"; "when will my parcel come", "when does my parcel come". */
const isRefusal = (a: Reading, b: Reading): boolean =>
  [a, b].every(
    ({ type, tense, concepts }) =>
      /^(?:future|present)$/.test(tense) &&
      concepts.some(({ name }) => (type === "@when" ? /^(?:my|i)$/ : /^not$/).test(name)) &&
      /^@(?:why|remedy|when)$/.test(type),
  )

/** "The causes of the French Revolution" are what caused it. */
const isNamedEvent = ({ type, concepts }: Reading): boolean =>
  type === "@why" && concepts.length > 1 && concepts.some(({ name, capital }) => capital && lists.events.has(name))

/** The same words in the same order: only capitals, stops and articles differ ("us" and "US", "few" and "a few"). */
const sameWords = (a: Reading, b: Reading): ReadonlyArray<string> => {
  const matched = match(a, b)
  return [
    ...(a.foreign ? [] : leftovers(a, b, matched)),
    ...details(matched.pairs, { ...a, verbatim: false }, { ...b, verbatim: false }),
    ...pauses(matched.pairs),
  ]
}
