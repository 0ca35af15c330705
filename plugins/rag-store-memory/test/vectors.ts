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

/** Makes vectors around so many centres, as those of texts are. */
export const clustered = (seed: number, dimensions: number, clusters: number): (() => Float32Array) => {
  const next = numbers(seed)
  const bell = () => next() + next() + next() + next()
  const centres = Array.from({ length: clusters }, () => Float32Array.from({ length: dimensions }, bell))
  return () => {
    const centre = centres[Math.floor(((next() + 1) / 2) * clusters)]
    return Float32Array.from({ length: dimensions }, (_, i) => (centre?.[i] ?? 0) + 0.7 * bell())
  }
}

/** The vector of a number, unlike that of any other. */
export const vectorAt = (n: number, dimensions: number): Float32Array => {
  const next = numbers(n)
  return Float32Array.from({ length: dimensions }, next)
}
