import * as lists from "./lexicon/wordLists.ts"
import { type Concepts, has, renamed, type Rule, without } from "./rule.ts"
import type { Concept } from "./Reading.ts"

/** "What is a baby kangaroo called"; "which vitamins do carrots contain", "which are in carrots". */
export const endings: Rule = ({ type, concepts }) => {
  const last = concepts.at(-1)
  if (type !== "@what" || last === undefined) return undefined
  const rest = concepts.slice(0, -1)
  if (last.name === "call" && last.said === "called" && rest.length > 0) return { concepts: rest }
  const holder = rest.at(-1)
  if (last.name !== "contain" || rest.length < 2 || holder?.role !== "core") return undefined
  return { concepts: [...rest.slice(0, -1), { ...holder, role: "in" }] }
}

export const otherwise: Rule = ({ type, concepts }) => {
  if (type === "@howmuch" && has(concepts, "cost")) return { type: "@what" }
  if (type === "@what" && has(concepts, "spell", "pronounce")) return { type: "@howto" }
  if (type === "@what" && has(concepts, "born")) return { type: "@when" }
  if (type === "@what" && has(concepts, "like…")) return { type: "@how", concepts: without(concepts, "like…") }
  if (type === "@how" && has(concepts, "difference")) return { type: "@what" }
  if (type === "@why" && has(concepts, "healthy") && !has(concepts, "more", "most", "less", "not"))
    return { type: "@what", concepts: renamed(concepts, /^healthy$/, "benefit") }
  return undefined
}

export const recipe: Rule = ({ type, concepts }) => {
  const dish = concepts.find(({ name }) => name === "recipe")
  if (dish === undefined || !(type === "@what" || (type === "@task" && has(concepts, "create")))) return undefined
  const rest: Concepts = [{ ...dish, name: "create", action: true }, ...without(concepts, "recipe", "create")]
  return {
    type: "@howto",
    concepts: rest.map((concept) => (concept.role === "for" ? { ...concept, role: "core" } : concept)),
  }
}

/** "Stop it from fogging", "keep it from fogging". */
export const prevented: Rule = ({ concepts }) =>
  concepts.some(({ role, said }) => role === "from" && said.endsWith("ing")) &&
  has(concepts, "stop", "store", "prevent")
    ? { concepts: renamed(concepts, /^(?:stop|store)$/, "prevent") }
    : undefined

/** "Get the stain out of the carpet", "remove it from the carpet"; "teach a puppy", "train a puppy". */
export const handled: Rule = ({ concepts }) => {
  if (has(concepts, "teach") && concepts.some(({ name }) => lists.pets.has(name)))
    return { concepts: renamed(concepts, /^teach$/, "train") }
  const isOut = concepts.some(({ name }) => lists.stains.has(name)) && concepts.some(({ role }) => role === "from")
  return isOut ? { concepts: renamed(concepts, /^obtain$/, "remove") } : undefined
}

/** "Write me a poem". */
export const forMe: Rule = ({ type, concepts }) =>
  type === "@task" ? { concepts: concepts.filter(({ name, role }) => name !== "me" || role !== "core") } : undefined

/** "Is a visa required" as "do I need a visa"; "the working of a fridge" as "how a fridge works". */
export const placed: Rule = ({ type, concepts }) => {
  const needed = concepts.find(({ name, said }) => name === "need" && /^(?:required|needed|necessary)$/i.test(said))
  if (type === "@yesno" && needed !== undefined)
    return { concepts: [needed, ...concepts.filter((other) => other !== needed)] }
  const [first, ...others] = concepts
  return type === "@how" && first?.name === "work" && others.length > 0 ? { concepts: [...others, first] } : undefined
}

/** "What does a nurse do", "the duties of a nurse"; "what does the keyword do", "the purpose of the keyword". */
export const duties: Rule = ({ type, concepts }) => {
  if (type !== "@what" || concepts.length < 2 || has(concepts, "should", "can", "must", "i", "not")) return undefined
  const isCode = concepts.some(({ name }) => lists.codeTerms.has(name))
  const duty = concepts.find(({ name }) => name === "responsibility" || (isCode && name === "purpose"))
  const told = duty ?? (concepts.at(-1)?.name === "do" ? concepts.at(-1) : undefined)
  const rest = concepts.filter((concept) => concept !== told)
  if (told === undefined || has(rest, "do")) return undefined
  return {
    type: "@duty",
    concepts: rest.map((concept) => (concept.role === "of" ? { ...concept, role: "core" } : concept)),
  }
}

/** "With pandas", "using pandas", "in pandas": one works in it. */
export const workedIn: Rule = ({ type, concepts }) =>
  type === "@howto" || type === "@task"
    ? {
        concepts: concepts.map((concept) =>
          /^(?:with|using|on|by)$/.test(concept.role) && isTool(concept) ? { ...concept, role: "in" } : concept,
        ),
      }
    : undefined

const isTool = ({ name }: Concept): boolean => lists.codeLanguages.has(name) || lists.tools.has(name)

