/** Does the whole text fit the pattern? `*` is any text, `?` one character. Linear but for the stars. */
export const glob = (pattern: string, text: string): boolean => {
  let [p, t, star, marked] = [0, 0, -1, 0]
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p++
      marked = t
    } else if (pattern[p] === "?" || (p < pattern.length && pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++marked
    } else {
      return false
    }
  }
  while (pattern[p] === "*") p++
  return p === pattern.length
}
