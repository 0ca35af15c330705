import { assert, describe, it } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import * as Schema from "effect/Schema"
import { type Filter, filterPredicate, Metadata, type MetadataScalar, parseFilter } from "../src/index.ts"

const matches = (filter: Filter, metadata: Metadata): boolean => {
  const node = parseFilter(filter)
  assert.notInstanceOf(node, LlmError)
  return !(node instanceof LlmError) && filterPredicate(node)(metadata)
}

/** Few names and values, so that they meet. */
const Scalar = Schema.Union([Schema.Literals(["a", "b", "c"]), Schema.Literals([1, 2, 3]), Schema.Boolean, Schema.Null])
const Order = Schema.Union([Schema.Literals(["a", "b", "c"]), Schema.Literals([1, 2, 3])])
const Record = Schema.Struct({
  x: Schema.optionalKey(Schema.Union([Scalar, Schema.Array(Scalar).check(Schema.isMaxLength(3))])),
  y: Schema.optionalKey(Scalar),
})

const seeded = { arbitrary: { seed: "filter", runs: 200 } }

describe("filters", () => {
  it.prop(
    "hold to their laws, whatever the record",
    { record: Record, a: Scalar, b: Scalar, n: Order },
    ({ record, a, b, n }) => {
      const is = (value: MetadataScalar) => matches({ x: value }, record)
      assert.strictEqual(matches({ x: { $ne: a } }, record), !is(a))
      assert.strictEqual(matches({ $not: { x: a } }, record), !is(a))
      assert.strictEqual(matches({ x: { $in: [a, b] } }, record), is(a) || is(b))
      assert.strictEqual(matches({ $or: [{ x: a }, { x: b }] }, record), is(a) || is(b))
      assert.strictEqual(matches({ $and: [{ x: a }, { x: b }] }, record), is(a) && is(b))
      assert.strictEqual(matches({ x: a, y: b }, record), is(a) && matches({ y: b }, record))
      assert.strictEqual(matches({ x: { $gte: n } }, record), matches({ x: { $gt: n } }, record) || is(n))
      assert.strictEqual(matches({ x: { $lte: n } }, record), matches({ x: { $lt: n } }, record) || is(n))
      assert.strictEqual(matches({ x: { $exists: true } }, record), "x" in record)
      assert.strictEqual(matches({ x: { $exists: false } }, record), !("x" in record))
      const list = Array.isArray(record.x) ? record.x : "x" in record ? [record.x] : []
      assert.strictEqual(is(a), list.includes(a))
      const above = list.filter((item) => typeof item === typeof n && item !== null && item !== undefined && item > n)
      assert.strictEqual(matches({ x: { $gt: n } }, record), above.length > 0)
    },
    seeded,
  )

  it("match by the examples of the documentation", () => {
    const filter: Filter = { lang: "en", year: { $gte: 2020, $lt: 2030 }, $or: [{ draft: false }, { owner: "ada" }] }
    assert.isTrue(matches(filter, { lang: "en", year: 2024, draft: false }))
    assert.isTrue(matches(filter, { lang: "en", year: 2024, draft: true, owner: "ada" }))
    assert.isFalse(matches(filter, { lang: "en", year: 2030, draft: false }))
    assert.isFalse(matches(filter, { lang: ["de", "fr"], year: 2024, draft: false }))
    assert.isTrue(matches(filter, { lang: ["de", "en"], year: 2024, draft: false }))
    assert.isTrue(matches({}, {}))
    assert.isTrue(matches({ $and: [] }, {}))
    assert.isFalse(matches({ $or: [] }, {}))
    assert.isTrue(matches({ published: { $lt: "2025-01-01" } }, { published: "2024-12-31" }))
    assert.isFalse(matches({ year: { $gt: 5 } }, { year: "6" }))
  })

  it("know only a record's own fields", () => {
    for (const name of ["constructor", "toString", "__proto__"]) {
      assert.isFalse(matches({ [name]: { $exists: true } }, {}), name)
      assert.isTrue(matches({ [name]: { $ne: "x" } }, {}), name)
    }
  })

  const nested = (depth: number): Filter => (depth === 0 ? { a: 1 } : { $not: nested(depth - 1) })
  const wrong: ReadonlyArray<readonly [filter: unknown, path: string, says: string]> = [
    [{ owner: undefined }, "filter.owner", "undefined"],
    [{ a: { $regex: "x" } }, "filter.a.$regex", 'unknown operator "$regex". Known: $in, $ne'],
    [{ a: { $eq: 1 } }, "filter.a.$eq", "unknown operator"],
    [{ $nor: [] }, "filter.$nor", "$and, $or and $not"],
    [{ $or: { a: 1 } }, "filter.$or", "expected a list of filters, got object"],
    [{ $and: [{ a: 1 }, { b: { $in: "x" } }] }, "filter.$and[1].b.$in", "expected a list of values, got string"],
    [{ $not: { a: { $gt: true } } }, "filter.$not.a.$gt", "expected a number or a string, got boolean"],
    [{ a: { $gt: Number.NaN } }, "filter.a.$gt", "got NaN"],
    [{ a: { $exists: 1 } }, "filter.a.$exists", "expected true or false"],
    [{ a: { $ne: ["x"] } }, "filter.a.$ne", "got a list"],
    [{ a: ["x", "y"] }, "filter.a", "{ $in: [...] }"],
    [{ a: {} }, "filter.a", "no test"],
    [{ a: { b: 1 } }, "filter.a.b", "unknown operator"],
    [{ a: { constructor: 1 } }, "filter.a.constructor", "unknown operator"],
    [{ a: () => 1 }, "filter.a", "got function"],
    [null, "filter", "got null"],
    [[], "filter", "got a list"],
    ["x", "filter", "got string"],
    [nested(70), `filter${".$not".repeat(65)}`, "more than 64 deep"],
  ]
  it.each(wrong.map(([filter, path, says]) => ({ filter, path, says, name: path.slice(0, 40) })))(
    "refuse $name",
    ({ filter, path, says }) => {
      // As callers without types may write it.
      const error = parseFilter(filter as Filter)
      assert.instanceOf(error, LlmError)
      if (!(error instanceof LlmError)) return
      assert.include(error.message, says)
      assert.strictEqual(error.reason._tag === "InvalidRequest" ? error.reason.field : "", path)
    },
  )

  it("take 10,000 levels as wrong, not as the end of the stack", () => {
    let filter: Filter = { a: 1 }
    for (let i = 0; i < 10_000; i++) filter = { $not: filter }
    assert.instanceOf(parseFilter(filter), LlmError)
  })
})
