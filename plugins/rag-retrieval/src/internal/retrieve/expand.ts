import type { LlmError } from "@switchyard/core"
import { type Chunk, filterPredicate, type MetadataPredicate, parseFilter, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { chunkOf } from "./chunkOf.ts"
import type { Within } from "./Legs.ts"
import { firstOf, lastOf, type Passage, touches } from "./Passage.ts"

/** A section longer than this many chunks on a side is cut off there. */
const sectionSteps = 8

/**
 * Gives each passage its neighbours: so many on each side, or as far as its section goes. One read of the store for each
 * step. What the filter would not have let through is no neighbour.
 */
export const expand = Effect.fnUntraced(function* (
  store: VectorStore,
  passages: ReadonlyArray<Passage>,
  neighbours: number | "section",
  { namespace, filter }: Within,
) {
  const node = filter === undefined ? undefined : parseFilter(filter)
  if (node !== undefined && "reason" in node) return yield* node
  const accepts: MetadataPredicate = node === undefined ? () => true : filterPredicate(node)
  const steps = neighbours === "section" ? sectionSteps : neighbours
  let grown = passages
  for (let step = 0; step < steps; step++) {
    const wanted = new Set(grown.flatMap(nextTo))
    if (wanted.size === 0) break
    const kept = yield* store.get([...wanted], namespace === undefined ? {} : { namespace })
    const chunks = new Map(kept.filter(({ metadata = {} }) => accepts(metadata)).map((one) => [one.id, chunkOf(one)]))
    const next = grown.map((passage) => withNeighbours(passage, chunks, neighbours === "section"))
    if (next.every((passage, at) => passage === grown[at])) break
    grown = next
  }
  return grown.map(explained)
}) satisfies (...args: never) => Effect.Effect<ReadonlyArray<Passage>, LlmError>

const nextTo = (passage: Passage): ReadonlyArray<string> =>
  [firstOf(passage).previous, lastOf(passage).next].filter((id) => id !== undefined)

const withNeighbours = (passage: Passage, chunks: ReadonlyMap<string, Chunk>, sameSection: boolean): Passage => {
  const { hit } = passage
  const [first, last] = [firstOf(passage), lastOf(passage)]
  const belongs = (chunk: Chunk | undefined): chunk is Chunk =>
    chunk !== undefined &&
    chunk.documentId === hit.chunk.documentId &&
    (!sameSection || within(chunk.headings, hit.chunk.headings))
  const before = first.previous === undefined ? undefined : chunks.get(first.previous)
  const after = last.next === undefined ? undefined : chunks.get(last.next)
  const ahead = belongs(before) && before.start < first.start && touches(before, first) ? before : undefined
  const behind = belongs(after) && after.end > last.end && touches(last, after) ? [after] : []
  if (ahead === undefined && behind.length === 0) return passage
  const [head, ...rest] = ahead === undefined ? passage.chunks : [ahead, ...passage.chunks]
  return { hit, chunks: [head, ...rest, ...behind] }
}

/** Is the section of `headings` that of the hit, or one within it? A text without headings is one section. */
const within = (headings: ReadonlyArray<string>, hit: ReadonlyArray<string>): boolean =>
  hit.every((heading, at) => headings[at] === heading) && (hit.length > 0 || headings.length === 0)

const explained = (passage: Passage): Passage => {
  const { hit, chunks } = passage
  const at = chunks.findIndex(({ id }) => id === hit.chunk.id)
  if (chunks.length === 1) return passage
  const why = `with its neighbours: ${at} before, ${chunks.length - 1 - at} after`
  return { ...passage, hit: { ...hit, why: [...(hit.why ?? []), why] } }
}
