import { graphemeCeil, graphemeFloor } from "./graphemes.ts"
import { fits, type Measure } from "./Measure.ts"
import type { Outline } from "./Outline.ts"

/** Where a text may be cut. */
export interface Places {
  /** The best place in (low, high], or -1: then it is cut at `high`. */
  readonly cut: (low: number, high: number) => number
  /** Where a chunk that overlaps the one before may begin: the first place in [from, high), or -1. */
  readonly begin: (from: number, high: number, chunk: number) => number
}

export interface Packing {
  readonly text: string
  readonly measure: Measure
  readonly outline: Outline
  readonly places: Places
  readonly max: number
  readonly overlap: number
  /** Hard marks end a chunk. */
  readonly hard: boolean
  /** Windows begin every `max - overlap` units, instead of `overlap` before the end of the one before. */
  readonly sliding: boolean
}

export interface Range {
  readonly start: number
  readonly end: number
  /** In the unit of the measure, where it was needed. */
  readonly size: number | undefined
}

/** Cuts a text from front to back, each chunk as large as it may be. Ends are strictly ascending, and so are starts. */
export function* pack(packing: Packing): Generator<Range> {
  const { text } = packing
  let [start, low] = [0, 0]
  while (low < text.length) {
    let piece = nextPiece(packing, start, low)
    if (piece === undefined) {
      // The overlap leaves no room for what comes next and stays together, or that is one grapheme larger than a chunk.
      start = low
      piece = nextPiece(packing, start, low) ?? oversized(packing, low)
    }
    yield { start, ...piece }
    low = piece.end
    start = low < text.length ? nextStart(packing, start, low) : low
  }
}

type Piece = Pick<Range, "end" | "size">

const oversized = ({ text, measure }: Packing, low: number): Piece => {
  const end = graphemeCeil(text, low, low + 1)
  return { end, size: measure.exact ? undefined : measure.size(low, end) }
}

/** Where the chunk from `start` ends, after `low`; undefined where not one grapheme fits, or not all that stays together. */
const nextPiece = (packing: Packing, start: number, low: number): Piece | undefined => {
  const { text, measure, max } = packing
  let high = measure.reach(start, max)
  if (!measure.exact && high <= low) high = Math.min(text.length, low + 1)
  let best: Piece | undefined
  for (let tries = 0; high > low && tries < 64; tries++) {
    const wall = wallAfter(packing, start, low, high)
    const end = wall < high || wall === text.length ? wall : cutBefore(packing, start, low, high)
    if (end < 0) break
    if (measure.exact) return { end, size: undefined }
    const size = measure.size(start, end)
    if (size <= max) {
      if (best === undefined || end > best.end) best = { end, size }
      // A text of longer tokens than the one before has room left.
      if (tries > 1 || size >= max * 0.8 || wall < high || end === text.length) return best
      const wider = Math.min(text.length, start + Math.floor(((high - start) * max * 0.97) / Math.max(1, size)))
      if (wider <= high) return best
      high = wider
    } else {
      if (best !== undefined) return best
      high = Math.min(end - 1, start + Math.floor(((end - start) * max) / size))
    }
  }
  return best
}

/** The first hard mark up to `high`, or the grapheme boundary behind it; `high` where there is none. */
const wallAfter = (packing: Packing, start: number, low: number, high: number): number => {
  const { text, outline, measure, max } = packing
  if (!packing.hard) return high
  const wall = outline.hardAfter(start, high, (from, to) => fits(measure, from, to, max))
  return wall < high ? Math.min(high, graphemeCeil(text, low, wall)) : high
}

const cutBefore = (packing: Packing, start: number, low: number, high: number): number => {
  const { text, places, outline } = packing
  // A heading stays with the beginning of its text, if that can be cut.
  const { body } = outline.standing(start, high)
  const within = body > low && body < high ? places.cut(body, high) : -1
  const place = within > body ? within : places.cut(low, high)
  const cut = graphemeFloor(text, low, place > low ? place : high)
  return cut < 0 ? cut : together(packing, start, low, high, cut)
}

/**
 * Moves a cut out of what should stay together: behind it if that fits, else in front of it. -1: it begins with the piece
 * and fits only without the overlap.
 */
const together = (packing: Packing, start: number, low: number, high: number, cut: number): number => {
  const { text, outline, measure, max } = packing
  for (const [from, to] of outline.around(cut)) {
    if (to > high && (from < low || !fits(measure, from, to, max))) continue
    const behind = graphemeCeil(text, low, to)
    if (behind <= high) return behind
    if (from < low || !fits(measure, from, behind, max)) continue
    const front = graphemeFloor(text, low, from)
    if (front > low) return front
    return fits(measure, start, behind, max) ? behind : -1
  }
  return cut
}

/** Where the chunk after [start, end) begins. */
const nextStart = (packing: Packing, start: number, end: number): number => {
  const { text, measure, overlap, outline, places, max, sliding, hard } = packing
  if (overlap === 0 || (hard && isHard(packing, start, end))) return end
  const furthest = measure.back(end, overlap, start + 1)
  const step = sliding && measure.exact ? graphemeCeil(text, start, measure.reach(start, max - overlap)) : 0
  const earliest = Math.max(furthest, step)
  if (earliest >= end) return end
  const place = sliding ? earliest : places.begin(earliest, end, start)
  let begin = graphemeCeil(text, start, place < 0 ? earliest : place)
  for (const [, to] of outline.around(begin)) begin = Math.max(begin, to)
  begin = begin < end ? graphemeCeil(text, start, begin) : end
  // Fewer letters may be more tokens.
  return measure.exact || measure.size(begin, end) <= overlap ? begin : end
}

/** Whether the chunk [start, end) was ended by a hard mark: then the next one does not reach back over it. */
const isHard = (packing: Packing, start: number, end: number): boolean =>
  wallAfter(packing, start, start, Math.min(packing.text.length, end + 1)) === end
