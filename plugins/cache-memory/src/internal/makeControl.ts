import * as Effect from "effect/Effect"
import type { Parts } from "../MemoryCache.ts"
import type { CacheEntry, MemoryCacheControl } from "../MemoryCacheControl.ts"
import type { Kept } from "./Entry.ts"
import { matches, mayMatch } from "./matches.ts"

export const entryFor = ({ id: _id, ...kept }: Kept): CacheEntry => ({ ...kept, model: kept.response.model })

/** Statistics, and dropping entries in memory and in the file. */
export const makeControl = (parts: Parts): MemoryCacheControl => {
  const { table, tally, flights, invalidations, file, clock } = parts
  const stats = Effect.gen(function* () {
    const counted = { ...tally.counts, entries: table.size, bytes: table.bytes }
    return file === undefined ? counted : { ...counted, file: yield* file.count }
  })
  const invalidate: MemoryCacheControl["invalidate"] = Effect.fnUntraced(function* (which) {
    const isDropped = (kept: Kept): boolean =>
      typeof which === "function" ? which(entryFor(kept)) : matches({ ...kept, model: kept.response.model }, which)
    invalidations.add(isDropped)
    flights.forget((about) => typeof which === "function" || mayMatch(about, which))
    const ids = new Set<string>()
    for (const { kept } of table.all()) {
      if (!isDropped(kept)) continue
      table.remove(kept.id)
      ids.add(kept.id)
    }
    if (file === undefined) return ids.size
    const all = typeof which !== "function" && Object.keys(which).length === 0
    const written = yield* all ? file.clear : file.drop(isDropped, clock.now())
    for (const id of written) {
      table.remove(id)
      ids.add(id)
    }
    return ids.size
  })
  return { invalidate, stats }
}
