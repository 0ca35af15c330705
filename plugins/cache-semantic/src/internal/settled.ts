import { converted } from "./conversion.ts"
import * as lists from "./lexicon/wordLists.ts"
import type { Concept } from "./Reading.ts"

type Concepts = ReadonlyArray<Concept>

/** What is asked, on its way into one form. */
export interface Asked {
  readonly type: string
  readonly concepts: Concepts
  /** "You" is in the text, and stands for whoever asks. */
  readonly generic: boolean
  /** "By whom": what is asked for is who does it. */
  readonly byWhom: boolean
}

type Rule = (asked: Asked) => Partial<Asked> | undefined

const without = (concepts: Concepts, ...names: ReadonlyArray<string>): Concepts =>
  concepts.filter(({ name }) => !names.includes(name))

export const has = (concepts: Concepts, ...names: ReadonlyArray<string>): boolean =>
  concepts.some(({ name }) => names.includes(name))

const renamed = (concepts: Concepts, from: RegExp, name: string): Concepts =>
  concepts.map((concept) => (from.test(concept.name) ? { ...concept, name } : concept))

const explained: Rule = ({ type, concepts }) => {
  const rest = without(concepts, "explain")
  return has(concepts, "explain") && (type !== "@task" || rest.length > 0) ? { concepts: rest } : undefined
}

/** Words that say no more than the kind of question does. */
const implied: Readonly<Record<string, ReadonlyArray<string>>> = {
  "@what": ["signify", "mean", "definition", "define"],
  "@why": ["happen", "take"],
  "@when": ["happen", "take"],
  "@where": ["happen", "take", "find", "situate", "can", "locat"],
  "@howlong": ["take", "need", "i", "you", "should", "last", "time", "must"],
  "@howoften": ["should", "must", "i", "you"],
}
const lessImplied: Rule = ({ type, concepts }) => ({ concepts: without(concepts, ...(implied[type] ?? [])) })

/** Verbs that only join a thing to what is asked of it: "which currency does Japan use". */
const light: Readonly<Record<string, ReadonlyArray<string>>> = {
  currency: ["use", "have"],
  language: ["speak", "use"],
  speed: ["travel", "go", "move"],
  height: ["stand"],
  "time zone": ["use", "have"],
  symptom: ["indicate", "have"],
  population: ["have"],
  capital: ["have"],
  lifespan: ["live"],
  distance: ["go", "lie"],
}
const lightVerbs: Rule = ({ type, concepts }) => {
  if (type !== "@what" && type !== "@where") return undefined
  const verbs = concepts.flatMap(({ name }) => light[name] ?? [])
  return has(concepts, "should", "can", "must", "would") ? undefined : { concepts: without(concepts, ...verbs) }
}

/** Who asks does not matter for how something is done. */
const impersonal: Rule = ({ type, concepts, generic }) => {
  if (type === "@howto")
    return { concepts: without(concepts, "i", "me", ...(generic ? ["your"] : ["my", "mine", "myself"])) }
  if (type === "@yesno" && has(concepts, "can", "must", "should")) return { concepts: without(concepts, "i", "my") }
  return undefined
}

const translated: Rule = ({ concepts }) => {
  if (!has(concepts, "translate")) return undefined
  // "How do I say no?" is not about another language.
  const isSaid = concepts.some(({ name, said }) => name === "translate" && /^(?:say|word)$/i.test(said))
  if (isSaid && !concepts.some(({ role }) => /^(?:in|to|into|for)$/.test(role)))
    return { type: "@howto", concepts: renamed(concepts, /^translate$/, "say") }
  return {
    type: "@task",
    concepts: concepts.map((concept) => (concept.role === "in" ? { ...concept, role: "to" } : concept)),
  }
}

/** "I need a poem", "give me a poem": something is to be written. */
const artefact: Rule = ({ type, concepts }) => {
  if (!/^@(?:task|howto|what)$/.test(type) || !concepts.some(({ name }) => lists.artefacts.has(name))) return undefined
  const made = renamed(concepts, /^write$/, "create")
  return { concepts: made, type: type === "@what" && has(made, "create") ? "@task" : type }
}

