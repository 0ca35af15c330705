import { conceptsOf } from "./concepts.ts"
import * as lists from "./lexicon/wordLists.ts"
import { isAction } from "./phrases.ts"
import type { Concept, Reading } from "./Reading.ts"
import { isForeign, rewrite, type Rewritten } from "./rewrite.ts"
import { type Token, tokensOf } from "./tokens.ts"

const auxiliaries = /^(?:be|do|have|can|could|should|would|will|may|might|must|shall|safe)$/

const tenseOf = (tokens: ReadonlyArray<Token>): Reading["tense"] => {
  let [past, perfect, future, present] = [false, false, false, false]
  let [mainPast, haveAt] = [false, -9]
  tokens.forEach(({ base, form, said, kind }, at) => {
    if (kind !== "word") return
    const isAuxiliary = base === "be" || base === "do" || base === "have"
    if (isAuxiliary && form === "past") past = true
    else if (isAuxiliary && form === undefined && said !== "be" && said !== "have") present = true
    else if (base === "will" || base === "shall" || (/^going$/i.test(said) && tokens[at + 1]?.base === "to"))
      future = true
    else if (/^(?:can|could|should|would|may|might|must)$/.test(base)) present = true
    else if (form === "past" && !tokens[at]?.named) mainPast = true
    if (base === "have" && form !== "past") haveAt = at
    if ((form === "past" || form === "participle") && base !== "have" && at - haveAt <= 4) perfect = true
  })
  if (past) return "past"
  if (perfect) return "perfect"
  if (future) return "future"
  const [opening] = tokens
  // "List the tools needed": of a task, a past form tells of which things.
  const isTask = opening !== undefined && (isAction(opening.base) || /^(?:list|name|give|tell)$/.test(opening.base))
  return mainPast && !present && !isTask ? "past" : "present"
}

const without = (concepts: ReadonlyArray<Concept>, ...names: ReadonlyArray<string>): ReadonlyArray<Concept> =>
  concepts.filter(({ name }) => !names.includes(name))

const has = (concepts: ReadonlyArray<Concept>, ...names: ReadonlyArray<string>): boolean =>
  concepts.some(({ name }) => names.includes(name))

/** "How can a string be reversed": it is done by whoever asks. */
const isPassive = (tokens: ReadonlyArray<Token>): boolean => {
  const modal = tokens.findIndex(({ base }) => /^(?:can|could|should|might|may)$/.test(base))
  const be = tokens.findIndex(({ base }, at) => modal >= 0 && at > modal && base === "be")
  return be > 0 && tokens.slice(be + 1, be + 3).some(({ form }) => form === "past" || form === "participle")
}

/** What is asked for as a thing, and is to be made: "give me a summary of". */
const made = /^(?:summarize|translate|recommend)$/

/** The kind of question: what asks comes first, then an auxiliary that begins, then a verb that begins. */
const typeOf = ({ items, types, kept }: Rewritten, concepts: ReadonlyArray<Concept>): string => {
  const [type] = types
  const first = items.find(({ token, name }) => token.kind !== "stop" && name !== "please")
  if (type === "@how" && isPassive(kept)) return "@howto"
  const [opening] = concepts
  if (type === "@what" && opening !== undefined && made.test(opening.name) && opening.role === "core") return "@task"
  if (type !== undefined && !(type === "@what" && first !== undefined && auxiliaries.test(first.name))) return type
  if (first !== undefined && auxiliaries.test(first.name)) return "@yesno"
  const [begin] = concepts
  return begin !== undefined && begin.action && begin.name !== "explain" && begin.role === "core" ? "@task" : "@what"
}

/** Kinds of question that are asked in more than one way are brought into one. */
const settled = (
  given: string,
  all: ReadonlyArray<Concept>,
  generic: boolean,
): readonly [string, ReadonlyArray<Concept>] => {
  let [type, concepts] = [given, all]
  const rest = without(concepts, "explain")
  if (has(concepts, "explain") && (type !== "@task" || rest.length > 0)) concepts = rest
  if (type === "@what") concepts = without(concepts, "signify", "mean", "definition", "define")
  if (type === "@why" || type === "@when" || type === "@where") concepts = without(concepts, "happen", "take")
  if (type === "@where") concepts = without(concepts, "find", "situate", "can", "locat")
  if (type === "@howlong") concepts = without(concepts, "take", "need", "i", "you", "should", "last", "time", "must")
  if (type === "@howmuch" && has(concepts, "cost")) type = "@what"
  if (type === "@howto") concepts = without(concepts, "i", "me", ...(generic ? ["your"] : ["my", "mine", "myself"]))
  if (type === "@yesno" && has(concepts, "can", "must", "should")) concepts = without(concepts, "i", "my")
  if (has(concepts, "translate")) {
    type = "@task"
    concepts = concepts.map((concept) => (concept.role === "in" ? { ...concept, role: "to" } : concept))
  }
  const makes =
    (type === "@task" || type === "@howto" || type === "@what") &&
    concepts.some(({ name }) => lists.artefacts.has(name))
  if (makes) concepts = concepts.map((concept) => (concept.name === "write" ? { ...concept, name: "create" } : concept))
  // "I need a poem", "give me a poem": something is to be written.
  if (makes && type === "@what" && has(concepts, "create")) type = "@task"
  if (type === "@task" && has(concepts, "find")) {
    type = "@what"
    concepts = without(concepts, "find")
  }
  if (type === "@what" && has(concepts, "spell", "pronounce")) type = "@howto"
  if (type === "@howto") concepts = without(concepts, "can", "should", "may", "might")
  if (type === "@howoften") concepts = without(concepts, "should", "must", "i", "you")
  if (type === "@who")
    concepts = concepts.map((concept) => (concept.name === "write" ? { ...concept, name: "author" } : concept))
  if (type === "@what" && has(concepts, "born")) type = "@when"
  if (type === "@what" && concepts.some(({ name }) => lists.roles.has(name))) type = "@who"
  if (type === "@task" && has(concepts, "calculate") && concepts.some(({ kind }) => kind === "number")) {
    type = "@what"
    concepts = without(concepts, "calculate")
  }
  if (type === "@what" && has(concepts, "like…")) [type, concepts] = ["@how", without(concepts, "like…")]
  if (type === "@howto" && concepts.some(({ name }) => lists.attributes.has(name))) {
    concepts = concepts.map((concept) =>
      /^(?:obtain|determine|calculate|check)$/.test(concept.name) ? { ...concept, name: "find" } : concept,
    )
  }
  const recipe = concepts.find(({ name }) => name === "recipe")
  if (recipe !== undefined && (type === "@what" || (type === "@task" && has(concepts, "create")))) {
    type = "@howto"
    concepts = [{ ...recipe, name: "create", action: true }, ...without(concepts, "recipe", "create")].map((concept) =>
      concept.role === "for" ? { ...concept, role: "core" } : concept,
    )
  }
  if (type === "@how" && has(concepts, "difference")) type = "@what"
  concepts = mutual(concepts)
  return converted(type, concepts)
}

