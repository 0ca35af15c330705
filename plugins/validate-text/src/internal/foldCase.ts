/** The text in lower case, with every place where it was: a few letters become longer, and those stay as they are. */
export const foldCase = (text: string): string => {
  const lower = text.toLowerCase()
  if (lower.length === text.length) return lower
  let folded = ""
  for (const letter of text) {
    const small = letter.toLowerCase()
    folded += small.length === letter.length ? small : letter
  }
  return folded
}