const found: Rule = ({ type, concepts }) =>
  type === "@task" && has(concepts, "find") ? { type: "@what", concepts: without(concepts, "find") } : undefined

/** "Three tips for X", "three X tips". */
const advice: Rule = ({ type, concepts }) => {
  const tip = concepts.find(({ name }) => name === "tip")
  if (type !== "@what" || tip === undefined || tip.role !== "core" || concepts.length < 2) return undefined
  const rest = concepts.filter((concept) => concept !== tip)
  return {
    type: "@howto",
    concepts: rest.map((concept) => (concept.role === "for" ? { ...concept, role: "core" } : concept)),
  }
}

/** "I want to do X. How do I do it?", "… How?" */
const asHow: Rule = ({ type, concepts }) => {
  if (type !== "@howto") return undefined
  const rest = without(concepts, "can", "should", "may", "might")
  const last = rest.at(-1)
  return { concepts: last?.name === "how" && rest.length > 1 ? rest.slice(0, -1) : rest }
}

const persons: Rule = ({ type, concepts }) => {
  if (type === "@what" && concepts.some(({ name }) => lists.roles.has(name))) return { type: "@who" }
  return type === "@who" ? { concepts: renamed(concepts, /^write$/, "author") } : undefined
}

/** "X was done by whom" as "who did X". */
const agent: Rule = ({ type, concepts, byWhom }) => {
  if (type !== "@who" || !byWhom) return undefined
  const rest = without(concepts, "by…")
  const verb = rest.findIndex(({ action }) => action)
  const [done] = rest.slice(verb, verb + 1)
  return verb < 0 || done === undefined ? undefined : { concepts: [done, ...rest.filter((other) => other !== done)] }
}

