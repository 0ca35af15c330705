/** A word, a number or a sign of a sentence. `start` is the position in the sentence. */
export interface Word {
  readonly text: string
  readonly lower: string
  readonly start: number
  readonly kind: "word" | "number" | "sign"
  /** No space stands before it. */
  readonly joined: boolean
}

const pattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+|\d+(?:[.,:/]\d+)*|[\p{L}\p{M}_]+(?:\d[\p{L}\p{N}_]*(?:\.\d+)*)?(?:['’][\p{L}\p{M}]+)*|[^\s\p{L}\p{N}\p{M}]/gu
const wide = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+$/u
const maybeWide = /[\u0e00-\u0e7f\u3040-\u9fff]/

const make = (text: string, start: number, kind: Word["kind"], joined: boolean): Word => ({
  text,
  lower: text.toLowerCase().replaceAll("’", "'"),
  start,
  kind,
  joined,
})

/** Scripts without spaces are cut into pairs of signs, which overlap. */
const pairs = (into: Array<Word>, run: string, start: number): void => {
  if (run.length <= 2) into.push(make(run, start, "word", false))
  else for (let at = 0; at + 1 < run.length; at++) into.push(make(run.slice(at, at + 2), start + at, "word", at > 0))
}

/** The words of a sentence. A hyphen parts words: "three-year" is two of them. */
export const words = (sentence: string): ReadonlyArray<Word> => {
  const found: Array<Word> = []
  let last = -1
  for (const match of sentence.matchAll(pattern)) {
    const [text] = match
    const start = match.index
    const code = text.charCodeAt(0)
    if (maybeWide.test(text) && wide.test(text)) pairs(found, text, start)
    else {
      const kind = code >= 48 && code <= 57 ? "number" : /^[\p{L}\p{M}_]/u.test(text) ? "word" : "sign"
      found.push(make(text, start, kind, start === last))
    }
    last = start + text.length
  }
  return found
}
