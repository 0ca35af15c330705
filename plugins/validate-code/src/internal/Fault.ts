/** What a parser finds, in UTF-16 positions of the code that it was given; `end` is after `start`, or equal to it at the end. */
export interface Fault {
  readonly start: number
  readonly end: number
  readonly message: string
  readonly suggestion?: string
}

/** A parser of one language: the faults of the code, the first in the text first; none when it parses. */
export type Parser = (code: string) => ReadonlyArray<Fault> | Promise<ReadonlyArray<Fault>>

/** The reading whose first fault is furthest into the code: the one that the author meant, as far as can be told. */
export const furthest = (readings: ReadonlyArray<ReadonlyArray<Fault>>): ReadonlyArray<Fault> => {
  let best: ReadonlyArray<Fault> = []
  for (const faults of readings) {
    if (faults.length === 0) return faults
    if (best.length === 0 || (faults[0]?.start ?? 0) > (best[0]?.start ?? 0)) best = faults
  }
  return best
}
