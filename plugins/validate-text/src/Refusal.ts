import { refusalPhrases } from "./internal/refusalPhrases.ts"
import type { Span } from "./Span.ts"

/** The words with which an answer refuses. */
export interface Refusal extends Span {
  /** ISO 639-1. */
  readonly language: string
}

const headChars = 600

/** What stands before the refusal without being an answer: markup, an apology, a greeting. */
const opening = /^(?:[\s#>*_"'“„«-]|\p{Extended_Pictographic}|\uFE0F|<\/?\w{1,20}>)*/u

/** What turns a refusal into an answer after all. */
const turns =
  /(?:^|[\s.,;:—-])(?:but|however|instead|that said|still|here(?:'s| is| are)|aber|jedoch|stattdessen|hier (?:ist|sind)|mais|cependant|en revanche|voici|pero|sin embargo|en cambio|aqu[ií] (?:est[aá]|tienes)|ma|tuttavia|invece|ecco|mas|por[eé]m|no entanto|aqui est[aá]|maar|echter|hier is|ale|jednak|oto|но|однако|вот|men|däremot|här är|ama|ancak|işte)(?=[\s,:])|但是|不过|但|以下是|しかし|ただし|以下は|하지만|그러나|다음은|لكن/giu

/** Offers of other help, which are no answer. */
const offers =
  /(?:^|[\s,])(?:i(?:'d| would| can| could|'m| am)(?: be)? (?:happy|glad|help|offer|suggest|assist|able)|i (?:encourage|recommend|urge|suggest)|it(?:'s| is) (?:important|best)|you (?:can|may|might|should|could)|if you|let me know|feel free|is there|would you|please|consider|we can|ich kann (?:dir|ihnen)|je peux|puedo|posso|ik kan|mogę|я могу)/iu

/**
 * Is the answer itself a refusal? Only its beginning counts, in the first person: a text that mentions or quotes a refusal,
 * "I can't wait", or a refusal of one thing that goes on to give the answer is none. By phrases in 16 languages.
 */
export const findRefusal = (text: string): Refusal | undefined => {
  const head = straight(text.slice(0, headChars))
  const skipped = opening.exec(head)?.[0].length ?? 0
  if (/^\s*[>"“„«]/.test(head)) return undefined
  for (const { start, end } of sentences(head, skipped)) {
    const sentence = head.slice(start, end)
    for (const { language, pattern, unless } of refusalPhrases) {
      const match = pattern.exec(sentence)
      if (match === null || unless?.test(sentence.slice(match.index)) === true) continue
      const at = { start: start + match.index, end: start + match.index + match[0].length, language }
      return answersAfterAll(straight(text.slice(at.end, at.end + 20_000))) ? undefined : at
    }
  }
  return undefined
}

const straight = (text: string): string => text.replace(/[’‘ʼ`´]/g, "'").replace(/\u00a0/g, " ")

/** The first three sentences: an apology and a thank-you may go before the refusal. */
const sentences = (head: string, from: number): ReadonlyArray<Span> => {
  const found: Array<Span> = []
  let start = from
  for (const match of head.slice(from).matchAll(/[.!?\n]+(?=\s|$)|[。！？]+/gu)) {
    const end = from + match.index + match[0].length
    if (head.slice(start, end).trim().length > 1) found.push({ start, end })
    start = end
    if (found.length === 3) return found
  }
  if (start < head.length) found.push({ start, end: head.length })
  return found
}

/** After a turn there is something to read that is not an offer of other help: a list, code, or a sentence or two. */
const answersAfterAll = (rest: string): boolean => {
  if (/```|\n[ \t]{0,8}\|[^\n]{0,400}\|/.test(rest)) return true
  for (const match of rest.matchAll(turns)) {
    const after = rest.slice(match.index + match[0].length, match.index + match[0].length + 2_000)
    if (after.trim().length >= 24 && !offers.test(after.slice(0, 120))) return true
  }
  return false
}
