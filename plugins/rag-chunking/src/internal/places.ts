import type { Algorithm } from "../ChunkingOptions.ts"
import { firstLine, lastLine, lastParagraph } from "./lines.ts"
import type { Outline } from "./Outline.ts"
import type { Places } from "./pack.ts"
import type { Sentences } from "./sentences.ts"
import { firstWord, lastWord } from "./words.ts"

/** The last place of one kind in (low, high], or -1. */
type Level = (low: number, high: number) => number

export interface PlacesOptions {
  readonly text: string
  readonly outline: Outline
  readonly sentences: Sentences
  readonly separators: ReadonlyArray<string> | undefined
}

/** Where an algorithm cuts: at the last place of its first kind that fits, else of its second, and so on. */
export const placesOf = (algorithm: Algorithm, options: PlacesOptions): Places => {
  const { text, sentences } = options
  const levels = levelsOf(algorithm, options)
  const cut = (low: number, high: number): number => {
    for (const level of levels) {
      const at = level(low, high)
      if (at > low) return at
    }
    return -1
  }
  const word = (from: number, high: number) => firstWord(text, from, high)
  const orWord = (at: number, from: number, high: number) => (at >= 0 ? at : word(from, high))
  if (algorithm === "sentences" || algorithm === "paragraphs" || algorithm === "semantic")
    return { cut, begin: (from, high, chunk) => orWord(sentences.first(text, chunk, from, high), from, high) }
  if (algorithm === "structure") return { cut, begin: (from, high) => orWord(firstLine(text, from, high), from, high) }
  return { cut, begin: word }
}

const levelsOf = (algorithm: Algorithm, { text, outline, sentences, separators }: PlacesOptions) => {
  const line: Level = (low, high) => lastLine(text, low, high)
  const paragraph: Level = (low, high) => lastParagraph(text, low, high)
  const sentence: Level = (low, high) => sentences.last(text, low, high)
  const word: Level = (low, high) => lastWord(text, low, high)
  const ranks = [1, 2, 3, 4].map(
    (rank): Level =>
      (low, high) =>
        outline.last(rank, low, high),
  )
  const levels: Readonly<Record<Algorithm, ReadonlyArray<Level>>> = {
    characters: [],
    sliding: [],
    sentences: [sentence, word],
    semantic: [sentence, word],
    paragraphs: [paragraph, sentence, word],
    recursive: separators?.map((separator) => separated(text, separator)) ?? [paragraph, line, ended(text), word],
    structure: [...ranks, paragraph, line, sentence, word],
  }
  return levels[algorithm]
}

/** Behind the last separator in the window. */
const separated =
  (text: string, separator: string): Level =>
  (low, high) => {
    const found = text.slice(low, high).lastIndexOf(separator)
    return found < 0 ? -1 : low + found + separator.length
  }

/** Behind the last mark that ends a sentence, by its look alone. */
const ended =
  (text: string): Level =>
  (low, high) => {
    for (let at = high; at > low + 1; at--) {
      const unit = text.charCodeAt(at - 1)
      // Wide full stops, question and exclamation marks.
      if (unit === 0x3002 || unit === 0xff01 || unit === 0xff1f) return at
      if (unit !== 32) continue
      const before = text.charCodeAt(at - 2)
      // . ! ? and those of Hindi, Arabic and Urdu.
      if (before === 46 || before === 33 || before === 63 || before === 0x964 || before === 0x61f || before === 0x6d4)
        return at
    }
    return -1
  }
