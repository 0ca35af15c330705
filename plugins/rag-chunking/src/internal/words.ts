const segmenter = new Intl.Segmenter(undefined, { granularity: "word" })

/** White space after which a line may be cut; the no-break spaces are not among them. */
export const isSpace = (unit: number): boolean =>
  unit === 32 ||
  (unit >= 9 && unit <= 13) ||
  unit === 0x3000 ||
  (unit >= 0x2000 && unit <= 0x200a && unit !== 0x2007) ||
  unit === 0x2028 ||
  unit === 0x2029 ||
  unit === 0x85

/** Scripts that put no space between words: Thai, Lao, Myanmar, Khmer, Chinese, Japanese. */
const isUnspaced = (unit: number): boolean =>
  (unit >= 0x0e00 && unit <= 0x0eff) ||
  (unit >= 0x1000 && unit <= 0x109f) ||
  (unit >= 0x1780 && unit <= 0x17ff) ||
  (unit >= 0x3001 && unit <= 0x9fff) ||
  (unit >= 0xff01 && unit <= 0xff60)

/** How far to look around for the words of a script without spaces. Units. */
const context = 48

/** The last word boundary in (low, high], by spaces or by the dictionary; -1 where there is none. */
export const lastWord = (text: string, low: number, high: number): number => {
  if (isUnspaced(text.charCodeAt(high)) && isUnspaced(text.charCodeAt(high - 1))) {
    const from = Math.max(low, high - context)
    let last = -1
    for (const { index } of segmenter.segment(text.slice(from, high + context))) {
      if (from + index > high) break
      if (index > 0) last = from + index
    }
    if (last > low) return last
  }
  for (let at = high; at > low; at--) if (isSpace(text.charCodeAt(at - 1))) return at
  return -1
}

/** The first beginning of a word in [low, high); -1 where there is none. */
export const firstWord = (text: string, low: number, high: number): number => {
  if (isUnspaced(text.charCodeAt(low)) && isUnspaced(text.charCodeAt(low - 1))) {
    const from = Math.max(0, low - context)
    for (const { index } of segmenter.segment(text.slice(from, Math.min(high, low + context))))
      if (from + index >= low && index > 0) return from + index
  }
  for (let at = low; at < high; at++)
    if (at > 0 && isSpace(text.charCodeAt(at - 1)) && !isSpace(text.charCodeAt(at))) return at
  return -1
}
