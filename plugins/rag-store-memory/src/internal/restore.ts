import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { withLibrary } from "./background.ts"
import type { Contents, Kept } from "./format.ts"
import type { Memory } from "./Memory.ts"

/** Records that are put in one go. */
const atOnce = 1000

/**
 * Fills an empty store with what a snapshot holds; gives why it cannot. Indexes are taken over where `indexPath` finds the
 * one that was saved; others are made again behind the first queries.
 */
export const restore = Effect.fnUntraced(function* (
  memory: Memory,
  { namespaces }: Contents,
  indexPath: (kept: Kept) => string | undefined = () => undefined,
): Effect.fn.Return<LlmError | undefined> {
  for (const { name, stamp, records } of namespaces) {
    for (let at = 0; at < records.length; at += atOnce) {
      const refused = memory.upsert({ namespace: name, stamp, records: records.slice(at, at + atOnce) })
      if (refused !== undefined) return refused
    }
  }
  if (memory.wantsUsearch) yield* withLibrary(memory)
  for (const { name, records, index } of namespaces) {
    if (index === undefined || memory.spaces.get(name)?.hnsw === undefined) continue
    const path = indexPath(index.kept)
    const ids = records.map(({ id }) => id)
    if (path !== undefined) memory.adopt(name, path, ids, index.slots)
  }
  return undefined
})
