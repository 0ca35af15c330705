/** In UTF-16 units. A text above is counted piece by piece. */
export const pieceLength = 262_144

/** Without a safe place to cut within so many units, a run is cut anywhere: its count is then no longer exact. */
const longestRun = 300_000

export interface TextPiece {
  readonly text: string
  /** False where the cut may have changed the count. */
  readonly exact: boolean
}

const isLatin = (unit: number): boolean => (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122)
const isBlank = (unit: number): boolean => unit === 32 || unit === 10 || unit === 13 || unit === 9

/**
 * After a letter and before a blank a text can be cut without changing any count: no encoding has a piece that goes over
 * this place, and none looks back.
 */
const safeCut = (text: string, from: number, to: number): number | undefined => {
  for (let at = from; at < to; at++) {
    if (isBlank(text.charCodeAt(at)) && isLatin(text.charCodeAt(at - 1))) return at
  }
  return undefined
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** A text in pieces of about `pieceLength`, whose counts add up to the count of the whole. */
export function* piecesOf(text: string): Generator<TextPiece> {
  let from = 0
  while (text.length - from > pieceLength) {
    const limit = Math.min(text.length, from + longestRun)
    const cut = safeCut(text, from + pieceLength, limit)
    const forced = isLow(text.charCodeAt(limit)) ? limit - 1 : limit
    const to = cut ?? forced
    yield { text: text.slice(from, to), exact: cut !== undefined || to === text.length }
    from = to
  }
  if (from < text.length) yield { text: text.slice(from), exact: true }
}
