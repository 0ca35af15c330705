/** The name in `names` that is closest to `name` by edit distance, if any is close enough to be meant. */
export const nearest = (name: string, names: ReadonlyArray<string>): string | undefined => {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const d = distance(name.toLowerCase(), candidate.toLowerCase(), least)
    if (d < least) {
      least = d
      best = candidate
    }
  }
  return best
}

/** ` (did you mean "…"?)`, or nothing: for the end of a message about an unknown name. */
export const hint = (name: string, names: ReadonlyArray<string>): string => {
  const close = nearest(name, names)
  return close === undefined ? "" : ` (did you mean "${close}"?)`
}

/** Levenshtein distance, given up as `limit` once it must be at least that. */
const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + same))
    }
    previous = current
  }
  return previous[b.length]!
}
