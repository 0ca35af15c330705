import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { makeFailureClusters } from "../src/FailureClusters.ts"

const add = (clusters: ReturnType<typeof makeFailureClusters>, messages: ReadonlyArray<string>, kind = "json") =>
  messages.map((message, index) => clusters.add({ kind, message, model: `p/${index % 12}`, atMs: index }))

describe("failure clusters", () => {
  it("messages that differ in values only are one", () => {
    const clusters = makeFailureClusters()
    const ids = add(clusters, [
      'the field "user.name" is missing at line 3',
      'the field "id" is missing at line 17',
      "the field 'price' is missing at line 240",
      "the answer is empty",
    ])
    assert.deepStrictEqual([ids[0] === ids[1], ids[1] === ids[2], ids[2] === ids[3]], [true, true, false])
    const [first, second] = clusters.top()
    assert.deepInclude(first, { count: 3, template: "the field <*> is missing at line <*>", firstAtMs: 0, lastAtMs: 2 })
    assert.deepStrictEqual(first?.models, { "p/0": 1, "p/1": 1, "p/2": 1 })
    assert.strictEqual(first?.examples.length, 3)
    assert.strictEqual(second?.template, "the answer is empty")
  })

  it("words that change become open", () => {
    const clusters = makeFailureClusters()
    add(clusters, ["expected a number but found text in prices", "expected a number but found nothing in prices"])
    assert.deepStrictEqual(
      clusters.top().map(({ template }) => template),
      ["expected a number but found <*> in prices"],
    )
  })

  it("ids, addresses and times are values", () => {
    const clusters = makeFailureClusters()
    add(clusters, [
      "request 7f3d9a10-0000-4000-8000-1234567890ab to https://a.example/x?y=1 took 1,200 ms",
      "request 00000000-0000-4000-8000-000000000000 to http://b.example/ took 3ms",
    ])
    assert.strictEqual(clusters.top().length, 1)
  })

  it("kinds are never put together", () => {
    const clusters = makeFailureClusters()
    add(clusters, ["not good"], "a")
    add(clusters, ["not good"], "b")
    assert.strictEqual(clusters.top().length, 2)
  })

  it("memory is bounded: the smallest and oldest goes, models beyond ten are others", () => {
    const clusters = makeFailureClusters({ maxClusters: 3 })
    add(
      clusters,
      Array.from({ length: 20 }, () => "a frequent failure of the parser"),
    )
    for (const word of ["alpha", "beta", "gamma", "delta"]) add(clusters, [`${word} ${word} ${word}`])
    const top = clusters.top()
    assert.deepStrictEqual(
      top.map(({ template }) => template),
      ["a frequent failure of the parser", "gamma gamma gamma", "delta delta delta"],
    )
    assert.deepInclude(top[0]?.models, { other: 2 })
    assert.strictEqual(Object.keys(top[0]?.models ?? {}).length, 11)
  })

  const message = Schema.Array(Schema.Literals(["field", "missing", "price", "42", '"x"', "not", "valid", "JSON", "é"]))

  it.effect.prop(
    "the same failures give the same clusters, each counted once",
    [Schema.Array(message)],
    ([words]) =>
      Effect.sync(() => {
        const messages = words.map((list) => list.join(" "))
        const [one, two] = [makeFailureClusters(), makeFailureClusters()]
        assert.deepStrictEqual(add(one, messages), add(two, messages))
        assert.deepStrictEqual(one.top(), two.top())
        const total = one.top(1000).reduce((sum, { count }) => sum + count, 0)
        assert.strictEqual(total, messages.length)
      }),
    { arbitrary: { seed: "FailureClusters" } },
  )

  it.effect.prop(
    "any text can be a message",
    [Schema.String],
    ([text]) =>
      Effect.sync(() => {
        const clusters = makeFailureClusters()
        assert.strictEqual(
          clusters.add({ kind: "k", message: text, atMs: 0 }),
          clusters.add({ kind: "k", message: text, atMs: 1 }),
        )
      }),
    { arbitrary: { seed: "FailureClusters" } },
  )
})
