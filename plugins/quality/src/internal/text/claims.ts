import { functionWords } from "./functionWords.ts"
import { sentences, type Span } from "./sentences.ts"

const blanks = (text: string): string => text.replace(/[^\n]/g, " ")

/** Code, links' targets and citation marks make no claims; they are blanked, so that positions stay. */
const bare = (text: string): string =>
  text
    .replace(/^(```|~~~)[^\n]*\n[\s\S]*?(?:\n\1[^\n]*|$(?![\s\S]))/gm, blanks)
    .replace(/\]\(https?:[^)\s]*\)/g, blanks)
    .replace(/\[\^?\d{1,3}(?:\s*[,-]\s*\d{1,3})*\]/g, blanks)

const opening =
  /^(?:sure|certainly|of course|absolutely|great question|here(?:'s| is| are)|below (?:is|are)|i hope|hope this|let me know|feel free|please (?:let|note)|in summary:?$|i(?:'m| am) (?:sorry|happy|glad|unable|not able)|i (?:can(?:not|'t)|could ?n[o']t|do ?n[o']t (?:know|have))|as an ai|thank you|the (?:passage|context|document|text)s? (?:does|do|did)(?: not|n't) )/i

const greeting =
  /^(?:hello|hi|hey|hallo|bonjour|hola|thanks|thank you|you're welcome|welcome|yes|no|ok|okay|sure|good (?:morning|afternoon|evening|day))\b[^.!]{0,20}[.!]*$/i

/** Greetings, questions, offers and headings claim nothing. */
const claims = ({ text }: Span, source: string, start: number): boolean => {
  if (/[?？]["'”)]*$/.test(text) || opening.test(text.replace(/^[*_]+/, "")) || greeting.test(text)) return false
  if (/^#{1,6}\s/.test(source.slice(source.lastIndexOf("\n", start) + 1)) || /^(?:[^.!?]{1,80}):[*_]*$/.test(text))
    return false
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return words.some((word) => !functionWords.has(word)) && !/^[|\s:-]+$/.test(text)
}

/** Each thing that an answer says: its sentences and list items, without questions, greetings, headings and code. */
export const claimsOf = (answer: string): ReadonlyArray<Span> => {
  const text = bare(answer)
  return sentences(text)
    .filter((span) => claims(span, text, span.start))
    .map(({ start, end }) => ({ start, end, text: answer.slice(start, end) }))
}

/** A claim without marks of layout and without words that only point at the source. */
export const plainClaim = (text: string): string =>
  text
    .replace(/\]\(https?:[^)\s]*\)/g, "]")
    .replace(/\[\^?\d{1,3}(?:\s*[,-]\s*\d{1,3})*\]/g, " ")
    .replace(/\*\*|__|[`*]/g, "")
    .replace(
      /^(?:according to|based on|as stated in|as mentioned in) (?:the )?(?:passages?|context|documents?|text|sources?|article)(?: provided)?,?\s*/i,
      "",
    )
    .replace(
      /^(?:the )?(?:passage|context|document|text|source|article) (?:says|states|mentions|notes|indicates|explains)(?: that)?\s*/i,
      "",
    )