/** "Between A and B", "from A to B", "A from B": it is the same with A and B the other way round. */
const mutual = (concepts: ReadonlyArray<Concept>): ReadonlyArray<Concept> => {
  const relation = concepts.find(({ name }) => name === "difference" || name === "distance" || name === "similarity")
  if (relation === undefined) return concepts
  const ends = concepts.filter((concept) => concept !== relation && /^(?:core|between|from|to|of)$/.test(concept.role))
  const [a, b] = ends
  if (ends.length !== 2 || a === undefined || b === undefined || a.kind !== "word" || b.kind !== "word") return concepts
  const others = concepts.filter((concept) => concept !== relation && !ends.includes(concept))
  const [first, second] = a.name < b.name ? [a, b] : [b, a]
  return [
    relation,
    { ...first, role: "between", joined: false },
    { ...second, role: "between", joined: true },
    ...others,
  ]
}

const asked = (name: string): boolean => /^(?:convert|equal|equivalent|be|worth|create|there|fit|contain)$/.test(name)
const unit =
  /^(?:km|m|cm|mm|mile|yard|ft|inch|kg|g|mg|lb|oz|ton|tonne|l|ml|gallon|cup|tbsp|tsp|pint|quart|celsius|fahrenheit|kelvin|hour|minute|second|ms|day|week|month|year|dollar|usd|eur|euro|gbp|yen|rupee|mph|kph|acre|hectare|stone|joule|calorie)$/

/** "Convert 5 km to miles", "What is 5 km in miles?", "How many miles are in 5 km?" */
const converted = (type: string, concepts: ReadonlyArray<Concept>): readonly [string, ReadonlyArray<Concept>] => {
  const rest = concepts.filter(({ name }) => !asked(name))
  const [a, b] = rest
  if (rest.length !== 2 || a === undefined || b === undefined || !/^@(?:what|task|howmany|howmuch|howto)$/.test(type))
    return [type, concepts]
  const isQuantity = ({ name }: Concept) => /^[\d.]+ /.test(name) && unit.test(name.slice(name.indexOf(" ") + 1))
  const [quantity, other] = isQuantity(a) ? [a, b] : [b, a]
  if (!isQuantity(quantity) || !unit.test(other.name)) return [type, concepts]
  return [
    "@convert",
    [
      { ...quantity, role: "core" },
      { ...other, role: "core" },
    ],
  ]
}

/** Reads what a prompt asks. Takes time in proportion to the text. */
export const readPrompt = (text: string): Reading => {
  const tokens = tokensOf(text.normalize("NFC"))
  const words = tokens
    .filter(({ kind }) => kind !== "stop")
    .map(({ said, base, kind }) => (kind === "word" ? said.toLowerCase() : base))
    .join(" ")
  const foreign = isForeign(text, tokens)
  const rewritten = rewrite(tokens)
  const drafted = conceptsOf(rewritten.items)
  const later = rewritten.types.slice(1).filter((type) => type !== "@what" && type !== rewritten.types[0])
  // "How do you wash your hands?": "you" is whoever asks.
  const generic = rewritten.kept.some(({ base }) => base === "you")
  const [type, concepts] = settled(typeOf(rewritten, drafted), drafted, generic)
  const soft = new Set(rewritten.soft)
  if (!has(concepts, "most") && soft.delete("~world")) return { ...base("world"), soft }
  if (!concepts.some(({ name }) => lists.codeLanguages.has(name)) && soft.delete("~programming"))
    return { ...base("programming"), soft }
  return { ...base(), soft }

  function base(...more: ReadonlyArray<string>): Omit<Reading, "soft"> {
    return {
      type,
      tense: tenseOf(rewritten.kept),
      concepts: [...concepts, ...[...later, ...more].map(marker)],
      words,
      foreign,
    }
  }
}

const marker = (name: string): Concept => ({
  name,
  said: name,
  role: "core",
  kind: "marker",
  action: false,
  verbal: false,
  joined: false,
  binds: undefined,
  capital: false,
  first: false,
})
