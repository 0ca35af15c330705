import { assert } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Filter, filterPredicate, type MetadataPredicate, parseFilter } from "../Filter.ts"
import type { Metadata } from "../Metadata.ts"
import type { VectorStore } from "../VectorStore.ts"
import { check } from "./check.ts"
import { filterCases, metadataCases } from "./filterCases.ts"
import { group } from "./group.ts"
import { allIds, idsOf, sortedIds } from "./judge.ts"
import type { StoreConformance } from "./Suite.ts"
import { stampFor, vector } from "./vectors.ts"

const stamp = stampFor(2)
const records = metadataCases.map((metadata, i) => ({
  id: `r${String(i).padStart(2, "0")}`,
  vector: vector(1, i / 100),
  metadata,
  text: "every one of them",
}))

const predicateOf = (filter: Filter): MetadataPredicate => {
  const node = parseFilter(filter)
  return node instanceof LlmError ? assert.fail(node.message) : filterPredicate(node)
}

const matching = (filter: Filter): ReadonlyArray<string> => {
  const accepts = predicateOf(filter)
  return idsOf(records.filter(({ metadata }: { readonly metadata: Metadata }) => accepts(metadata)))
}

/** The meaning of a filter is that of `filterPredicate`, in every operation that takes one. */
export const filters = (suite: StoreConformance): void =>
  group("filters", () => {
    for (const [title, cases] of Object.entries(filterCases)) {
      check(suite, `${title}, in query, count and list`, (store) =>
        Effect.gen(function* () {
          yield* store.upsert({ stamp, records })
          for (const filter of cases) yield* agrees(store, filter)
        }),
      )
    }

    check(suite, "mean the same in delete, in replaces and in search", (store) =>
      Effect.gen(function* () {
        for (const filter of Object.values(filterCases).flatMap((cases) => cases.slice(0, 3))) {
          const rest = idsOf(records).filter((id) => !matching(filter).includes(id))
          const said = JSON.stringify(filter)
          yield* store.upsert({ namespace: "deleted", stamp, records })
          const gone = yield* store.delete({ namespace: "deleted", filter })
          assert.strictEqual(gone, records.length - rest.length, said)
          assert.deepStrictEqual(yield* allIds(store, { namespace: "deleted" }), rest, said)
          yield* store.upsert({ namespace: "replaced", stamp, records })
          yield* store.upsert({ namespace: "replaced", stamp, records: [], replaces: filter })
          assert.deepStrictEqual(yield* allIds(store, { namespace: "replaced" }), rest, said)
          if (store.search === undefined) continue
          yield* store.upsert({ namespace: "searched", stamp, records })
          const found = yield* store.search({ namespace: "searched", text: "every", k: 1000, filter })
          assert.deepStrictEqual(sortedIds(found), matching(filter), said)
        }
      }),
    )
  })

const agrees = Effect.fnUntraced(function* (store: VectorStore, filter: Filter) {
  const expected = matching(filter)
  const said = JSON.stringify(filter)
  const found = yield* store.query({ stamp, vector: vector(1, 0), k: 1000, filter })
  assert.deepStrictEqual(idsOf(found), expected, `query ${said}`)
  assert.strictEqual(yield* store.count({ filter }), expected.length, `count ${said}`)
  assert.deepStrictEqual(sortedIds(yield* Stream.runCollect(store.list({ filter }))), expected, `list ${said}`)
})
