import * as lists from "./lexicon/wordLists.ts"
import type { Concept } from "./Reading.ts"
import { has, renamed, type Rule, without } from "./rule.ts"

export const explained: Rule = ({ type, concepts }) => {
  const rest = without(concepts, "explain")
  return has(concepts, "explain") && (type !== "@task" || rest.length > 0) ? { concepts: rest } : undefined
}

/** Words that say no more than the kind of question does. */
const implied: Readonly<Record<string, ReadonlyArray<string>>> = {
  "@what": ["signify", "mean", "means", "definition", "define"],
  "@why": ["happen", "take"],
  "@when": ["happen", "take"],
  "@where": ["happen", "take", "find", "situate", "can", "locat"],
  "@howlong": ["for…", "take", "need", "i", "you", "should", "last", "time"],
  "@howoften": ["should", "i", "you"],
}
export const lessImplied: Rule = ({ type, concepts }) => ({ concepts: without(concepts, ...(implied[type] ?? [])) })

/** Verbs that only join a thing to what is asked of it: "which currency does Japan use". */
const light: Readonly<Record<string, ReadonlyArray<string>>> = {
  currency: ["use", "have"],
  language: ["speak", "use"],
  speed: ["travel", "go", "move"],
  height: ["stand"],
  "time zone": ["use", "have"],
  symptom: ["indicate", "have"],
  "side effect": ["have", "cause"],
  benefit: ["have"],
  drawback: ["have"],
  effect: ["have"],
  feature: ["have"],
  "chemical symbol": ["have"],
  ingredient: ["have", "contain"],
  color: ["have"],
  flag: ["have"],
  population: ["have"],
  capital: ["have"],
  lifespan: ["live"],
  distance: ["go", "lie"],
}
export const lightVerbs: Rule = ({ type, concepts }) => {
  if (type !== "@what" && type !== "@where") return undefined
  const verbs = concepts.flatMap(({ name }) => light[name] ?? [])
  return has(concepts, "should", "can", "must", "would") ? undefined : { concepts: without(concepts, ...verbs) }
}

/** Who asks does not matter for how something is done. */
export const impersonal: Rule = ({ type, concepts, generic }) => {
  if (type === "@howto")
    return { concepts: without(concepts, "i", "me", ...(generic ? ["your"] : ["my", "mine", "myself"])) }
  if (type === "@yesno" && has(concepts, "can", "must", "should")) return { concepts: without(concepts, "i", "my") }
  return undefined
}

export const translated: Rule = ({ type, concepts }) => {
  if (!has(concepts, "translate") || !/^@(?:what|howto|task|how)$/.test(type)) return undefined
  // "How do I say no?" is not about another language.
  const isSaid = concepts.some(({ name, said }) => name === "translate" && /^(?:say|word)$/i.test(said))
  if (isSaid && !concepts.some(({ role }) => /^(?:in|to|into|for)$/.test(role)))
    return { type: "@howto", concepts: renamed(concepts, /^translate$/, "say") }
  return {
    type: "@task",
    concepts: concepts.map((concept) => (concept.role === "in" ? { ...concept, role: "to" } : concept)),
  }
}

const isArtefact = ({ name }: Concept): boolean => lists.artefacts.has(name.slice(name.lastIndexOf(" ") + 1))

const creation = { name: "create", said: "give", role: "core", kind: "word", action: true, parted: false } as const

/** "I need a poem", "give me a poem": something is to be written. */
export const artefact: Rule = ({ type, concepts, wanted }) => {
  if (!/^@(?:task|howto|what)$/.test(type) || !concepts.some(isArtefact)) return undefined
  const made = renamed(concepts, /^write$/, "create")
  if (type === "@what" && has(made, "create")) return { concepts: made, type: "@task" }
  const [first] = concepts
  const isWanted =
    wanted &&
    !has(concepts, "name", "title", "tip", "statement") &&
    type === "@what" &&
    first !== undefined &&
    !has(concepts, "signify", "mean")
  return isWanted ? { type: "@task", concepts: [{ ...first, ...creation }, ...concepts] } : { concepts: made }
}

export const found: Rule = ({ type, concepts }) =>
  type === "@task" && has(concepts, "find") ? { type: "@what", concepts: without(concepts, "find") } : undefined

export const mathematics =
  /^(?:derivative|integral|limit|area|volume|perimeter|circumference|sum|product|square root|square|cube|mean|average|median|mode|variance|standard deviation|determinant|inverse|factorial|logarithm|percent|greatest common divisor|least common multiple|probability|hypotenuse|slope|distance)$/

/** "Compute the derivative", "the solutions of x = 1": what it is. */
export const worked: Rule = ({ type, concepts }) => {
  const [first, ...rest] = concepts
  const isSum = concepts.some(({ name }) => mathematics.test(name))
  if (type === "@task" && isSum && /^(?:calculate|find|determine|give)$/.test(first?.name ?? ""))
    return { type: "@what", concepts: rest }
  const isEquation = concepts.some(({ name, kind }) => kind === "literal" && name === "=")
  if (!isEquation || !/^@(?:task|what)$/.test(type)) return undefined
  const solved = concepts.filter(({ name }) => !/^(?:fix|solution|root|find|calculate|equation)$/.test(name))
  return solved.length < concepts.length
    ? {
        type: "@solve",
        concepts: solved.map((concept) => (/^(?:of|for)$/.test(concept.role) ? { ...concept, role: "core" } : concept)),
      }
    : undefined
}

/** "Three tips for X", "three X tips". */
export const advice: Rule = ({ type, concepts }) => {
  const tip = concepts.find(({ name }) => name === "tip")
  if (type !== "@what" || tip === undefined || tip.role !== "core" || concepts.length < 2) return undefined
  const rest = concepts.filter((concept) => concept !== tip)
  return {
    type: "@howto",
    concepts: rest.map((concept) => (concept.role === "for" ? { ...concept, role: "core" } : concept)),
  }
}

/** "I want to do X. How do I do it?", "… How?" */
export const asHow: Rule = ({ type, concepts }) => {
  if (type !== "@howto") return undefined
  const rest = without(concepts, "can", "should", "may", "might")
  const last = rest.at(-1)
  return { concepts: last?.name === "how" && rest.length > 1 ? rest.slice(0, -1) : rest }
}

export const persons: Rule = ({ type, concepts }) => {
  if (type === "@what" && concepts.some(({ name }) => lists.roles.has(name))) return { type: "@who" }
  return type === "@who" ? { concepts: renamed(concepts, /^write$/, "author") } : undefined
}

/** "X was done by whom" as "who did X". */
export const agent: Rule = ({ type, concepts, byWhom }) => {
  if (type !== "@who" || !byWhom) return undefined
  const rest = without(concepts, "by…")
  const verb = rest.findLastIndex(({ action }) => action)
  const [done] = rest.slice(verb, verb + 1)
  return verb < 0 || done === undefined ? undefined : { concepts: [done, ...rest.filter((other) => other !== done)] }
}
