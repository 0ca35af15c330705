import { assert, describe, it } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import { type Filter, filterPredicate, type Metadata, parseFilter, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { server, useEmbedded, useServer, useStore } from "./places.ts"
import { numbers } from "./vectors.ts"

const names = ["x", "y", "", "a.b", '"', "\0", "\u{1f600}", "a$", "constructor"]
const scalars = [
  "",
  "a",
  "B",
  "\0",
  "\u0001",
  "\ud7ff",
  "\ud800",
  "\u{1f600}",
  "\u{10ffff}",
  "\ue000",
  "\uffff",
  "1",
  "'",
  '"',
  "\\",
  0,
  1,
  -1.5,
  1e21,
  5e-324,
  2 ** 53 - 1,
  true,
  false,
  null,
] as const

/** Records whose fields are any of these values or lists of them: the same each time. */
const stamp = { id: "test/any", version: "1", dimensions: 1 }
const records = (() => {
  const next = numbers(17)
  const pick = <A>(of: ReadonlyArray<A>): A => of[Math.floor(((next() + 1) / 2) * of.length * 0.999999)]!
  return Array.from({ length: 250 }, (_, i) => {
    const value = () => (next() < 0.3 ? pick(scalars) : Array.from({ length: pick([0, 1, 2, 3]) }, () => pick(scalars)))
    const metadata: Metadata = Object.fromEntries(
      Array.from({ length: pick([0, 1, 2, 4]) }, () => [pick(names), value()]),
    )
    return { id: `r${i}`, vector: new Float32Array([1]), metadata }
  })
})()

const Name = Schema.Literals(names)
const Scalar = Schema.Literals(scalars.filter((value) => value !== null))
const Value = Schema.NullOr(Scalar)
const Ordered = Schema.Literals(scalars.filter((value) => typeof value === "string" || typeof value === "number"))
const TestOf = Schema.Union([
  Schema.Struct({ $ne: Value }),
  Schema.Struct({ $in: Schema.Array(Value).check(Schema.isMaxLength(4)) }),
  Schema.Struct({ $gt: Ordered, $lte: Ordered }),
  Schema.Struct({ $gte: Ordered }),
  Schema.Struct({ $lt: Ordered }),
  Schema.Struct({ $exists: Schema.Boolean }),
])
const Part = Schema.Struct({ name: Name, test: Schema.Union([Value, TestOf]), not: Schema.Boolean })
const Parts = Schema.Array(Part).check(Schema.isMaxLength(4))

const filterOf = (parts: typeof Parts.Type, any: boolean): Filter => {
  const of = parts.map(({ name, test, not }): Filter => (not ? { $not: { [name]: test } } : { [name]: test }))
  return any ? { $or: [...of, { $and: of }] } : { $and: of, $not: { $or: [] } }
}

const agrees = Effect.fnUntraced(function* (store: VectorStore, filter: Filter) {
  const node = parseFilter(filter)
  if (node instanceof LlmError) return assert.fail(node.message)
  const accepts = filterPredicate(node)
  const expected = records.filter(({ metadata }) => accepts(metadata)).map(({ id }) => id)
  const found = yield* Stream.runCollect(store.list({ filter }))
  assert.deepStrictEqual(found.map(({ id }) => id).sort(), expected.sort(), JSON.stringify(filter))
})

const meansTheSame = (store: Effect.Effect<VectorStore, unknown>, runs: number): void => {
  let filled: VectorStore | undefined
  it.live.prop(
    "any filter lets through what filterPredicate does, whatever the metadata",
    [Parts, Schema.Boolean],
    ([parts, any]) =>
      Effect.gen(function* () {
        if (filled === undefined) {
          filled = yield* store
          yield* filled.upsert({ stamp, records })
        }
        yield* agrees(filled, filterOf(parts, any))
      }),
    { timeout: 120_000, arbitrary: { seed: "filters", runs } },
  )

  it.live(
    "lists of thousands and deep nesting are no trouble",
    () =>
      Effect.gen(function* () {
        const opened = yield* store
        yield* opened.upsert({ stamp, records })
        const many = Array.from({ length: 5000 }, (_, i) => `v${i}`)
        yield* agrees(opened, { x: { $in: [...many, "a", null] } })
        yield* agrees(opened, { $or: [...many.map((x) => ({ x })), { y: 1 }] })
        const deep = (depth: number): Filter => (depth === 0 ? { x: "a" } : { $not: deep(depth - 1) })
        yield* agrees(opened, deep(60))
      }),
    60_000,
  )
}

describe("embedded", () => {
  const embedded = useEmbedded()
  meansTheSame(
    useStore(async () => ({ url: await embedded() })),
    150,
  )
})

describe.skipIf(server === undefined)("a server", () => {
  const { url } = useServer()
  const opened = useStore(async () => ({ url: await Effect.runPromise(url) }))
  meansTheSame(opened, 400)
})
