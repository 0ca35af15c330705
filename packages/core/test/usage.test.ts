import { assert, describe, it } from "@effect/vitest"
import { type Price, type Usage, usdAt } from "../src/index.ts"

describe("costs", () => {
  const price: Price = { input: 2, output: 10, cacheRead: 0.5 }
  const at = (input: Usage["input"], output: Usage["output"], rates: Price = price) => usdAt(rates, { input, output })

  it("are counts times rates, in USD", () => {
    assert.approximately(at({ total: 1000 }, { total: 100 }) ?? 0, 0.003, 1e-12)
    assert.approximately(at({ total: 1000, cacheRead: 400 }, { total: 0 }) ?? 0, 0.0014, 1e-12)
  })

  it("of few tokens are as exact as a number is", () => {
    assert.strictEqual(at({ total: 10 }, { total: 0 }, { input: 1 }), 0.00001)
  })

  it("are not known where a count or a rate is not", () => {
    assert.isUndefined(at({}, { total: 1 }))
    assert.isUndefined(at({ total: 1 }, {}))
    assert.isUndefined(at({ total: 10, cacheWrite: 5 }, { total: 0 }))
    assert.strictEqual(at({ total: 0 }, { total: 0 }, {}), 0)
    assert.isUndefined(usdAt(undefined, { input: { total: 0 }, output: { total: 0 } }))
  })
})
