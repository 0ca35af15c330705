/** The name in `names` that is closest to `name` by edit distance, if any is close enough to be meant. */
export const nearest = (name: string, names: ReadonlyArray<string>): string | undefined => {
  const least = Math.max(2, Math.floor(name.length / 3))
  let best: string | undefined
  let distance = least + 1
  for (const candidate of names) {
    const found = levenshtein(name.toLowerCase(), candidate.toLowerCase())
    if (found < distance) [best, distance] = [candidate, found]
  }
  return best
}

/** ` (did you mean "…"?)`, or nothing. */
export const hint = (name: string, names: ReadonlyArray<string>): string => {
  const close = nearest(name, names)
  return close === undefined ? "" : ` (did you mean "${close}"?)`
}

const levenshtein = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced))
    }
    row = next
  }
  return row[b.length] ?? 0
}
