export const dimensions = 384
export const count = 100_000
const clusters = 1000

/** Vectors of length 1, one after the other, and what is asked for, by kind. */
export interface Corpus {
  readonly name: string
  readonly vectors: Float32Array
  readonly queries: Readonly<Record<string, ReadonlyArray<Float32Array>>>
}

/** Deterministic numbers from -1 to 1 (mulberry32). */
export const numbers = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2147483648 - 1
  }
}

/** Nearly normal: the sum of four. */
const bell = (next: () => number): number => next() + next() + next() + next()

/** Vectors of length 1 around 1,000 centres, as embeddings of texts about 1,000 things are; the same each time. */
export const clustered = (): Corpus => {
  const next = numbers(1)
  const centres = Array.from({ length: clusters }, () => Float32Array.from({ length: dimensions }, () => bell(next)))
  const made = (into: Float32Array): Float32Array => {
    const centre = centres[Math.floor(((next() + 1) / 2) * clusters)] ?? into
    let squares = 0
    for (let i = 0; i < dimensions; i++) {
      const value = (centre[i] ?? 0) + 0.7 * bell(next)
      into[i] = value
      squares += value * value
    }
    const length = Math.sqrt(squares)
    for (let i = 0; i < dimensions; i++) into[i] = (into[i] ?? 0) / length
    return into
  }
  const vectors = new Float32Array(count * dimensions)
  for (let i = 0; i < count; i++) made(vectors.subarray(i * dimensions, (i + 1) * dimensions))
  const queries = Array.from({ length: 500 }, () => made(new Float32Array(dimensions)))
  return { name: "clustered", vectors, queries: { vectors: queries } }
}
