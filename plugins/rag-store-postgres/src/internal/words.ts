import { tellingWordsOf, wordsOf } from "@switchyard/rag"

/** Whose words are found by `wordsOf`, for any language, and stand in the index as they are. */
const simple = "simple"
/** Postgres takes a megabyte of words for one text; this is below it in every script. UTF-16 units. */
const most = 200_000
const notWords = /[^\p{L}\p{M}\p{N}]+/gu

/**
 * What `to_tsvector` is given for a text: words with spaces between, so that its parser finds no path, host or operator in
 * it. For a language they are as they were written, since its stemmer wants them so. Of a long text, those of its beginning.
 */
export const indexWords = (text: string, language: string): string =>
  termsOf(text, language, wordsOf).join(" ").slice(0, most)

/** The words to look for, each once. */
export const queryWords = (text: string, language: string): ReadonlyArray<string> => [
  ...new Set(termsOf(text, language, tellingWordsOf)),
]

const termsOf = (
  text: string,
  language: string,
  find: (text: string) => ReadonlyArray<string>,
): ReadonlyArray<string> => {
  const part = text.slice(0, most)
  if (language === simple) return find(part)
  return part
    .normalize("NFKC")
    .split(notWords)
    .filter((word) => word !== "")
}
