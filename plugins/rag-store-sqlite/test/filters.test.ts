import { assert, it } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import { type Filter, filterPredicate, type Metadata, type MetadataScalar, parseFilter } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { makeSqliteStore } from "../src/index.ts"
import { fromBytes, toBytes } from "../src/internal/sortable.ts"
import { numbers } from "./vectors.ts"

const stamp = { id: "test/filters", version: "1", dimensions: 2 }
const vector = new Float32Array([1, 0])

/** Picks of a seed. Few fields and values, so that they often meet; among them what other engines take for one another. */
const picker = (seed: number) => {
  const next = numbers(seed)
  const below = (limit: number) => Math.min(limit - 1, Math.floor(Math.abs(next()) * limit))
  const pick = <A>(from: ReadonlyArray<A>): A => from.at(below(from.length)) as A // it is never empty
  const many = <A>(limit: number, make: () => A): ReadonlyArray<A> => Array.from({ length: below(limit) }, make)
  return { below, pick, many }
}
type Picker = ReturnType<typeof picker>

const fields = ["a", "b", "b.c", "$", "__proto__", "\ud800", ""]
const strings = [
  "",
  "a",
  "b",
  "10",
  "9",
  "true",
  "null",
  "[]",
  "é",
  "\ue000",
  "\uffff",
  "\u{1f600}",
  "\ud83d",
  "a\u0000b",
]
const amounts = [0, -0, 1, 1.5, -2, 9, 10, 2 ** 53 - 1, 2 ** 53, 2 ** 60 + 1024, 1e-300, -1e300]
const scalars: ReadonlyArray<MetadataScalar> = [...strings, ...amounts, true, false, null]

const metadataOf = ({ pick, many, below }: Picker): Metadata =>
  Object.fromEntries(
    many(5, () => [pick(fields), below(3) === 0 ? many(4, () => pick(scalars)) : pick(scalars)] as const),
  )

const filterOf = (picks: Picker, depth: number): Filter => {
  const { pick, many, below } = picks
  const entries = many(4, (): readonly [string, unknown] => {
    const kind = below(depth > 0 ? 8 : 5)
    if (kind === 5) return ["$and", many(4, () => filterOf(picks, depth - 1))]
    if (kind === 6) return ["$or", many(4, () => filterOf(picks, depth - 1))]
    if (kind === 7) return ["$not", filterOf(picks, depth - 1)]
    const field = pick(fields.filter((name) => name !== "$"))
    return [field, kind === 0 ? pick(scalars) : testOf(picks)]
  })
  return Object.fromEntries(entries) as Filter // what callers without types may write
}

const testOf = ({ pick, many, below }: Picker): unknown => {
  const ordered = () => pick(scalars.filter((value) => typeof value === "string" || typeof value === "number"))
  const all: Readonly<Record<string, () => unknown>> = {
    $in: () => many(4, () => pick(scalars)),
    $ne: () => pick(scalars),
    $exists: () => below(2) === 0,
    $gt: ordered,
    $gte: ordered,
    $lt: ordered,
    $lte: ordered,
  }
  const names = [pick(Object.keys(all)), pick(Object.keys(all))]
  return Object.fromEntries(names.map((name) => [name, all[name]?.()]))
}

it.effect.prop(
  "any filter over any metadata means what `filterPredicate` says",
  [Schema.Natural],
  ([seed]) =>
    Effect.scoped(
      Effect.gen(function* () {
        const picks = picker(seed)
        const store = yield* makeSqliteStore({ file: ":memory:" })
        const records = Array.from({ length: 40 }, (_, i) => ({ id: `r${i}`, vector, metadata: metadataOf(picks) }))
        yield* store.upsert({ stamp, records })
        for (const record of yield* store.get(records.map(({ id }) => id))) {
          assert.deepStrictEqual(
            JSON.stringify(record.metadata),
            JSON.stringify(records[Number(record.id.slice(1))]?.metadata),
          )
        }
        for (let i = 0; i < 20; i++) {
          const filter = filterOf(picks, 3)
          const node = parseFilter(filter)
          if (node instanceof LlmError) return assert.fail(node.message)
          const accepts = filterPredicate(node)
          const expected = records.filter(({ metadata }) => accepts(metadata)).map(({ id }) => id)
          const found = yield* store.query({ stamp, vector, k: 100, filter })
          assert.sameMembers(
            found.map(({ id }) => id),
            expected,
            JSON.stringify(filter),
          )
        }
      }),
    ),
  { arbitrary: { seed: "filters", runs: 60 } },
)

it.effect("filters of any size: thousands of branches, tens of thousands of values, and no more than that", () =>
  Effect.scoped(
    Effect.gen(function* () {
      const store = yield* makeSqliteStore({ file: ":memory:" })
      const records = Array.from({ length: 50 }, (_, i) => ({ id: `r${i}`, vector, metadata: { i } }))
      yield* store.upsert({ stamp, records })
      const branches = (count: number): Filter => ({ $or: Array.from({ length: count }, (_, i) => ({ i: i + 40 })) })
      const values = (count: number): Filter => ({ i: { $in: Array.from({ length: count }, (_, i) => i + 40) } })
      assert.strictEqual(yield* store.count({ filter: branches(3000) }), 10)
      assert.strictEqual(yield* store.count({ filter: values(31_000) }), 10)
      const deep = Array.from({ length: 60 }).reduce<Filter>((inner) => ({ $not: inner }), { i: 7 })
      assert.strictEqual(yield* store.count({ filter: deep }), 1)
      const error = yield* Effect.flip(store.count({ filter: values(40_000) }))
      assert.strictEqual(error.reason._tag === "InvalidRequest" ? error.reason.field : "", "filter")
      assert.include(error.message, "at most 32000")
    }),
  ),
)

const Unit = Schema.Literals([
  0, 0x41, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff,
])
const Text = Schema.Array(Unit).check(Schema.isMaxLength(6))

it.prop(
  "strings come back exactly, and their bytes sort as JavaScript compares them",
  [Text, Text],
  ([one, two]) => {
    const [a, b] = [String.fromCharCode(...one), String.fromCharCode(...two)]
    assert.strictEqual(fromBytes(toBytes(a)), a)
    assert.strictEqual(Math.sign(Buffer.compare(toBytes(a), toBytes(b))), a < b ? -1 : a > b ? 1 : 0)
  },
  { arbitrary: { seed: "sortable", runs: 2000 } },
)
