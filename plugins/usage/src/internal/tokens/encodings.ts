import { toUSVString } from "node:util"
import { asciiPieceEnd } from "./asciiPiece.ts"
import { makeBytePairs, type Ranks } from "./bytePairs.ts"
import { openAiPattern, sumPieces } from "./openAiPieces.ts"
import { hasLongRun, maxPiece } from "./longRun.ts"

/** The public encodings of OpenAI's models. */
export type EncodingName = "o200k_base" | "cl100k_base" | "p50k_base" | "r50k_base"

/** Counts a text's tokens. Text that looks like a control token (`<|endoftext|>`) is counted as the text it is. */
export type Count = (text: string) => number

/** The vocabularies and patterns are gpt-tokenizer's; its counting takes time in the square of a word's length and errs on a few characters. */
const encoding = (vocabulary: Ranks, split: RegExp, quick?: (text: string, from: number) => number): Count => {
  const countPiece = makeBytePairs(vocabulary)
  const pattern = openAiPattern(split)
  return (text) => sumPieces(toUSVString(text), pattern, countPiece, quick)
}

const patterns = () => import("gpt-tokenizer/encodingParams/constants")

/** Each is a module of its own of 0.6 to 2.4 MB: 70 to 250 ms and 35 to 60 MB of memory, once. */
const sources: Readonly<Record<EncodingName, () => Promise<Count>>> = {
  o200k_base: async () =>
    encoding(
      (await import("gpt-tokenizer/bpeRanks/o200k_base")).default,
      (await patterns()).O200K_TOKEN_SPLIT_REGEX,
      asciiPieceEnd,
    ),
  cl100k_base: async () =>
    encoding((await import("gpt-tokenizer/bpeRanks/cl100k_base")).default, (await patterns()).CL100K_TOKEN_SPLIT_REGEX),
  p50k_base: async () =>
    encoding((await import("gpt-tokenizer/bpeRanks/p50k_base")).default, (await patterns()).R50K_TOKEN_SPLIT_REGEX),
  r50k_base: async () =>
    encoding((await import("gpt-tokenizer/bpeRanks/r50k_base")).default, (await patterns()).R50K_TOKEN_SPLIT_REGEX),
}

/** Anthropic's vocabulary of Claude 2, the last that was published; what later models count is a multiple of it. */
const claude = async (): Promise<Count> => {
  const [{ Tokenizer }, encoding] = await Promise.all([import("ai-tokenizer"), import("ai-tokenizer/encoding/claude")])
  // Its control tokens are left out: it throws when a text holds one.
  const tokenizer = new Tokenizer({ ...encoding, special_tokens: {} })
  return (given) => {
    const text = toUSVString(given)
    if (!hasLongRun(text)) return tokenizer.count(text)
    let tokens = 0
    for (let at = 0; at < text.length; at += maxPiece) tokens += tokenizer.count(text.slice(at, at + maxPiece))
    return tokens
  }
}

export type VocabularyName = EncodingName | "claude"

const loaded = new Map<VocabularyName, Count>()
const loading = new Map<VocabularyName, Promise<Count>>()

/** The vocabulary if it is in memory. It is shared by all counters of the process. */
export const loadedVocabulary = (name: VocabularyName): Count | undefined => loaded.get(name)

/** Loads a vocabulary, once per process. */
export const loadVocabulary = (name: VocabularyName): Promise<Count> => {
  const under = loading.get(name)
  if (under !== undefined) return under
  const load = (name === "claude" ? claude() : sources[name]()).then((count) => {
    loaded.set(name, count)
    return count
  })
  loading.set(name, load)
  load.catch(() => loading.delete(name))
  return load
}
