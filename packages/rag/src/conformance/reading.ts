import { assert } from "@effect/vitest"
import type { Json } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { VectorRecord } from "../VectorStore.ts"
import { check } from "./check.ts"
import { group } from "./group.ts"
import { idsOf } from "./judge.ts"
import type { StoreConformance } from "./Suite.ts"
import { cosine, numbers, stampFor, vector, vectorOf } from "./vectors.ts"

const stamp = stampFor(2)

const payloads: ReadonlyArray<Json> = [
  null,
  "",
  0,
  -1.5e-7,
  false,
  [],
  {},
  [[[]], { a: [null, 1, "x", { b: {} }] }],
  { start: 0, end: 12, headings: ["One", "Two"], "": "empty name", "a.b": { constructor: "own" } },
  "line\r\n\ttab \u2028 \u{1f600} \u4f60\u597d 'quoted' \"twice\" \\ %s",
]

/** What was put in comes back. */
export const reading = (suite: StoreConformance): void =>
  group("reading", () => {
    whole(suite)
    gets(suite)
    streams(suite)
  })

const whole = (suite: StoreConformance): void =>
  check(suite, "text, metadata and payload come back as they were, in get, records, query and search", (store) =>
    Effect.gen(function* () {
      const metadata = {
        s: "x",
        n: 1.25,
        t: true,
        z: null,
        list: ["a", 1, false, null],
        none: [],
        "a.b c": "\u{1f600}",
      }
      const all = [
        ...payloads.map((payload, i) => ({ id: `p${i}`, vector: vector(1, i), metadata, text: `zebra ${i}`, payload })),
        { id: "bare", vector: vector(1, 100) },
        { id: "empty", vector: vector(1, 101), metadata: {}, text: "" },
        { id: "long", vector: vector(1, 102), text: "lorem ipsum \u{1f600} ".repeat(20_000) },
      ]
      yield* store.upsert({ stamp, records: all })
      const byId = new Map<string, VectorRecord>(all.map((record) => [record.id, record]))
      const same = (back: Omit<VectorRecord, "vector"> | undefined) => {
        const { text, payload, metadata = {} } = byId.get(back?.id ?? "") ?? {}
        assert.deepStrictEqual([back?.metadata ?? {}, back?.text, back?.payload], [metadata, text, payload], back?.id)
      }
      for (const back of [...(yield* store.get(idsOf(all))), ...(yield* Stream.runCollect(store.records()))]) {
        same(back)
        const original = byId.get(back.id)?.vector ?? vector()
        assert.strictEqual(back.vector.length, 2)
        assert.closeTo(cosine(back.vector, original), 1, suite.tolerance ?? 1e-6, back.id)
      }
      const found = yield* store.query({ stamp, vector: vector(1, 0), k: 100 })
      assert.strictEqual(found.length, all.length)
      for (const match of found) same(match)
      if (store.search === undefined) return
      const searched = yield* store.search({ text: "zebra", k: 100 })
      assert.strictEqual(searched.length, payloads.length)
      for (const match of searched) same(match)
    }),
  )

const idOf = ({ id }: { readonly id: string }): string => id

const gets = (suite: StoreConformance): void =>
  check(suite, "get keeps the order asked for, leaves out what is not there, and takes very many ids", (store) =>
    Effect.gen(function* () {
      const records = ["a", "b", "c"].map((id) => ({ id, vector: vector(1, 0) }))
      yield* store.upsert({ stamp, records })
      assert.deepStrictEqual(idsOf(yield* store.get(["c", "none", "a", "b"])), ["c", "a", "b"])
      assert.deepStrictEqual(idsOf(yield* store.get(["b", "a", "b"])), ["b", "a", "b"])
      assert.deepStrictEqual(yield* store.get([]), [])
      const many = Array.from({ length: 70_000 }, (_, i) => `none${i}`)
      assert.deepStrictEqual(idsOf(yield* store.get(["c", ...many, "a"])), ["c", "a"])
    }),
  )

const streams = (suite: StoreConformance): void => {
  const next = numbers(2)
  const records = Array.from({ length: 1500 }, (_, i) => ({
    id: `r${i}`,
    vector: vectorOf(next, 2),
    metadata: { odd: i % 2 === 1 },
  }))

  check(suite, "records and list give every record once, each time they are run", (store) =>
    Effect.gen(function* () {
      yield* store.upsert({ stamp, records })
      const streamed = store.records()
      const listed = store.list()
      for (let round = 0; round < 2; round++) {
        const [all, names] = [yield* Stream.runCollect(streamed), yield* Stream.runCollect(listed)]
        assert.deepStrictEqual(idsOf(all).toSorted(), idsOf(records).toSorted())
        assert.deepStrictEqual(idsOf(names).toSorted(), idsOf(records).toSorted())
        for (const { id, metadata } of names) assert.strictEqual(metadata.odd, Number(id.slice(1)) % 2 === 1)
      }
      yield* store.delete({ ids: ["r0"] })
      assert.strictEqual((yield* Stream.runCollect(streamed)).length, records.length - 1)
      assert.strictEqual((yield* Stream.runCollect(Stream.take(streamed, 3))).length, 3)
    }),
  )

  check(suite, "records may be deleted while they are streamed: what stays comes once", (store) =>
    Effect.gen(function* () {
      yield* store.upsert({ stamp, records })
      const ids = [Stream.map(store.records(), idOf), Stream.map(store.list(), idOf)]
      for (const stream of ids) {
        const seen: Array<string> = []
        yield* Stream.runForEach(stream, (id) => {
          seen.push(id)
          return id.endsWith("7") ? store.delete({ ids: [id, `r${Number(id.slice(1)) + 1}`] }) : Effect.void
        })
        assert.strictEqual(new Set(seen).size, seen.length, "no record comes twice")
        const stayed = idsOf(yield* Stream.runCollect(store.list()))
        assert.deepStrictEqual(
          stayed.filter((id) => !seen.includes(id)),
          [],
          "every record that stayed came",
        )
        yield* store.upsert({ stamp, records })
      }
    }),
  )
}
