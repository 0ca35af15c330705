/** In UTF-16 units: pieces up to this length are cheap for a tokenizer that is quadratic in the length of a piece. */
export const maxPiece = 1024

const unknown = 0
const letter = 1
const digit = 2
const space = 3
const other = 4
/** Half of a character outside the basic plane: it may belong to any class. */
const half = 5

const classes = new Uint8Array(0x1_00_00)

const classify = (unit: number): number => {
  if (unit >= 0xd800 && unit <= 0xdfff) return half
  const char = String.fromCharCode(unit)
  if (/[\p{L}\p{M}]/u.test(char)) return letter
  if (/\p{N}/u.test(char)) return digit
  return /\s/u.test(char) ? space : other
}

const classOf = (unit: number): number => {
  const known = classes[unit] ?? unknown
  if (known !== unknown) return known
  return (classes[unit] = classify(unit))
}

/** How far a run of one class goes from `at` in one direction, `limit` at most. Digits end a run: they come in threes. */
const reach = (text: string, at: number, step: 1 | -1, limit: number): number => {
  let run = half
  let length = 0
  for (let i = at; i >= 0 && i < text.length && length < limit; i += step) {
    const found = classOf(text.charCodeAt(i))
    if (found === digit) break
    if (found !== half) {
      if (run === half) run = found
      else if (run !== found) break
    }
    length++
  }
  return length
}

/**
 * Whether a tokenizer's own splitting may leave a piece longer than `maxPiece`. May say yes for nothing, never no
 * wrongly: a piece is at most two runs of one class (signs, then line breaks), so a longer one holds a run of half that
 * length, which covers at least two of the places looked at.
 */
export const hasLongRun = (text: string): boolean => {
  const shortest = maxPiece / 2
  const stride = shortest / 2
  for (let at = stride - 1; at < text.length; at += stride) {
    const before = reach(text, at - 1, -1, shortest)
    if (before + reach(text, at, 1, shortest) >= shortest) return true
  }
  return false
}
