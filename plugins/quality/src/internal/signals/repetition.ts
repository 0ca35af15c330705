const size = 5

/** The share of an answer that is not said twice, by runs of five words; 1 for short answers. */
export const freshness = (text: string): number => {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length < 3 * size) return 1
  const seen = new Set<string>()
  let again = 0
  for (let at = 0; at + size <= words.length; at++) {
    const run = words.slice(at, at + size).join(" ")
    if (seen.has(run)) again++
    seen.add(run)
  }
  return 1 - again / (words.length - size + 1)
}
