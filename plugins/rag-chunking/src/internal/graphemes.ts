const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** What may continue the grapheme before it: marks, joiners, modifiers, tags, and Thai and Lao AM (UAX 29, GB9 and GB9a). */
const joins = /^(?:[\p{M}\p{Emoji_Modifier}\u0e33\u0eb3\uff9e\uff9f\u{e0020}-\u{e007f}]|\u200c|\u200d)/u

/** Letters and signs that stand alone: between two of them there is always a boundary. */
const standsAlone = (unit: number): boolean =>
  (unit >= 0x4e00 && unit <= 0x9fff) ||
  (unit >= 0x3041 && unit <= 0x3096) ||
  (unit >= 0x30a1 && unit <= 0x30fa) ||
  (unit >= 0x0410 && unit <= 0x044f) ||
  (unit >= 0x2010 && unit <= 0x2027) ||
  unit === 0x3001 ||
  unit === 0x3002

/** A boundary that can be told from the two units at `at`. */
const surely = (text: string, at: number): boolean => {
  const before = text.charCodeAt(at - 1)
  const after = text.charCodeAt(at)
  if (before < 0x300) {
    if (before === 13) return after !== 10
    if (after < 0x300) return true
    return !joins.test(text.slice(at, at + 2)) && (before !== 0xa9 && before !== 0xae ? true : after !== 0x200d)
  }
  return standsAlone(before) && (after < 0x300 || standsAlone(after))
}

/**
 * The last grapheme boundary after `low` and at most at `at`, or -1 where the grapheme at `low` goes further. `low` must
 * be a boundary itself. Reads at most the text between the two.
 */
export const graphemeFloor = (text: string, low: number, at: number): number => {
  if (at <= low) return -1
  if (at >= text.length || surely(text, at)) return Math.min(at, text.length)
  let from = at - 1
  while (from > low && !surely(text, from)) from--
  let last = -1
  // The rules look one code point ahead, and no further.
  for (const { index } of segmenter.segment(text.slice(from, at + 2))) {
    const boundary = from + index
    if (boundary > at) break
    if (boundary > low) last = boundary
  }
  return last
}

/** The first grapheme boundary at or after `at`; `low`, at most `at`, must be a boundary. */
export const graphemeCeil = (text: string, low: number, at: number): number => {
  if (at >= text.length) return text.length
  if (at <= low) return low
  if (surely(text, at)) return at
  let from = at - 1
  while (from > low && !surely(text, from)) from--
  for (let size = 64 + at - from; ; size *= 2) {
    const end = Math.min(text.length, from + size)
    for (const { index, segment } of segmenter.segment(text.slice(from, end))) {
      const boundary = from + index
      const settled = boundary + segment.length < end || end === text.length
      if (boundary >= at && (settled || boundary < end - 2)) return boundary
    }
    if (end === text.length) return end
  }
}