/** "Weeds in the lawn" are removed from it. */
export const removed: Rule = ({ type, concepts }) =>
  type === "@howto" && has(concepts, "remove", "uninstall")
    ? {
        concepts: concepts.map((concept) => {
          if (concept.role !== "in" && concept.role !== "from") return concept
          return { ...concept, role: isTool(concept) ? "in" : "from" }
        }),
      }
    : undefined

/** "Exit from vim" is "exit vim". */
export const exited: Rule = ({ concepts }) =>
  has(concepts, "exit")
    ? { concepts: concepts.map((concept) => (concept.role === "from" ? { ...concept, role: "core" } : concept)) }
    : undefined

const languages =
  /^(?:french|german|spanish|italian|portuguese|dutch|russian|chinese|japanese|korean|arabic|hindi|latin|greek|turkish|polish|swedish|danish|norwegian|finnish|czech|hungarian|hebrew|english)$/

/** "The French word for tree", "how do you say tree in French". */
export const wordFor: Rule = ({ type, concepts }) => {
  const [language, ...rest] = concepts
  const meant = rest.filter(({ name }) => name !== "word" && name !== "translate" && name !== "phrase")
  if (type !== "@what" || language === undefined || !languages.test(language.name) || meant.length === 0)
    return undefined
  if (!meant.every(({ role }) => role === "for" || role === "of")) return undefined
  const said = meant.map((concept) => ({ ...concept, role: "core" }))
  const translate = { ...language, name: "translate", said: "word", action: true, capital: false }
  return { type: "@task", concepts: [translate, ...said, { ...language, role: "to" }] }
}

/** "Why won't it start", "why doesn't it start". */
export const refused: Rule = ({ type, concepts }) =>
  has(concepts, "will") &&
  (((type === "@why" || type === "@remedy") && has(concepts, "not")) || (type === "@when" && has(concepts, "my", "i")))
    ? { concepts: without(concepts, "will") }
    : undefined

/** "The symbol for gold", "gold's symbol". */
export const namedFor: Rule = ({ type, concepts }) =>
  type === "@what" &&
  has(concepts, "chemical symbol", "chemical formula", "symbol", "formula", "abbreviation", "antonym", "synonym")
    ? { concepts: concepts.map((concept) => (concept.role === "for" ? { ...concept, role: "of" } : concept)) }
    : undefined

const faster: ReadonlyArray<readonly [string, string]> = [
  ["fast", "speed up"],
  ["white", "whiten"],
  ["short", "shorten"],
  ["long", "lengthen"],
  ["easy", "simplify"],
]
/** "Make my laptop run faster", "speed up my laptop". */
export const madeMore: Rule = ({ type, concepts }) => {
  const [make, ...rest] = concepts
  const found = faster.find(([quality]) => rest.some(({ name, binds }) => name === "more" && binds === quality))
  if (!/^@(?:howto|task)$/.test(type) || make?.name !== "create" || found === undefined) return undefined
  const [quality, verb] = found
  const kept = rest.filter(({ name }) => name !== "more" && name !== quality && !/^(?:run|load|work)$/.test(name))
  return { concepts: [{ ...make, name: verb }, ...kept] }
}

/** "The word \"data\"" is "data"; what is done to a text is done to it whatever it is called. */
export const quoted: Rule = ({ concepts }) => ({
  concepts: concepts.filter(
    ({ name }, at) => !(/^(?:word|phrase|term|expression)$/.test(name) && concepts[at + 1]?.kind === "literal"),
  ),
})

/** "Between A and B", "from A to B", "A from B": it is the same with A and B the other way round. */
export const mutual: Rule = ({ concepts }) => {
  const relation = concepts.find(({ name }) => name === "difference" || name === "distance" || name === "similarity")
  if (relation === undefined) return undefined
  const [only, ...more] = concepts.filter((concept) => concept !== relation)
  if (relation.name === "distance" && only !== undefined && more.length === 0)
    return { concepts: [relation, { ...only, role: "core" }] }
  const ends = concepts.filter((concept) => concept !== relation && /^(?:core|between|from|to|of)$/.test(concept.role))
  const others = concepts.filter((concept) => concept !== relation && !ends.includes(concept))
  const cut = ends.findIndex(({ joined, role }, i) => i > 0 && (joined || role !== ends[i - 1]?.role))
  const [one, other] = [ends.slice(0, cut), ends.slice(cut)]
  const isOneCut = !other.slice(1).some(({ joined, role }) => joined || role !== other[0]?.role)
  if (cut < 1 || !isOneCut || ends.some(({ kind }) => kind !== "word")) return undefined
  const named = (group: Concepts) => group.map(({ name }) => name).join(" ")
  const [first, second] = named(one) < named(other) ? [one, other] : [other, one]
  const placed = (group: Concepts, isSecond: boolean): Concepts =>
    group.map((concept, i) => ({ ...concept, role: "between", joined: isSecond && i === 0, parted: false, phrase: 0 }))
  return { concepts: [relation, ...placed(first, false), ...placed(second, true), ...others] }
}
