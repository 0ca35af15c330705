import type { Document, Skipped, SourceItem } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { skipped } from "./read/readStable.ts"

/** A record of a file or a list, as it was read. */
export interface ReadRecord {
  /** What a person calls it: `line 4`, `entry 0`, its key. */
  readonly place: string
  readonly found: Document | Skipped
  /** It has no id of its own, and its hash is its id. */
  readonly hashed?: boolean
}

interface LeftOut {
  readonly place: string
  readonly why: string
}

interface Seen {
  /** Where each id stands. */
  readonly places: Map<string, string>
  readonly leftOut: Array<LeftOut>
}

/**
 * Records as what a source has. Of two with one id the first is taken. What is left out is named last, by its place: the
 * names of all records are known then, and it takes none of them.
 */
export const recordItems = <E>(records: Stream.Stream<ReadRecord, E>): Stream.Stream<SourceItem, E> =>
  Stream.mapAccum(records, start, (seen, record) => [seen, taken(record, seen)], { onHalt: remarks })

const start = (): Seen => ({ places: new Map(), leftOut: [] })

const taken = ({ place, found, hashed = false }: ReadRecord, { places, leftOut }: Seen): ReadonlyArray<SourceItem> => {
  const first = "_tag" in found ? undefined : places.get(found.id)
  if ("_tag" in found) leftOut.push({ place, why: found.why })
  else if (first === undefined) {
    places.set(found.id, place)
    return [{ id: found.id, read: Effect.succeed(found) }]
  } else {
    const same = hashed ? `the same record as ${first}` : `it has the id "${found.id}", as ${first} has`
    leftOut.push({ place, why: `${same}: the first is taken` })
  }
  return []
}

const remarks = ({ places, leftOut }: Seen): ReadonlyArray<SourceItem> =>
  leftOut.map(({ place, why }) => {
    let id = place
    while (places.has(id)) id += ", left out"
    return { id, read: Effect.succeed(skipped(why)) }
  })
