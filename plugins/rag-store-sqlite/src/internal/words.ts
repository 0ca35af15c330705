import { tellingWordsOf, wordsOf } from "@switchyard/rag"

/** Letters, digits and marks of scripts that put no space between words, and of Korean, which puts endings on them. */
const unspaced =
  /(?:(?=[\p{L}\p{N}\p{M}])[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Hang}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}])+/gu
const ascii = /^[\0-\x7f]*$/

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" })

/**
 * The words of a text for the index, with spaces between, as `TextIndex` has them: without case and accents, English ones by
 * their stem, identifiers as a whole and in parts. Scripts without spaces are there as pairs of characters (bigrams, as
 * Lucene's CJKBigramFilter makes them), so that the index does not depend on where a dictionary would cut.
 */
export const indexWords = (text: string): string => {
  const words: Array<string> = []
  eachRun(text, {
    spaced: (part) => {
      for (const word of wordsOf(part)) words.push(word)
    },
    unspaced: (word) => words.push(...pairs(word), [...word].at(-1) ?? ""),
  })
  return words.join(" ")
}

/**
 * What to match for the words of a person that say what they are about, in the language of FTS5: each in quotes, one of them
 * is enough. Nothing of the text gets there but letters, digits and marks. A word of a script without spaces is the row of
 * its pairs, so it is found wherever it is written. `undefined`: there is no word.
 */
export const matchFor = (text: string): string | undefined => {
  const terms = new Set<string>()
  const spaced: Array<string> = []
  eachRun(text, {
    spaced: (part) => spaced.push(part),
    unspaced: (word) => {
      for (const { segment } of segmenter.segment(word)) {
        const row = pairs(segment)
        terms.add(row.length === 0 ? `"${segment}"*` : `"${row.join(" ")}"`)
      }
    },
  })
  for (const word of tellingWordsOf(spaced.join(" "))) terms.add(`"${word}"`)
  return terms.size === 0 ? undefined : [...terms].join(" OR ")
}

interface Kinds {
  readonly spaced: (text: string) => void
  readonly unspaced: (word: string) => void
}

const eachRun = (text: string, on: Kinds): void => {
  if (ascii.test(text)) return on.spaced(text)
  const composed = text.normalize("NFKC")
  let from = 0
  for (const { 0: part, index } of composed.matchAll(unspaced)) {
    on.spaced(composed.slice(from, index))
    on.unspaced(part)
    from = index + part.length
  }
  on.spaced(composed.slice(from))
}

const pairs = (word: string): ReadonlyArray<string> => {
  const characters = [...word]
  return characters.slice(1).map((character, i) => `${characters[i]}${character}`)
}
