import type { EmbedderStamp } from "../EmbedderStamp.ts"

/** Deterministic numbers from -1 to 1 (mulberry32): data for tests, the same on every machine. */
export const numbers = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2147483648 - 1
  }
}

export const vectorOf = (next: () => number, dimensions: number): Float32Array =>
  Float32Array.from({ length: dimensions }, next)

/** The cosine, in double precision, by the definition; of a vector of zeros 0. */
export const cosine = (a: Float32Array, b: Float32Array): number => {
  let dot = 0
  let aa = 0
  let bb = 0
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0
    dot += x * y
    aa += x * x
    bb += y * y
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa) / Math.sqrt(bb)
}

/** What made vectors of so many numbers. */
export const stampFor = (dimensions: number, version = "1"): EmbedderStamp => ({
  id: "conformance/numbers",
  version,
  dimensions,
})

export const vector = (...values: ReadonlyArray<number>): Float32Array => new Float32Array(values)
