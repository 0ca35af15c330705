import { conceptsOf } from "./concepts.ts"
import * as lists from "./lexicon/wordLists.ts"
import { isAction } from "./phrases.ts"
import type { Concept, Reading } from "./Reading.ts"
import { isForeign, rewrite, type Rewritten } from "./rewrite.ts"
import { has, settled } from "./settled.ts"
import { type Token, tokensOf } from "./tokens.ts"

const auxiliaries = /^(?:be|do|have|can|could|should|would|will|may|might|must|shall|safe)$/

/** "Is it raining": now, where "does it rain" is about any time. */
const isGoingOn = (tokens: ReadonlyArray<Token>, at: number): boolean =>
  tokens[at]?.base === "be" &&
  /^(?:i|you|he|she|it|we|they)$/.test(tokens[at + 1]?.base ?? "") &&
  tokens[at + 2]?.form === "ing" &&
  tokens[at + 3]?.base !== "to"

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
  if (tokens.some((_, at) => isGoingOn(tokens, at))) return "progressive"
  if (perfect) return "perfect"
  if (future) return "future"
  const [opening] = tokens
  // "List the tools needed": of a task, a past form tells of which things.
  const asks = tokens.slice(1).some(({ base }) => /^(?:what|who|when|where|why|how)$/.test(base))
  const isTask =
    opening !== undefined && (/^(?:list|name|give|tell)$/.test(opening.base) ? !asks : isAction(opening.base))
  return mainPast && !present && !isTask ? "past" : "present"
}

/** "How can a string be reversed": it is done by whoever asks. */
const isPassive = (tokens: ReadonlyArray<Token>): boolean => {
  const modal = tokens.findIndex(({ base }) => /^(?:can|could|should|might|may)$/.test(base))
  const be = tokens.findIndex(({ base }, at) => modal >= 0 && at > modal && base === "be")
  return be > 0 && tokens.slice(be + 1, be + 3).some(({ form }) => form === "past" || form === "participle")
}

/** What is asked for as a thing, and is to be made: "give me a summary of". */
const made = /^(?:summarize|translate|recommend)$/

/** "git undo last commit": a tool, and then what is to be done with it. */
const isKeywords = (concepts: ReadonlyArray<Concept>): boolean => {
  const verb = concepts.findIndex(({ action }) => action)
  return verb > 0 && concepts.slice(0, verb).every(({ name }) => lists.tools.has(name) || lists.codeLanguages.has(name))
}

/** "Can I be fired" is not "can I fire": it is done to whoever asks. */
const isDoneTo = (tokens: ReadonlyArray<Token>): boolean =>
  tokens.some(
    ({ said }, at) =>
      said.toLowerCase() === "be" &&
      /^(?:i|you|we|he|she|they|to|not)$/.test(tokens[at - 1]?.base ?? "") &&
      /^(?:past|participle)$/.test(tokens[at + 1]?.form ?? ""),
  )

/** The kind of question: what asks comes first, then an auxiliary that begins, then a verb that begins. */
const typeOf = ({ items, types, kept }: Rewritten, concepts: ReadonlyArray<Concept>): string => {
  const [type] = types
  const first = items.find(({ token, name }) => token.kind !== "stop" && name !== "please")
  if (type === "@how" && isPassive(kept)) return "@howto"
  const [opening] = concepts
  if (type === "@what" && opening !== undefined && made.test(opening.name) && opening.role === "core") return "@task"
  if (type !== undefined && !(type === "@what" && first !== undefined && auxiliaries.test(first.name))) return type
  if (first !== undefined && auxiliaries.test(first.name)) return "@yesno"
  if (first !== undefined && first.phrase && first.name === "need") return "@yesno"
  if (type === undefined && isKeywords(concepts)) return "@howto"
  const [begin] = concepts
  return begin !== undefined && begin.action && begin.name !== "explain" && begin.role === "core" ? "@task" : "@what"
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
  const byWhom = /\bby (?:whom|who)\b/i.test(words) || /^who was\b.*\bby$/i.test(words)
  const { type, concepts } = settled({ type: typeOf(rewritten, drafted), concepts: drafted, generic, byWhom })
  if (isDoneTo(rewritten.kept)) later.push("be done")
  const verbatim = drafted.some(({ name }) => lists.wordTalk.has(name))
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
      verbatim,
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