/** "How many X does Y have", "how many are there in Y"; "how much should a person drink", "how much should I". */
const amounts: Rule = ({ type, concepts }) => {
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

/** "What is a baby kangaroo called"; "which vitamins do carrots contain", "which are in carrots". */
const endings: Rule = ({ type, concepts }) => {
  const last = concepts.at(-1)
  if (type !== "@what" || last === undefined) return undefined
  const rest = concepts.slice(0, -1)
  if (last.name === "call" && last.said === "called" && rest.length > 0) return { concepts: rest }
  const holder = rest.at(-1)
  if (last.name !== "contain" || rest.length < 2 || holder?.role !== "core") return undefined
  return { concepts: [...rest.slice(0, -1), { ...holder, role: "in" }] }
}

const otherwise: Rule = ({ type, concepts }) => {
  if (type === "@howmuch" && has(concepts, "cost")) return { type: "@what" }
  if (type === "@what" && has(concepts, "spell", "pronounce")) return { type: "@howto" }
  if (type === "@what" && has(concepts, "born")) return { type: "@when" }
  if (type === "@what" && has(concepts, "like…")) return { type: "@how", concepts: without(concepts, "like…") }
  if (type === "@how" && has(concepts, "difference")) return { type: "@what" }
  if (type === "@why" && has(concepts, "healthy") && !has(concepts, "more", "most", "less", "not"))
    return { type: "@what", concepts: renamed(concepts, /^healthy$/, "benefit") }
  return undefined
}

const calculated: Rule = ({ type, concepts }) => {
  if (type === "@task" && has(concepts, "calculate") && concepts.some(({ kind }) => kind === "number"))
    return { type: "@what", concepts: without(concepts, "calculate") }
  return type === "@howto" && concepts.some(({ name }) => lists.attributes.has(name))
    ? { concepts: renamed(concepts, /^(?:obtain|determine|calculate|check)$/, "find") }
    : undefined
}

const recipe: Rule = ({ type, concepts }) => {
  const dish = concepts.find(({ name }) => name === "recipe")
  if (dish === undefined || !(type === "@what" || (type === "@task" && has(concepts, "create")))) return undefined
  const rest: Concepts = [{ ...dish, name: "create", action: true }, ...without(concepts, "recipe", "create")]
  return {
    type: "@howto",
    concepts: rest.map((concept) => (concept.role === "for" ? { ...concept, role: "core" } : concept)),
  }
}

/** "Stop it from fogging", "keep it from fogging". */
const prevented: Rule = ({ concepts }) =>
  concepts.some(({ role, said }) => role === "from" && said.endsWith("ing")) &&
  has(concepts, "stop", "store", "prevent")
    ? { concepts: renamed(concepts, /^(?:stop|store)$/, "prevent") }
    : undefined

/** "Get the stain out of the carpet", "remove it from the carpet"; "teach a puppy", "train a puppy". */
const handled: Rule = ({ concepts }) => {
  if (has(concepts, "teach") && concepts.some(({ name }) => lists.pets.has(name)))
    return { concepts: renamed(concepts, /^teach$/, "train") }
  const isOut = concepts.some(({ name }) => lists.stains.has(name)) && concepts.some(({ role }) => role === "from")
  return isOut ? { concepts: renamed(concepts, /^obtain$/, "remove") } : undefined
}

/** "Write me a poem". */
const forMe: Rule = ({ type, concepts }) =>
  type === "@task" ? { concepts: concepts.filter(({ name, role }) => name !== "me" || role !== "core") } : undefined

/** "Is a visa required" as "do I need a visa"; "the working of a fridge" as "how a fridge works". */
const placed: Rule = ({ type, concepts }) => {
  const needed = concepts.find(({ name, said }) => name === "need" && /^(?:required|needed|necessary)$/i.test(said))
  if (type === "@yesno" && needed !== undefined)
    return { concepts: [needed, ...concepts.filter((other) => other !== needed)] }
  const [first, ...others] = concepts
  return type === "@how" && first?.name === "work" && others.length > 0 ? { concepts: [...others, first] } : undefined
}

/** What somebody does is what they have to do: "the duties of a nurse", "what does a nurse do". */
const duties: Rule = ({ type, concepts }) =>
  type === "@what" && concepts.length === 2 && has(concepts, "responsibility")
    ? { concepts: renamed(concepts, /^responsibility$/, "do") }
    : undefined

/** "At what temperature does water boil", "the boiling point of water". */
const point: Rule = ({ type, concepts }) => {
  const change = concepts.find(({ name }) => /^(?:boil|freeze|melt)$/.test(name))
  if (type !== "@what" || change === undefined || !has(concepts, "temperature")) return undefined
  if (has(concepts, "should", "can", "must", "i")) return undefined
  return { concepts: renamed(without(concepts, "temperature"), /^(?:boil|freeze|melt)$/, `${change.name} point`) }
}

/** "Between A and B", "from A to B", "A from B": it is the same with A and B the other way round. */
const mutual: Rule = ({ concepts }) => {
  const relation = concepts.find(({ name }) => name === "difference" || name === "distance" || name === "similarity")
  if (relation === undefined) return undefined
  const ends = concepts.filter((concept) => concept !== relation && /^(?:core|between|from|to|of)$/.test(concept.role))
  const [a, b] = ends
  if (ends.length !== 2 || a === undefined || b === undefined || a.kind !== "word" || b.kind !== "word")
    return undefined
  const others = concepts.filter((concept) => concept !== relation && !ends.includes(concept))
  const [first, second] = a.name < b.name ? [a, b] : [b, a]
  const ended: Concepts = [
    { ...first, role: "between", joined: false },
    { ...second, role: "between", joined: true },
  ]
  return { concepts: [relation, ...ended, ...others] }
}

/** One after the other. */
const rules: ReadonlyArray<Rule> = [
  explained,
  lessImplied,
  lightVerbs,
  impersonal,
  translated,
  artefact,
  found,
  advice,
  asHow,
  agent,
  persons,
  amounts,
  endings,
  otherwise,
  calculated,
  recipe,
  prevented,
  handled,
  forMe,
  placed,
  duties,
  point,
  mutual,
  ({ type, concepts }) => {
    const [kind, both] = converted(type, concepts)
    return { type: kind, concepts: both }
  },
]

/** Kinds of question that are asked in more than one way are brought into one. */
export const settled = (asked: Asked): Asked =>
  rules.reduce<Asked>((state, rule) => ({ ...state, ...rule(state) }), asked)
