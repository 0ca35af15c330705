import * as Effect from "effect/Effect"
import type { Rewording, Rewriter } from "./Rewriter.ts"

export interface RuleRewriterOptions {
  /** What abbreviations stand for: `{ HNSW: "hierarchical navigable small world" }`. Letter case counts. */
  readonly acronyms?: Readonly<Record<string, string>>
  /** How many rewordings at most. Default: 4. */
  readonly count?: number
}

/** Words that open a question and are not asked about. The longest that fits is taken off, again and again. */
const frames: ReadonlyArray<RegExp> = [
  /^(?:hi|hello|hey|please|so|ok(?:ay)?|thanks?|and|but)\b[\s,!.:-]*/i,
  /^(?:can|could|would|will) (?:you|someone|anyone|anybody) (?:please )?(?:tell|show|explain|help|give)(?: (?:me|us))?(?: (?:with|to|about))?\s+/i,
  /^(?:tell|show|explain|give|help)(?: (?:me|us))?(?: (?:with|about|to))?\s+/i,
  /^(?:i (?:want|need|would like|wonder|am trying|try)(?: to)?(?: know)?|i'd like(?: to)?(?: know)?|do you know)\s+/i,
  /^(?:how (?:do|can|could|should|would|does|did) (?:i|you|we|one|it|they)|how to|how can)\s+/i,
  /^(?:what(?:'s| is| are| was| were)|which (?:is|are)|where (?:is|are|can i find|do i find)|who (?:is|are)|when (?:is|are|does|do)|why (?:is|are|does|do))\s+(?:the |a |an )?(?:difference between |way to |best way to |meaning of |purpose of )?/i,
  /^(?:is|are|does|do|can|may|must|should) (?:it|there|i|you|we|one|they)(?: (?:possible|any|a|have))?(?: (?:to|way to))?\s+/i,
  /^(?:wie (?:kann|muss|soll|mache?|bekomme?) (?:ich|man|wir)|was (?:ist|sind|bedeutet)|wo (?:ist|sind|finde ich)|warum (?:ist|sind)|bitte)\s+/i,
  /^(?:comment (?:puis-je|faire pour|peut-on)|qu['’]est-ce que?|quel(?:le)?s? (?:est|sont)|pourquoi|où (?:est|sont|se trouve))\s+/i,
  /^¿?\s*(?:cómo (?:puedo|se puede|hago para)|qué (?:es|son|significa)|dónde (?:está|están)|por qué|cuál es)\s+/i,
]

/** Between two questions: the end of a sentence that asks, or a conjunction before another question word. */
const seam =
  /[?？؟]+\s*|[;；]\s+|,?\s+(?:and|or|und|oder|et|ou|y|o)\s+(?=(?:how|what|where|which|when|why|who|can|does|is|are|wie|was|wo|warum|wann|comment|pourquoi|quel|où|cómo|qué|dónde|cuál)\b)/giu

/** A run of letters and digits, with what joins the parts of a name. */
const name = /[\p{L}\p{N}]+(?:[-_./][\p{L}\p{N}]+)*/gu

/** The parts of `maxOutputTokens`, `MAX_OUTPUT` or `rag-store-memory`; one of a word, also of a hyphenated one. */
const partsOf = (text: string): ReadonlyArray<string> => {
  const parts = text.split(/[-_./]|(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u)
  return parts.length === 2 && text.includes("-") ? [text] : parts
}

/**
 * Rewords a question by rules, without a model: each of several questions by itself, what opens a question taken off, names
 * of code as words, abbreviations in full. Of a language that the rules do not know the question stays as it is.
 */
export const ruleRewriter = ({ acronyms = {}, count = 4 }: RuleRewriterOptions = {}): Rewriter => ({
  id: "switchyard/rules",
  rewrite: (question) =>
    Effect.sync(() => {
      const whole = question.trim().replace(/\s+/g, " ")
      const parts = whole
        .split(seam)
        .flatMap((part) => [part?.trim() ?? ""].filter((text) => /[\p{L}\p{N}]{2}/u.test(text)))
      const rewordings: ReadonlyArray<Rewording> = [
        ...(parts.length > 1
          ? parts.map((part) => ({ text: unframed(part) }))
          : [{ text: unframed(whole), weight: 0.5 }]),
        { text: spelledOut(whole, acronyms), weight: 0.5 },
      ]
      const others = new Map<string, Rewording>()
      for (const one of rewordings)
        if (one.text !== whole && one.text !== "" && !others.has(one.text)) others.set(one.text, one)
      return [...others.values()].slice(0, count)
    }),
})

/** A question has no more frames around it. */
const mostFrames = 8

const unframed = (question: string): string => {
  let left = question
  while (/[?？؟!.\s]$/u.test(left.slice(-1))) left = left.slice(0, -1)
  for (let round = 0; round < mostFrames; round++) {
    const before = left
    for (const frame of frames) left = left.replace(frame, "")
    if (before === left) break
  }
  // A frame alone was the question.
  return left.trim() === "" ? question : left.trim()
}

const spelledOut = (question: string, acronyms: Readonly<Record<string, string>>): string =>
  question.replace(name, (word) => {
    if (Object.hasOwn(acronyms, word)) return `${word} ${acronyms[word]}`
    const parts = partsOf(word)
    return parts.length < 2 ? word : `${word} ${parts.join(" ").toLowerCase()}`
  })
