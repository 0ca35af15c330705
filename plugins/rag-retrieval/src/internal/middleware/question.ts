import { type LlmRequest, textOf } from "@switchyard/core"

/** What was asked: the last user message, and what the user asked before it. */
export interface Question {
  readonly text: string
  readonly before: ReadonlyArray<string>
}

/** `undefined` where the last user message holds no text, or there is none. */
export const questionOf = ({ messages }: Pick<LlmRequest, "messages">): Question | undefined => {
  const asked = messages.flatMap((message) => (message.role === "user" ? [textOf(message.content).trim()] : []))
  const text = asked.at(-1)
  return text === undefined || text === ""
    ? undefined
    : { text, before: asked.slice(0, -1).filter((one) => one !== "") }
}

/** These alternatives as whole words. */
const whole = (alternatives: ReadonlyArray<string>, flags = "iu"): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives.join("|")})(?![\\p{L}\\p{N}])`, flags)

const auxiliary = "is|are|was|were|has|have|had|can|could|will|would|should|may|might|must|do|does|did"
const end = "(?=\\s*(?:$|[?.!,;]))"

/** Words that point at nothing where they stand so: "is there a way", "the error that says X", "is it possible to". */
const idle = [
  whole([
    "(?:is|are|was|were|be|isn't|aren't|exists?)\\s+there",
    "there\\s+(?:is|are|was|were|isn't|aren't|exists?)",
    "is it (?:possible|necessary|safe|true|ok|okay|allowed|worth|better|best|enough)",
    "it takes? (?:\\p{L}+ ){0,3}to",
    "those (?:that|who|which|of)",
    "(?:sure|so|such|says?|said|means|ensures?|guarantees?|given|provided) that(?=\\s+\\p{L})",
    "instead of",
  ]),
  // After a noun, and before what a clause goes on with.
  new RegExp(
    "(?<=(?<!\\p{L})(?:the|an?|any|some|all|every|each|which|what|my|our|your|no)\\s+(?:[\\p{L}\\p{N}_-]+\\s+){1,4})" +
      `that(?=\\s+(?:(?:${auxiliary}|i|you|we|they|the|an?|my|our|your)(?!\\p{L})|\\p{L}+(?:s|ed)(?!\\p{L})))`,
    "giu",
  ),
  /(?<=(?<!\p{L})(?!does|was|has|this)\p{L}{3,}s\s+)that(?=\s+\p{L})/giu,
]

/** Words that point at what was said before: English, and the commonest of a few other languages. */
const pointing = whole([
  "it|its|they|them|their|he|she|his|her|this|that|these|those|there|former|latter|instead",
  `then${end}`,
  "(?:an?|the|this|that|which|other|another|every|each)\\s+(?:[\\p{L}-]+\\s+)?ones?(?!\\s+of\\b)",
  "ones",
  `same(?:${end}|\\s+(?:for|with|true|in|on|thing|way|happens?|goes|appl\\p{L}+))`,
  "the\\s+(?:first|second|third|fourth|fifth|last|other|next|previous|above)\\s+" +
    "(?:option|choice|point|approach|way|idea|suggestion|method|alternative|solution|example|answer|step|part|reason)s?" +
    "(?!\\s+(?:of|in|to|for)\\b)",
  `more${end}|more please`,
  "dies(?:e[rmns]?)?|dort|damit|davon|dazu|dafür|ça|cela|celui|celle|eso|esto|ello",
  // The article stands before more than these.
  `das(?:${end}|\\s+(?:so|mit|auch|nicht|bei|in|auf|für|denn|genau|alles|ist|heißt|bedeutet|dann|hier)(?!\\p{L}))`,
])

/** The same in scripts that part no words. */
const pointingUnparted =
  /それ(?!ぞれ|とも)|これ|その(?!まま|ため)|この|そこ|它|那个|这个|这样|那样|그것|그건|이것|이건/u

const about = whole(["^(?:(?:and|but|or|so)[\\s,]+)?(?:what|how)\\s+about"])
const joining = /^(?:and|but|or|so|then|also|und|aber|oder|et|mais|y|pero)(?!\p{L})[\s,]*/iu

/** How a question begins that could be one by itself. */
const asking = whole([
  "^(?:what(?!\\s+(?:if|with))|how(?!\\s+(?:with|for|come))|which|who|whom|whose|why|where",
  `when\\s+(?:${auxiliary})|${auxiliary}|explain|show|tell|give|list`,
  "was|wie|wer|wo|warum|wann|welche[rsnm]?|kann|können|gibt|ist|sind|hat|darf|muss",
  "que|quel(?:le)?s?|qui|comment|combien|pourquoi|où|est-ce|qué|cuál|cómo|cuánto|cuándo|dónde|quién)",
])

/** Fewer words than this are rarely a question by themselves in a conversation. */
const fewWords = 4

const words = new Intl.Segmenter(undefined, { granularity: "word" })

const isShort = (text: string): boolean => {
  let count = 0
  for (const { isWordLike } of words.segment(text.slice(0, 1000)))
    if (isWordLike === true && ++count >= fewWords) return false
  return true
}

/** Does the question lean on what was asked before? */
export const leansOnBefore = ({ text, before }: Question): boolean => {
  if (before.length === 0) return false
  const telling = idle.reduce((said, pattern) => said.replace(new RegExp(pattern, "giu"), " "), text)
  if (pointing.test(telling) || pointingUnparted.test(text) || about.test(text) || isShort(text)) return true
  const rest = text.replace(joining, "")
  return rest !== text && (isShort(rest) || !asking.test(rest))
}

/** What is looked for without a model: a question that leans on the one before is looked for together with it. */
export const standingAlone = (question: Question): string => {
  const last = question.before.at(-1)
  return last !== undefined && leansOnBefore(question) ? `${last}\n${question.text}` : question.text
}
