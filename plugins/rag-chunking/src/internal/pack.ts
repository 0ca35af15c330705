import { graphemeCeil, graphemeFloor } from "./graphemes.ts"
import type { Measure } from "./Measure.ts"
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
      // The overlap leaves no room for what comes next, or that is one grapheme larger than a chunk.
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

/** Where the chunk from `start` ends, after `low`; undefined where not one grapheme fits. */
const nextPiece = (packing: Packing, start: number, low: number): Piece | undefined => {
  const { text, measure, max, hard, outline } = packing
  let high = measure.reach(start, max)
  if (!measure.exact && high <= low) high = Math.min(text.length, low + 1)
  let best: Piece | undefined
  for (let tries = 0; high > low && tries < 64; tries++) {
    const wall = hard ? outline.hardAfter(start, high) : high
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

const cutBefore = (packing: Packing, start: number, low: number, high: number): number => {
  const { text, places, outline } = packing
  // A heading stays with the beginning of its text, if that can be cut.
  const { body } = outline.standing(start, high)
  const within = body > low && body < high ? places.cut(body, high) : -1
  const place = within > body ? within : places.cut(low, high)
  return graphemeFloor(text, low, together(packing, low, high, place > low ? place : high))
}

/** Moves a cut out of what should stay together: behind it if that fits, else in front of it. */
const together = ({ outline, measure, max }: Packing, low: number, high: number, cut: number): number => {
  for (const [from, to] of outline.around(cut)) {
    if (to <= high) return to
    if (from > low && fits(measure, from, to, max)) return from
  }
  return cut
}

/** Whether [from, to) is at most `max`; a text that is far too long is not counted. */
const fits = (measure: Measure, from: number, to: number, max: number): boolean =>
  measure.exact ? measure.reach(from, max) >= to : to - from <= max * 16 && measure.size(from, to) <= max

/** Where the chunk after [start, end) begins. */
const nextStart = (packing: Packing, start: number, end: number): number => {
  const { text, measure, overlap, outline, places, max, sliding, hard } = packing
  if (overlap === 0 || (hard && isHard(packing, start, end))) return end
  const furthest = measure.back(end, overlap, start + 1)
  const step = sliding && measure.exact ? graphemeCeil(text, start, measure.reach(start, max - overlap)) : 0
  const earliest = Math.max(furthest, step)
  if (earliest >= end) return end
  const place = sliding ? earliest : places.begin(earliest, end, start)
  let begin = Math.min(end, graphemeCeil(text, start, place < 0 ? earliest : place))
  for (const [, to] of outline.around(begin)) begin = Math.min(end, to)
  // Fewer letters may be more tokens.
  return measure.exact || measure.size(begin, end) <= overlap ? begin : end
}

/** Whether the chunk [start, end) was ended by a hard mark: then the next one does not reach back over it. */
const isHard = ({ outline, text }: Packing, start: number, end: number): boolean =>
  outline.hardAfter(start, Math.min(text.length, end + 1)) === end
