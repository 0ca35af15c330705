import { align } from "../ground/align.ts"
import { analyse } from "../ground/analyse.ts"
import type { Unit } from "../ground/Token.ts"
import { sentences } from "../text/sentences.ts"

/** What kind of thing a question asks for. */
type Asked = "number" | "time" | "name" | "open"

const askedFor = (part: string): Asked => {
  const lower = part.toLowerCase()
  if (
    /\b(?:how (?:many|much|long|far|old|tall|big|often|high|deep)|what (?:number|percentage|share|year))\b/.test(lower)
  )
    return "number"
  if (/\b(?:when|what (?:date|day|time|year))\b/.test(lower)) return "time"
  return /\b(?:who|whom|whose|where|which (?:city|country|company|person|team))\b/.test(lower) ? "name" : "open"
}

const gives = (asked: Asked, { tokens }: Unit): boolean => {
  if (asked === "number") return tokens.some(({ quantity, day }) => quantity !== undefined || day !== undefined)
  if (asked === "time") return tokens.some(({ day, quantity }) => day !== undefined || quantity?.dimension === "time")
  return asked === "name"
    ? tokens.some(({ kind, first, text }) => kind === "name" || (kind === "word" && first && /^\p{Lu}/u.test(text)))
    : false
}

const asking =
  /^(?:and |also |then |please )*(?:what|when|where|who|whom|whose|which|why|how|is|are|was|were|do|does|did|can|could|should|list|explain|describe|name|give|compare|write|tell|summari[sz]e|define|show)\b/i
const joint =
  /,? and (?=(?:what|when|where|who|why|how|which|explain|describe|list|name|give|compare|tell|summari[sz]e|define|show|is|are|do|does|did|was|were)\b)/i

/** The things that a question asks for, one by one. At most ten. */
export const askedParts = (question: string): ReadonlyArray<string> => {
  const parts = sentences(question).flatMap(({ text }) => text.split(joint).map((part) => part.trim()))
  const asked = parts.filter((part) => /[?？]\s*$/.test(part) || asking.test(part))
  return (asked.length === 0 ? parts.slice(-1) : asked).slice(0, 10)
}

/** The share of a part's content words that the text has. */
const shared = (part: Unit, text: Unit): number => {
  const aligned = align(part, text)
  let [got, all] = [0, 0]
  for (const at of part.content) {
    const weight = part.tokens[at]?.weight ?? 0
    all += weight
    if ((aligned.get(at)?.strength ?? 0) >= 0.7 || aligned.get(at)?.relation === "opposite") got += weight
  }
  return all === 0 ? 1 : got / all
}

const verbs = /^(?:please )?(?:list|explain|describe|name|give|compare|write|tell|summari[sz]e|define|show)(?: me)?\b/i

const answersPart = (part: string, answer: Unit, words: number): number => {
  const asked = askedFor(part)
  const unit = analyse(part.replace(verbs, ""))
  const has = shared(unit, answer)
  if (asked !== "open") {
    if (!gives(asked, answer)) return Math.min(0.4, has)
    return words <= 12 ? Math.max(0.8, has) : has
  }
  // "Yes." answers; whether to the point cannot be told from its words.
  return words <= 4 ? Math.max(0.5, has) : has
}

export interface Answered {
  /** 0..1: how much of the question the answer speaks of. */
  readonly relevance: number
  /** 0..1: the share of parts that are answered. */
  readonly completeness: number
  readonly unanswered: ReadonlyArray<string>
}

const longest = 20_000

/** How an answer goes with a question, from their words. */
export const answered = (question: string, answer: string): Answered => {
  const parts = askedParts(question)
  const unit = analyse(answer.slice(0, longest))
  const words = answer.split(/\s+/).length
  const scores = parts.map((part) => answersPart(part, unit, words))
  // Half of the words of a question are seldom all repeated: 60 % of them count as all.
  const relevance = scores.length === 0 ? 1 : Math.min(1, Math.max(...scores) / 0.6)
  const open = parts.filter((_, at) => (scores[at] ?? 0) < 0.34)
  return { relevance, completeness: parts.length === 0 ? 1 : 1 - open.length / parts.length, unanswered: open }
}
