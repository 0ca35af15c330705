/**
 * Letters, marks and digits of Unicode 17, which newer JavaScript engines know and tiktoken 1.0.22 (Unicode 16) does not:
 * to it they are unassigned. Found by comparing all characters of planes 0 to 3 and 14.
 */
const newer =
  "\\u088F\\u0C5C\\u0CDC\\u1ACF-\\u1ADD\\u1AE0-\\u1AEB\\uA7CE\\uA7CF\\uA7D2\\uA7D4\\uA7F1\\u{10940}-\\u{10959}\\u{10EC5}-\\u{10EC7}" +
  "\\u{10EFA}\\u{10EFB}\\u{11B60}-\\u{11B67}\\u{11DB0}-\\u{11DDB}\\u{11DE0}-\\u{11DE9}\\u{16EA0}-\\u{16EB8}\\u{16EBB}-\\u{16ED3}" +
  "\\u{16FF2}-\\u{16FF6}\\u{187F8}-\\u{187FF}\\u{18D09}-\\u{18D1E}\\u{18D80}-\\u{18DF2}\\u{1E6C0}-\\u{1E6DE}\\u{1E6E0}-\\u{1E6F5}" +
  "\\u{1E6FE}\\u{1E6FF}\\u{2B73A}-\\u{2B73F}\\u{2CEA2}-\\u{2CEAD}\\u{323B0}-\\u{33479}"

const unassigned = new RegExp(`[${newer}]`, "gu")

/**
 * OpenAI's own pattern, from gpt-tokenizer's. To JavaScript's a byte order mark is a space and "next line" is none, and a
 * long s does not end a contraction as any other s does.
 */
export const openAiPattern = ({ source }: RegExp): RegExp =>
  new RegExp(
    source.replaceAll("\\s", "\\p{White_Space}").replaceAll("\\S", "\\P{White_Space}").replaceAll("[sS]", "[sS\u017F]"),
    "uy",
  )

/** Characters for private use are in no class, like unassigned ones; these are as long as what they stand for. */
const hidden = (char: string): string => (char.length === 1 ? "\uE000" : "\u{F0000}")

/** Counts the tokens of a part of a text. */
export type CountPiece = (text: string, from: number, to: number) => number

/**
 * The sum over the pieces of a text of which OpenAI's encodings join no two. `pattern` is sticky; `quick` gives the end of a
 * piece where it is sure of it, else -1.
 */
export const sumPieces = (
  text: string,
  pattern: RegExp,
  count: CountPiece,
  quick: (text: string, from: number) => number = () => -1,
): number => {
  const seen = text.replace(unassigned, hidden)
  let sum = 0
  let at = 0
  while (at < seen.length) {
    let end = quick(seen, at)
    if (end < 0) {
      pattern.lastIndex = at
      end = pattern.test(seen) ? pattern.lastIndex : at + 1
    }
    sum += count(text, at, end)
    at = end
  }
  return sum
}
