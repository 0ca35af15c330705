import { assert } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { InNamespace, VectorMatch, VectorRecord, VectorStore } from "../VectorStore.ts"
import type { StoreConformance } from "./Suite.ts"
import { cosine } from "./vectors.ts"

/** Fails unless `effect` is refused as a wrong request; gives the message. `field` is where the request is wrong. */
export const refused = Effect.fnUntraced(function* (effect: Effect.Effect<unknown, unknown>, field?: string) {
  const error = yield* Effect.flip(effect)
  if (!(error instanceof LlmError)) return assert.fail(`expected an LlmError, got ${String(error)}`)
  if (error.reason._tag !== "InvalidRequest") return assert.fail(`expected InvalidRequest: ${error.message}`)
  assert.strictEqual(error.recovery, "none", error.message)
  if (field !== undefined) assert.strictEqual(error.reason.field, field, error.message)
  return error.message
})

export const idsOf = (found: ReadonlyArray<{ readonly id: string }>): ReadonlyArray<string> => found.map(({ id }) => id)

/** Ids in an order that is the same everywhere. */
export const sortedIds = (found: ReadonlyArray<{ readonly id: string }>): ReadonlyArray<string> =>
  [...idsOf(found)].sort()

/** All ids of a namespace, by each of the ways that name them, which must agree. */
export const allIds = Effect.fnUntraced(function* (store: VectorStore, within: InNamespace = {}) {
  const listed = sortedIds(yield* Stream.runCollect(store.list(within)))
  assert.deepStrictEqual(sortedIds(yield* Stream.runCollect(store.records(within))), listed, "records and list agree")
  assert.strictEqual(yield* store.count(within), listed.length, "count and list agree")
  return listed
})

export interface Wanted {
  readonly vector: Float32Array
  readonly k: number
  readonly minScore?: number
}

/**
 * Judges matches against all records that might match: right scores, best first, none twice, as many as there should be.
 * Where two of the truth are nearer than floats tell apart, either may be first. Gives the part of the truth that is there.
 */
export const judgeMatches = (
  suite: StoreConformance,
  found: ReadonlyArray<VectorMatch>,
  candidates: ReadonlyMap<string, VectorRecord>,
  { vector, k, minScore = -Infinity }: Wanted,
): number => {
  const { tolerance = 1e-5 } = suite
  const truth = [...candidates.values()]
    .map((record) => cosine(record.vector, vector))
    .filter((score) => score >= minScore)
    .sort((a, b) => b - a)
    .slice(0, k)
  assert.strictEqual(found.length, truth.length, "the number of matches")
  assert.strictEqual(new Set(idsOf(found)).size, found.length, "no match comes twice")
  for (const [i, { id, score }] of found.entries()) {
    const record = candidates.get(id)
    if (record === undefined) return assert.fail(`"${id}" must not match`)
    assert.closeTo(score, cosine(record.vector, vector), tolerance, `the score of "${id}"`)
    assert.isAtMost(score, found[i - 1]?.score ?? 1, "best first")
  }
  const worst = truth.at(-1) ?? 0
  const hits = found.filter(({ score }) => score >= worst - tolerance).length
  if (!suite.capabilities.approximate) assert.strictEqual(hits, truth.length, "no nearer one is missed")
  return truth.length === 0 ? 1 : hits / truth.length
}
