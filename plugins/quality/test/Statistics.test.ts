import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { makeStatistics } from "../src/Statistics.ts"

const observe = (values: ReadonlyArray<number>, model = "p/m", metric = "confidence") =>
  values.map((value, index) => ({ model, metrics: { [metric]: value }, atMs: index }))

describe("rolling statistics", () => {
  it("are those of the last values", () => {
    const statistics = makeStatistics({ window: 4 })
    for (const one of observe([0, 0, 0.2, 0.4, 0.6, 0.8])) statistics.record(one)
    const found = statistics.of("p/m", 10)
    assert.strictEqual(found?.answers, 6)
    assert.deepStrictEqual([found?.firstAtMs, found?.lastAtMs], [0, 5])
    const { n, mean, sd, min, max, p10, p50, p90 } = found!.metrics["confidence"]!
    assert.deepStrictEqual([n, min, max, p10, p50, p90], [4, 0.2, 0.8, 0.2, 0.4, 0.8])
    assert.closeTo(mean, 0.5, 1e-12)
    assert.closeTo(sd, Math.sqrt(0.2 / 3), 1e-12)
  })

  it.effect.prop(
    "mean and deviation are right for any values in the window",
    [
      Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: -1000, maximum: 1000 }))),
      Schema.Literals([1, 3, 50]),
    ],
    ([values, window]) =>
      Effect.sync(() => {
        const statistics = makeStatistics({ window })
        for (const one of observe(values)) statistics.record(one)
        const last = values.slice(-window)
        const mean = last.reduce((sum, value) => sum + value, 0) / last.length
        const found = statistics.of("p/m", values.length)?.metrics["confidence"]
        assert.strictEqual(found?.n, last.length)
        assert.closeTo(found?.mean ?? Number.NaN, mean, 1e-9)
        assert.strictEqual(found?.min, Math.min(...last))
        assert.strictEqual(found?.max, Math.max(...last))
        const squares = last.reduce((sum, value) => sum + (value - mean) ** 2, 0)
        assert.closeTo(found?.sd ?? Number.NaN, last.length < 2 ? 0 : Math.sqrt(squares / (last.length - 1)), 1e-9)
      }),
    { arbitrary: { seed: "Statistics" } },
  )

  it("forget what is too old", () => {
    const statistics = makeStatistics({ maxAgeMs: 100 })
    for (const one of observe([0, 0, 1])) statistics.record({ ...one, atMs: one.atMs * 100 })
    assert.strictEqual(statistics.of("p/m", 250)?.metrics["confidence"]?.mean, 1)
    assert.deepStrictEqual(statistics.of("p/m", 1000)?.metrics, {})
  })

  it("keep so many models and metrics, and leave out what is no number", () => {
    const statistics = makeStatistics({ maxModels: 2, maxMetrics: 1 })
    for (const model of ["a", "b", "a", "c"])
      statistics.record({ model, metrics: { x: 1, y: 2, z: Number.NaN }, atMs: 1 })
    assert.deepStrictEqual(
      statistics.all(1).map(({ model }) => model),
      ["c", "a"],
    )
    assert.deepStrictEqual(Object.keys(statistics.of("a", 1)?.metrics ?? {}), ["x"])
    assert.isUndefined(statistics.of("b", 1))
    statistics.record({ model: "d", metrics: { x: Infinity }, atMs: 1 })
    assert.deepStrictEqual(statistics.of("d", 1)?.metrics, {})
  })
})
