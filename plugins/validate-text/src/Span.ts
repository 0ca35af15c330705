/** A place in a text: UTF-16 positions, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Something found in a text, and of what kind. */
export interface Finding<Kind extends string = string> extends Span {
  readonly kind: Kind
}

/** In order of place; of findings that overlap the one that comes first in `found` stays. */
export const withoutOverlaps = <Found extends Span>(found: ReadonlyArray<Found>): ReadonlyArray<Found> => {
  const byPlace = found.map((finding, rank) => ({ finding, rank })).sort((a, b) => a.finding.start - b.finding.start)
  const kept: Array<(typeof byPlace)[number]> = []
  for (const next of byPlace) {
    const last = kept.at(-1)
    if (last === undefined || last.finding.end <= next.finding.start) kept.push(next)
    else if (next.rank < last.rank) kept[kept.length - 1] = next
  }
  return kept.map(({ finding }) => finding)
}
