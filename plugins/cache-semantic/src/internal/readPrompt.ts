import { conceptsOf } from "./concepts.ts"
import * as lists from "./lexicon/wordLists.ts"
import { partsOf } from "./material.ts"
import { asActive, isDoneTo, passiveVerb } from "./passive.ts"
import type { Concept, Reading } from "./Reading.ts"
import { isForeign, rewrite, type Rewritten } from "./rewrite.ts"
import { isAskedByMark } from "./sentences.ts"
import { has } from "./rule.ts"
import { settled } from "./settled.ts"
import { tenseOf } from "./tense.ts"
import { type Token, tokensOf } from "./tokens.ts"

const auxiliaries = /^(?:be|do|have|can|could|should|would|will|may|might|must|shall|safe)$/

/** What is asked for as a thing, and is to be made: "give me a summary of". */
const made = /^(?:summarize|translate|recommend)$/

/** "git undo last commit": a tool, and then what is to be done with it. */
const isKeywords = (concepts: ReadonlyArray<Concept>): boolean => {
  const verb = concepts.findIndex(({ action }) => action)
  return verb > 0 && concepts.slice(0, verb).every(({ name }) => lists.tools.has(name) || lists.codeLanguages.has(name))
}

/** The kind of question: what asks comes first, then an auxiliary that begins, then a verb that begins. */
const typeOf = ({ items, types, kept }: Rewritten, concepts: ReadonlyArray<Concept>): string => {
  const [type] = types
  const first = items.find(({ token, name }) => token.kind !== "stop" && name !== "please")
  if (type === "@how" && passiveVerb(kept) !== undefined) return "@howto"
  const [opening] = concepts
  if (type === "@what" && opening !== undefined && made.test(opening.name) && opening.role === "core") return "@task"
  if (type !== undefined && !(type === "@what" && first !== undefined && auxiliaries.test(first.name))) return type
  if (first !== undefined && auxiliaries.test(first.name)) return "@yesno"
  if (first !== undefined && first.phrase && first.name === "need") return "@yesno"
  if (type === undefined && isKeywords(concepts)) return "@howto"
  const [begin] = concepts
  return begin !== undefined && begin.action && begin.name !== "explain" && begin.role === "core" ? "@task" : "@what"
}

const wanting =
  /^(?:\S+ ){0,3}?(?:(?:give|provide|get|show) (?:me|us)|i (?:need|want)|i (?:would|d) like|can i have|suggest|recommend)\b/i

const wordsOf = (tokens: ReadonlyArray<Token>): string =>
  tokens
    .filter(({ kind }) => kind !== "stop")
    .map(({ said, base, kind }) => (kind === "word" ? said.toLowerCase() : base))
    .join(" ")

/** What else is asked than what comes first, and how. */
const laterOf = ({ types, kept }: Rewritten, tokens: ReadonlyArray<Token>): ReadonlyArray<string> => [
  ...types.slice(1).filter((type) => type !== "@what" && type !== "@remedy" && type !== types[0]),
  ...(isDoneTo(kept) ? ["be done"] : []),
  ...(isAskedByMark(tokens) ? ["?"] : []),
]

const draftOf = ({ items, kept }: Rewritten): ReadonlyArray<Concept> => {
  const passive = passiveVerb(kept)
  return passive === undefined ? conceptsOf(items) : asActive(conceptsOf(items), passive)
}

/** "In the world" and "programming" may be missing, unless they are what is asked for. */
const softOf = (soft: ReadonlySet<string>, concepts: ReadonlyArray<Concept>): readonly [Set<string>, string?] => {
  const rest = new Set(soft)
  if (!has(concepts, "most") && rest.delete("~world")) return [rest, "world"]
  const isCode = concepts.some(({ name }) => lists.codeLanguages.has(name))
  return !isCode && rest.delete("~programming") ? [rest, "programming"] : [rest]
}

/** Reads what a prompt asks. Takes time in proportion to the text. */
export const readPrompt = (text: string): Reading => {
  const { task, material } = partsOf(text.normalize("NFC"))
  const tokens = [...tokensOf(task), ...(material === undefined ? [] : materialTokens(material))]
  const words = wordsOf(tokens)
  const foreign = isForeign(task, tokens)
  const rewritten = rewrite(tokens)
  const drafted = draftOf(rewritten)
  const { type, concepts: told } = settled({
    type: typeOf(rewritten, drafted),
    concepts: drafted,
    // "How do you wash your hands?": "you" is whoever asks.
    generic: rewritten.kept.some(({ base }) => base === "you"),
    byWhom: /\bby (?:whom|who)\b/i.test(words) || /^who was\b.*\bby$/i.test(words),
    wanted: wanting.test(words),
    words,
  })
  const [soft, ...hard] = softOf(rewritten.soft, told)
  const concepts = [
    ...told,
    ...[...laterOf(rewritten, tokens), ...hard].flatMap((name) => (name === undefined ? [] : marker(name))),
  ]
  return {
    type,
    // "Explain the Marshall Plan": it may be past or not.
    // "Recover deleted files": of what is to be done, a past form tells of which things.
    tense: isToldOf(tokens) ? "any" : tenseOf(rewritten.kept, !/^@(?:howto|remedy)$/.test(type)),
    concepts,
    soft,
    words,
    signature: foreign ? `= ${words}` : signatureOf(concepts),
    foreign,
    verbatim: drafted.some(({ name }) => lists.wordTalk.has(name)),
  }
}

/** The names of all that is said, in the order of the alphabet, but for those that the guard may pass over. */
const signatureOf = (concepts: ReadonlyArray<Concept>): string =>
  concepts
    .flatMap(({ name }) => (lists.codeKinds.has(name) ? [] : [name]))
    .sort()
    .join("|")

/** "Explain X", "describe X": without a verb that tells when. */
const isToldOf = (tokens: ReadonlyArray<Token>): boolean =>
  /^(?:explain|describe|summarize)$/.test(tokens[0]?.base ?? "") &&
  !tokens.some(
    ({ base, form }) =>
      auxiliaries.test(base) ||
      form === "past" ||
      form === "participle" ||
      /^(?:what|who|when|where|why|how|which|that|if)$/.test(base),
  )

const materialTokens = (material: string): ReadonlyArray<Token> =>
  [":", material].map((text, i) => ({
    base: text,
    said: text,
    kind: i === 0 ? "stop" : "literal",
    form: undefined,
    capital: false,
    named: false,
  }))

const marker = (name: string): Concept => ({
  name,
  said: name,
  role: "core",
  kind: "marker",
  action: false,
  verbal: false,
  part: 0,
  named: false,
  phrase: 0,
  joined: false,
  parted: false,
  binds: undefined,
  phrased: false,
  capital: false,
  first: false,
})
