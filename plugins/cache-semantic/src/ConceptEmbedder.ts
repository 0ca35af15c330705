import type { Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { fnv1a } from "./internal/fnv1a.ts"
import { readingOf } from "./internal/readingOf.ts"
import type { Reading } from "./internal/Reading.ts"

const dimensions = 256

/** Concepts tell most; how it was worded tells a little. */
const weights = { concept: 1, type: 0.35, word: 0.2 }

const add = (into: Float32Array, feature: string, weight: number): void => {
  const hash = fnv1a(feature)
  into[(hash >>> 1) % dimensions]! += (hash & 1) === 0 ? weight : -weight
}

/** The vector of what a prompt was read as. */
export const vectorOf = ({ concepts, type, words, foreign }: Reading): Float32Array => {
  const vector = new Float32Array(dimensions)
  if (!foreign) {
    for (const { name, kind } of concepts)
      add(vector, `concept ${name}`, kind === "marker" ? weights.type : weights.concept)
    add(vector, type, weights.type)
  }
  for (const word of words.split(" ")) add(vector, `word ${word}`, foreign ? weights.concept : weights.word)
  let squares = 0
  for (const value of vector) squares += value * value
  const length = Math.sqrt(squares)
  return length === 0 ? vector.fill(1 / Math.sqrt(dimensions)) : vector.map((value) => value / length)
}

/**
 * The built-in embedder: the concepts that the guard reads in a prompt, after stems and synonyms, hashed into 256 places
 * (Weinberger et al. 2009, "Feature hashing"). It knows English words only as far as the guard does; needs no data.
 */
export const conceptEmbedder: Embedder = {
  id: "switchyard/concepts",
  version: "3",
  dimensions,
  embed: (texts) => Effect.sync(() => texts.map((text) => vectorOf(readingOf(text)))),
}
