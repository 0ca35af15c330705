import { assert } from "@effect/vitest"
import { type Json, LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { VectorRecord, VectorStore } from "../VectorStore.ts"
import { check } from "./check.ts"
import { group } from "./group.ts"
import { allIds, idsOf, refused } from "./judge.ts"
import type { StoreConformance } from "./Suite.ts"
import { stampFor, vector } from "./vectors.ts"

const stamp = stampFor(2)

/** Ids that every store takes. */
const ids = [
  "",
  " ",
  "a",
  "a ",
  "A",
  "'",
  '"',
  "\\",
  "%",
  "a'; DROP TABLE records; --",
  "docs/guide.md#part two\n\t",
  "\u{1f600}",
  "\u4f60\u597d",
  "\u00e9",
  "e\u0301",
  "__proto__",
  "constructor",
  "x".repeat(512),
]

/** What not every store can hold: a NUL, half of a surrogate pair, what is no JSON, an id larger than an index takes. */
const hard: Readonly<Record<string, VectorRecord>> = {
  "a NUL in the text": { id: "hard", vector: vector(0, 1), text: "zebra \u0000 lion" },
  "a NUL in the payload": { id: "hard", vector: vector(0, 1), payload: { a: ["\u0000"] } },
  "a NUL in metadata": { id: "hard", vector: vector(0, 1), metadata: { a: "x\u0000y" } },
  "a NUL in the name of a field": { id: "hard", vector: vector(0, 1), metadata: { "x\u0000y": 1 } },
  "a NUL in the id": { id: "hard\u0000", vector: vector(0, 1) },
  "half a surrogate pair in the text": { id: "hard", vector: vector(0, 1), text: "zebra \ud800 lion" },
  "half a surrogate pair in the payload": { id: "hard", vector: vector(0, 1), payload: { a: "\udc00" } },
  "half a surrogate pair in metadata": { id: "hard", vector: vector(0, 1), metadata: { a: "\ud800" } },
  "half a surrogate pair in the id": { id: "hard\ud800", vector: vector(0, 1) },
  "an id of 20,000 random characters": { id: randomName(20_000), vector: vector(0, 1) },
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
const within: { self?: unknown } = {}
within.self = within

/** What is no JSON, as callers without types may give it: the path of what is refused, and the record. */
const notJson: Readonly<Record<string, readonly [field: string, part: unknown]>> = {
  "a payload with NaN": ["payload.a[1]", { payload: { a: [1, Number.NaN] } }],
  "a payload with Infinity": ["payload", { payload: -Infinity }],
  "a payload with undefined in a list": ["payload[0]", { payload: [undefined] }],
  "a payload with a BigInt": ["payload.a", { payload: { a: 1n } }],
  "a payload with a function": ["payload.a", { payload: { a: () => 1 } }],
  "a payload with a Date": ["payload.at", { payload: { at: new Date(0) } }],
  "a payload with bytes": ["payload", { payload: new Uint8Array(2) }],
  "a payload that is within itself": ["payload", { payload: within }],
  "a payload nested 5,000 deep": ["payload", { payload: nested(5000) }],
  "metadata with NaN": ["metadata.a", { metadata: { a: Number.NaN } }],
  "metadata with NaN in a list": ["metadata.a[1]", { metadata: { a: [1, Number.NaN] } }],
  "metadata that is nested": ["metadata.a", { metadata: { a: { b: 1 } } }],
  "metadata with undefined": ["metadata.a", { metadata: { a: undefined } }],
  "metadata with a BigInt": ["metadata.a", { metadata: { a: 1n } }],
  "metadata that is null": ["metadata", { metadata: null }],
  "a text that is a number": ["text", { text: 5 }],
  "an id that is a number": ["id", { id: 5 }],
}

function randomName(length: number): string {
  let state = 7
  return Array.from({ length }, () => ((state = (state * 1103515245 + 12345) % 2 ** 31) % 36).toString(36)).join("")
}

/** Values that are code, markers or errors somewhere. */
export const oddValues = (suite: StoreConformance): void =>
  group("odd values", () => {
    check(suite, "ids are told apart exactly, whatever is in them", (store) =>
      Effect.gen(function* () {
        const records = ids.map((id, i) => ({ id, vector: vector(1, i), metadata: { i } }))
        yield* store.upsert({ stamp, records })
        assert.deepStrictEqual(yield* allIds(store), ids.toSorted())
        const got = yield* store.get(ids)
        assert.deepStrictEqual(
          got.map(({ id, metadata }) => [id, metadata?.i]),
          ids.map((id, i) => [id, i]),
        )
        const found = yield* store.query({ stamp, vector: vector(1, 0), k: 100 })
        assert.deepStrictEqual(idsOf(found), ids)
        for (const [i, id] of ids.entries()) {
          assert.strictEqual(yield* store.delete({ ids: [id] }), 1, JSON.stringify(id))
          assert.strictEqual(yield* store.count(), ids.length - i - 1)
        }
      }),
    )

    for (const [title, record] of Object.entries(hard)) {
      check(suite, `${title}: comes back as it was, or is refused and nothing has happened`, (store) =>
        keptOrRefused(store, record),
      )
    }

    check(suite, "what is no JSON is refused with its path, and nothing has happened", (store) =>
      Effect.gen(function* () {
        yield* store.upsert({ stamp, records: [good] })
        for (const [field, part] of Object.values(notJson)) {
          const record = Object.assign({ id: "odd", vector: vector(0, 1) }, part)
          const records = [{ ...good, metadata: { n: 2 } }, record]
          yield* refused(store.upsert({ stamp, records }), `records[1].${field}`)
        }
        assert.deepStrictEqual(yield* allIds(store), ["good"])
        assert.strictEqual(yield* store.count({ filter: { n: 1 } }), 1, "the good one is as it was")
      }),
    )

    check(suite, "a payload nested 200 deep comes back", (store) =>
      Effect.gen(function* () {
        const payload = nested(200) as Json
        yield* store.upsert({ stamp, records: [{ ...good, payload }] })
        assert.deepStrictEqual((yield* store.get(["good"]))[0]?.payload, payload)
      }),
    )
  })

const good = { id: "good", vector: vector(1, 0), metadata: { n: 1 }, text: "zebra" }

const keptOrRefused = Effect.fnUntraced(function* (store: VectorStore, record: VectorRecord) {
  yield* store.upsert({ stamp, records: [good] })
  const taken = yield* Effect.result(store.upsert({ stamp, records: [{ ...good, metadata: { n: 2 } }, record] }))
  if (taken._tag === "Failure") {
    const error = taken.failure
    if (!(error instanceof LlmError)) return assert.fail(`expected an LlmError, got ${String(error)}`)
    if (error.reason._tag !== "InvalidRequest") return assert.fail(`expected InvalidRequest: ${error.message}`)
    assert.match(error.reason.field ?? "", /^records\[1\]/, error.message)
    assert.deepStrictEqual(yield* allIds(store), ["good"])
    assert.strictEqual(yield* store.count({ filter: { n: 1 } }), 1, "the good one is as it was")
    return undefined
  }
  const [back] = yield* store.get([record.id])
  assert.deepStrictEqual(
    [back?.id, back?.metadata ?? {}, back?.text, back?.payload],
    [record.id, record.metadata ?? {}, record.text, record.payload],
  )
  assert.strictEqual(yield* store.delete({ ids: [record.id] }), 1)
  return undefined
})
