import type { LlmError } from "@switchyard/core"
import { embedAll, type Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { type BreakpointRule, defaultMax } from "../ChunkingOptions.ts"
import type { Cutting } from "./chunksOf.ts"
import { graphemeCeil, graphemeFloor } from "./graphemes.ts"

/** Sentences longer than this are embedded in pieces. UTF-16 units. */
const maxPiece = 2000

/** Windows that are embedded together: their vectors are all that is held. */
const batch = 256

/** The ends of the sentences of a text, of pieces of one that is too long. */
export function* pieceEnds(text: string, { sentences, options }: Cutting): Generator<number> {
  const longest = options.unit === "tokens" ? maxPiece : Math.min(maxPiece, options.max ?? defaultMax())
  for (let low = 0; low < text.length;) {
    const high = Math.min(text.length, low + longest)
    let last = low
    for (const at of sentences.between(text, low, high)) yield (last = at)
    if (last === low) {
      const cut = graphemeFloor(text, low, high)
      yield (last = cut < 0 ? graphemeCeil(text, low, low + 1) : cut)
    }
    low = last
  }
}

/** Where the meaning of a text changes: offsets, ascending. */
export const breakpointsOf = Effect.fnUntraced(function* (
  text: string,
  { embedder, cutting }: { readonly embedder: Embedder; readonly cutting: Cutting },
): Effect.fn.Return<ReadonlyArray<number>, LlmError> {
  const { rule = "percentile", amount, neighbours = 1 } = cutting.options.semantic ?? {}
  const ends = [...pieceEnds(text, cutting)]
  const window = (index: number): string =>
    text.slice(ends[index - neighbours - 1] ?? 0, ends[Math.min(ends.length - 1, index + neighbours)])
  const distances: Array<number> = []
  let before: Float32Array | undefined
  for (let from = 0; from < ends.length; from += batch) {
    const windows = Array.from({ length: Math.min(batch, ends.length - from) }, (_, index) => window(from + index))
    for (const vector of yield* embedAll(embedder, windows, { purpose: "document" })) {
      if (before !== undefined) distances.push(distance(before, vector))
      before = vector
    }
  }
  return drops(distances, rule, amount).flatMap((index) => ends[index] ?? [])
})

/** One minus the cosine; 0 where a vector has no direction. */
const distance = (a: Float32Array, b: Float32Array): number => {
  let [dot, lengthA, lengthB] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0]
    dot += x * y
    lengthA += x * x
    lengthB += y * y
  }
  const lengths = Math.sqrt(lengthA * lengthB)
  return lengths === 0 ? 0 : 1 - dot / lengths
}

const amounts: Readonly<Record<BreakpointRule, number>> = {
  percentile: 95,
  "standard-deviation": 3,
  interquartile: 1.5,
  gradient: 95,
}

/**
 * The indices of the distances above a threshold: the percentile of all, their mean and so many standard deviations, their
 * mean and so many interquartile ranges, or the percentile of their gradient. The rules are G. Kamradt's ("5 Levels of Text
 * Splitting", 2023), with the thresholds of LangChain's SemanticChunker.
 */
export const drops = (
  distances: ReadonlyArray<number>,
  rule: BreakpointRule,
  amount: number = amounts[rule],
): ReadonlyArray<number> => {
  if (distances.length < 2) return []
  const values = rule === "gradient" ? gradient(distances) : distances
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const limits: Readonly<Record<BreakpointRule, () => number>> = {
    percentile: () => percentile(values, amount),
    gradient: () => percentile(values, amount),
    interquartile: () => mean + amount * (percentile(values, 75) - percentile(values, 25)),
    "standard-deviation": () =>
      mean + amount * Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
  }
  const limit = limits[rule]()
  return values.flatMap((value, index) => (value > limit ? [index] : []))
}

/** By linear interpolation between the nearest ranks. */
const percentile = (values: ReadonlyArray<number>, percent: number): number => {
  const sorted = Float64Array.from(values).sort()
  const at = (percent / 100) * (sorted.length - 1)
  const below = sorted[Math.floor(at)] ?? 0
  return below + ((sorted[Math.ceil(at)] ?? below) - below) * (at - Math.floor(at))
}

/** Central differences, one-sided at the ends. */
const gradient = (values: ReadonlyArray<number>): ReadonlyArray<number> =>
  values.map((_, index) => {
    const [from, to] = [Math.max(0, index - 1), Math.min(values.length - 1, index + 1)]
    return ((values[to] ?? 0) - (values[from] ?? 0)) / (to - from)
  })
