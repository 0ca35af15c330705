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

/** Vectors as texts of one corpus have them: near one of so many centres. */
export const clustered = (next: () => number, dimensions: number, clusters: number): (() => Float32Array) => {
  const centres = Array.from({ length: clusters }, () => vectorOf(next, dimensions))
  return () => {
    const centre = centres[Math.min(clusters - 1, Math.floor(((next() + 1) / 2) * clusters))]
    return Float32Array.from({ length: dimensions }, (_, i) => (centre?.[i] ?? 0) + 0.7 * next())
  }
}
