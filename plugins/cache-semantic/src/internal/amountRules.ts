import { mathematics } from "./questionRules.ts"
import * as lists from "./lexicon/wordLists.ts"
import { has, renamed, type Rule, without } from "./rule.ts"
import type { Concept } from "./Reading.ts"

/** "How many X does Y have", "how many are there in Y"; "how much should a person drink", "how much should I". */
export const amounts: Rule = ({ type, concepts }) => {
  if (type !== "@howmany" && type !== "@howmuch") return undefined
  if (
    type === "@howmuch" &&
    concepts.some(({ name }) => lists.sums.has(name)) &&
    !concepts.some(({ action }) => action)
  )
    return { type: "@what" }
  // "Be tipped": it is done to them.
  const isDone = concepts.some(({ action, said }) => action && /(?:ed|en)$/.test(said))
  const said = (concept: Concept) => concept.role === "core" && /^(?:i|you|person|one)$/i.test(concept.said)
  const isAsker = has(concepts, "should") && !isDone
  const rest = concepts.filter((concept) => !isAsker || concept.name === "should" || !said(concept))
  return { concepts: rest.length > 2 && rest.at(-1)?.name === "have" ? rest.slice(0, -1) : rest }
}

export const calculated: Rule = ({ type, concepts }) => {
  if (type === "@task" && has(concepts, "calculate") && concepts.some(({ kind }) => kind === "number"))
    return { type: "@what", concepts: without(concepts, "calculate") }
  return type === "@howto" && concepts.some(({ name }) => lists.attributes.has(name) || mathematics.test(name))
    ? { concepts: renamed(concepts, /^(?:obtain|determine|calculate|check)$/, "find") }
    : undefined
}

/** "How much does a ticket to Rome cost", "the cost of a ticket to Rome". */
export const priced: Rule = ({ type, concepts }) => {
  const last = concepts.at(-1)
  if (type !== "@what" || last?.name !== "cost" || concepts.length < 2) return undefined
  return { concepts: [{ ...last, role: "core" }, ...concepts.slice(0, -1)] }
}

/** "How much is a ticket", "the price of a ticket". Not "how much is left". */
export const priceAsked: Rule = ({ type, concepts, words }) => {
  const [first] = concepts
  const isThing =
    first?.kind === "word" && !first.action && !/^(?:enough|too|left|many|more|safe|normal|it)$/.test(first.name)
  if (type !== "@howmuch" || !isThing || !/^how much (?:is|are|was|were) /.test(words)) return undefined
  if (concepts.some(({ kind, name }) => kind !== "word" || lists.attributes.has(name) || lists.sums.has(name)))
    return undefined
  return {
    type: "@what",
    concepts: [{ ...first, name: "cost", said: "how much", role: "core", parted: false }, ...concepts],
  }
}

/** "How long is the game", "how long does the game last". */
export const lasting: Rule = ({ type, concepts }) =>
  type === "@what" && has(concepts, "length") && concepts.some(({ name }) => lists.lasting.has(name))
    ? { type: "@howlong", concepts: without(concepts, "length", "duration") }
    : undefined

/** What is said of keeping food, and of how long it keeps. */
export const kept: Rule = ({ type, concepts }) => {
  if (
    type !== "@howlong" ||
    has(concepts, "should", "must", "not") ||
    !has(concepts, "refrigerator", "freezer", "pantry", "store")
  )
    return undefined
  const [held, rest] = [
    concepts.filter(({ name }) => name === "store"),
    without(concepts, "store", "can", "stay", "good", "fresh", "be", "keep"),
  ]
  return held.length > 1 || rest.length === 0 ? undefined : { concepts: rest }
}

/** "At what temperature does water boil", "the boiling point of water". */
export const point: Rule = ({ type, concepts }) => {
  const change = concepts.find(({ name }) => /^(?:boil|freeze|melt)$/.test(name))
  if (type !== "@what" || change === undefined || !has(concepts, "temperature")) return undefined
  if (has(concepts, "should", "can", "must", "i")) return undefined
  return { concepts: renamed(without(concepts, "temperature"), /^(?:boil|freeze|melt)$/, `${change.name} point`) }
}
