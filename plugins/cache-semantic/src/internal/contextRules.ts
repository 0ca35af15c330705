import { contextGroups } from "./lexicon/inContext.ts"
import type { Concept } from "./Reading.ts"
import { type Concepts, has, type Rule } from "./rule.ts"

interface Group {
  readonly name: string
  /** One of these must be there. */
  readonly beside: ReadonlySet<string>
}

const split = (text: string): ReadonlySet<string> => new Set(text.split(",").map((word) => word.trim()))

/** By member. */
const groups = new Map<string, Array<Group>>()
for (const line of contextGroups.trim().split("\n")) {
  const [name = "", rest = ""] = line.split(":")
  const [members = "", objects = ""] = rest.split("<-")
  const beside = split(objects)
  for (const member of split(members)) groups.set(member, [...(groups.get(member) ?? []), { name, beside }])
}

/** "Update my address" is "change my address", where "update" is not "change" elsewhere. */
export const inContext: Rule = ({ concepts }) =>
  concepts.some(({ name }) => groups.has(name))
    ? { concepts: concepts.map((concept) => renamedBeside(concept, concepts)) }
    : undefined

const renamedBeside = (concept: Concept, concepts: Concepts): Concept => {
  const group = groups
    .get(concept.name)
    ?.find(({ beside }) => !beside.has(concept.name) && concepts.some(({ name }) => beside.has(name)))
  return group === undefined || concept.kind !== "word" ? concept : { ...concept, name: group.name, action: true }
}

/** What one needs to do something to is what one should do it to; what one needs to open it is another thing. */
const done = /^(?:bring|buy|wear|know|avoid|eat|drink|say|study|check|consider|learn|do|pack|see|read)$/

/**
 * "How much should I drink", "how much do I need to drink": of an amount it is the same. Not of what is to be paid. And
 * "which tools are required", "what tools do I need".
 */
export const needed: Rule = ({ type, concepts }) => {
  const at = concepts.findIndex(({ name }) => name === "must" || name === "need")
  const [must, next] = concepts.slice(at, at + 2)
  if (at < 0 || must === undefined || has(concepts, "not", "pay", "spend", "give", "tip", "cost")) return undefined
  const isNeed = must.name === "need" || /^need/i.test(must.said)
  const to = (name: string) => ({
    concepts: concepts.map((concept) => (concept === must ? { ...concept, name, action: false } : concept)),
  })
  if (/^@how(?:much|many|long|often)$/.test(type))
    return /^(?:need|have)$/i.test(must.said) && must.name === "must" ? to("should") : undefined
  if (!isNeed || (type !== "@what" && type !== "@when")) return undefined
  if (at > 0 && next !== undefined && concepts[0]?.kind === "word") return to("need")
  return must.name === "must" && done.test(next?.name ?? "") ? to("should") : undefined
}

/** "Is my landlord allowed to enter", "can my landlord enter". */
export const allowed: Rule = ({ type, concepts }) => {
  const permit = concepts.find(({ name, said }) => name === "allow" && /^(?:allowed|permitted)$/i.test(said))
  if (type !== "@yesno" || permit === undefined || has(concepts, "can", "not", "must", "should")) return undefined
  if (concepts.indexOf(permit) === concepts.length - 1) return undefined
  const rest = concepts.filter((concept) => concept !== permit)
  return { concepts: [{ ...permit, name: "can", kind: "marker", action: false }, ...rest] }
}

/** "Which is better, A or B", "is A or B better", "should I take A or B": which of them is asked. */
export const choice: Rule = ({ type, concepts }) => {
  const isBetter = has(concepts, "more") && has(concepts, "good")
  if (!/^@(?:what|yesno)$/.test(type) || !has(concepts, "or") || has(concepts, "than", "not")) return undefined
  if (concepts.some(({ role }) => role === "than")) return undefined
  if (!isBetter && !(type === "@yesno" && has(concepts, "should"))) return undefined
  const said = isBetter ? ["more", "good"] : ["should", "i"]
  return { type: "@choice", concepts: concepts.filter(({ name }) => !said.includes(name)) }
}
