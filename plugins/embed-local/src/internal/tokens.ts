/** A run of letters with their marks, or of digits. */
const run = /[\p{L}\p{M}]+|\p{N}+/gu
/** Where `camelCase` and `HTTPServer` come apart. */
const hump = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u
/** Scripts that write no spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

/** A longer run is no word; its beginning stands for it, so that no text is slow. */
const maxWord = 64

/**
 * The words of a text, in lower case: NFKC, then runs of letters or digits, with the parts of compound identifiers. Nothing
 * here depends on the locale of the machine or on its dictionaries.
 */
export const tokensOf = (text: string): ReadonlyArray<string> => {
  const words: Array<string> = []
  for (const [found] of text.normalize("NFKC").matchAll(run)) {
    if (unspaced.test(found)) words.push(...pairsOf(found))
    else for (const part of found.slice(0, maxWord).split(hump)) words.push(part.toLowerCase())
  }
  return words
}

/** Of scripts without spaces: each character and each pair. */
const pairsOf = (text: string): ReadonlyArray<string> => {
  const characters = [...text]
  return characters.flatMap((character, i) => {
    const next = characters[i + 1]
    return next === undefined ? [character] : [character, character + next]
  })
}
