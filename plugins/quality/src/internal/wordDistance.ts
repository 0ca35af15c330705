const maxWords = 400

const words = (text: string): ReadonlyArray<string> => {
  const found: ReadonlyArray<string> = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return found.slice(0, maxWords)
}

/** How alike two texts are, 1 for the same words in the same order, 0 for none: 1 - edits / words of the longer one. */
export const wordLikeness = (a: string, b: string): number => {
  const [from, to] = [words(a), words(b)]
  const most = Math.max(from.length, to.length)
  if (most === 0) return 1
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced))
    }
    row = next
  }
  return 1 - (row[to.length] ?? 0) / most
}
