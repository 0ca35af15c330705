import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert } from "@effect/vitest"
import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { makeMemoryStore, type MemoryStore, type MemoryStoreOptions } from "../src/index.ts"
import { clustered } from "./vectors.ts"

export const dimensions = 64
export const stamp = { id: "test/file", version: "1", dimensions }
export const root = join(import.meta.dirname, "..")

export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "memory-store-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true })),
)

export const recordsOf = (count: number, seed = 1) => {
  const next = clustered(seed, dimensions, 20)
  return Array.from({ length: count }, (_, i) => ({
    id: `r${i}`,
    vector: next(),
    metadata: { i, tags: ["a", null] },
    text: `the ${i}th zebra`,
    payload: { start: i },
  }))
}

export const using = <A, E>(options: MemoryStoreOptions, use: (store: MemoryStore) => Effect.Effect<A, E>) =>
  Effect.scoped(Effect.flatMap(makeMemoryStore(options), use))

export const put =
  (count: number, seed = 1) =>
  (store: MemoryStore) =>
    store.upsert({ stamp, records: recordsOf(count, seed) })

export const refused = Effect.fnUntraced(function* (options: MemoryStoreOptions, field: string) {
  const error: LlmError = yield* Effect.flip(Effect.scoped(makeMemoryStore(options)))
  assert.strictEqual(error.reason._tag === "InvalidRequest" ? error.reason.field : error.reason._tag, field)
  return error.message
})
