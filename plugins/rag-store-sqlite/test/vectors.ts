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
