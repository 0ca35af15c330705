import { assert, describe, it } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Experiment, type ExperimentOptions, makeExperiment } from "../src/Experiment.ts"
import { chiSquareP } from "../src/internal/chiSquare.ts"
import { seeded } from "./chance.ts"

const make = (options: Partial<ExperimentOptions> = {}): Experiment => {
  const made = makeExperiment({ name: "test", variants: [{ name: "a" }, { name: "b" }], ...options })
  if (made instanceof LlmError) throw made
  return made
}

const keys = Array.from({ length: 20_000 }, (_, index) => `user-${index}`)

const sharesOf = (experiment: Experiment, names: ReadonlyArray<string>): ReadonlyArray<number> => {
  const given = keys.map((key) => experiment.assign(key).name)
  return names.map((name) => given.filter((one) => one === name).length)
}

describe("assignment", () => {
  it.effect.prop(
    "is always the same for a key",
    [Schema.String],
    ([key]) => Effect.sync(() => assert.strictEqual(make().assign(key).name, make().assign(key).name)),
    { arbitrary: { seed: "Experiment" } },
  )

  it("follows the weights", () => {
    const variants = [{ name: "a", weight: 8 }, { name: "b" }, { name: "c" }]
    const counts = sharesOf(make({ variants }), ["a", "b", "c"])
    assert.isAbove(chiSquareP(counts, [0.8, 0.1, 0.1]), 0.001)
  })

  it("of two experiments has nothing to do with one another", () => {
    const [one, two] = [make({ name: "one" }), make({ name: "two" })]
    const cells = [0, 0, 0, 0]
    for (const key of keys) {
      const cell = (one.assign(key).name === "a" ? 0 : 2) + (two.assign(key).name === "a" ? 0 : 1)
      cells[cell] = (cells[cell] ?? 0) + 1
    }
    assert.isAbove(chiSquareP(cells, [0.25, 0.25, 0.25, 0.25]), 0.001)
  })

  it("a larger share moves no key away from a variant that grows", () => {
    const before = make({
      variants: [
        { name: "a", weight: 9 },
        { name: "b", weight: 1 },
      ],
    })
    const after = make({
      variants: [
        { name: "a", weight: 5 },
        { name: "b", weight: 5 },
      ],
    })
    for (const key of keys) if (before.assign(key).name === "b") assert.strictEqual(after.assign(key).name, "b")
  })

  it("gives the request its model, prompt and tag, and reads the tag when the answer is recorded", () => {
    const variants = [{ name: "old" }, { name: "new", model: "p/other", system: "Be brief." }]
    const experiment = make({ variants })
    const request = {
      model: "p/m",
      messages: [
        { role: "system", content: "Be long." },
        { role: "user", content: [{ type: "text", text: "hi" }] },
      ],
      tags: { app: "x" },
    } as const
    const key = keys.find((one) => experiment.assign(one).name === "new") ?? ""
    const entered = experiment.enter(request, key)
    assert.deepStrictEqual([entered.model, entered.tags], ["p/other", { app: "x", "experiment.test": "new" }])
    assert.deepStrictEqual(
      entered.messages.map(({ role, content }) => (role === "system" ? content : role)),
      ["Be brief.", "user"],
    )
    const other = keys.find((one) => experiment.assign(one).name === "old") ?? ""
    assert.deepStrictEqual(experiment.enter(request, other).messages, request.messages)
    assert.isTrue(experiment.record(entered, 0.5))
    assert.isFalse(experiment.record(request, 0.5))
    assert.isFalse(experiment.record(entered, Number.NaN))
    assert.isFalse(experiment.observe("none", 1))
    assert.deepStrictEqual(
      experiment.result().variants.map(({ n }) => n),
      [0, 1],
    )
  })
})

/** In which share of the runs a difference was found at any of the looks, one after each answer. */
const found = (
  runs: number,
  answers: number,
  options: Partial<ExperimentOptions>,
  draw: (variant: string) => number,
  pick: () => string,
) => {
  let hits = 0
  const needed: Array<number> = []
  for (let run = 0; run < runs; run++) {
    const experiment = make(options)
    for (let i = 1; i <= answers; i++) {
      const variant = pick()
      experiment.observe(variant, draw(variant))
      // The p-value is the least of all looks, so that looking now and then sees what every look would have.
      if (i % 50 > 0 || experiment.result().comparisons.every(({ decision }) => decision === "undecided")) continue
      hits++
      needed.push(i)
      break
    }
  }
  needed.sort((a, b) => a - b)
  return { share: hits / runs, median: needed[Math.floor(needed.length / 2)] }
}

describe("the sequential test, by simulation", () => {
  for (const [name, split, draw] of [
    ["scores, even shares", 0.5, "normal"],
    ["scores, one tenth", 0.1, "normal"],
    ["half passes, even shares", 0.5, 0.5],
    ["97% passes, even shares", 0.5, 0.97],
    ["97% passes, one tenth", 0.1, 0.97],
  ] as const) {
    it.effect(`${name}: looking after every answer, no difference is found in at most 5% of the experiments`, () =>
      Effect.gen(function* () {
        const chance = yield* seeded(name)
        const value = () => (draw === "normal" ? 0.7 + 0.2 * chance.normal() : chance.bernoulli(draw))
        const pick = () => (chance.uniform() < split ? "b" : "a")
        const { share } = found(400, 2000, {}, value, pick)
        // 0.05 is the promise; 400 runs would show 0.072 by chance once in fifty times if it were just kept.
        assert.isAtMost(share, 0.05)
      }),
    )
  }

  it.effect("with five variants the level holds for all comparisons together", () =>
    Effect.gen(function* () {
      const chance = yield* seeded("five")
      const names = ["a", "b", "c", "d", "e"]
      const variants = names.map((name) => ({ name }))
      const pick = () => names[Math.floor(chance.uniform() * 5)] ?? "a"
      const { share } = found(200, 2000, { variants }, () => 0.7 + 0.2 * chance.normal(), pick)
      assert.isAtMost(share, 0.05)
    }),
  )

  it.effect("a true difference is found, sooner the larger it is", () =>
    Effect.gen(function* () {
      const chance = yield* seeded("true")
      const pick = () => (chance.uniform() < 0.5 ? "b" : "a")
      const value = (difference: number) => (variant: string) =>
        0.7 + (variant === "b" ? difference : 0) + 0.2 * chance.normal()
      const small = found(100, 4000, {}, value(0.05), pick)
      const large = found(100, 4000, {}, value(0.1), pick)
      assert.isAtLeast(small.share, 0.95)
      assert.isAtLeast(large.share, 0.99)
      assert.isBelow(large.median ?? Infinity, small.median ?? 0)
    }),
  )

  it.effect("the interval holds the true difference at all looks in at least 95% of the experiments", () =>
    Effect.gen(function* () {
      const chance = yield* seeded("interval")
      let missed = 0
      for (let run = 0; run < 300; run++) {
        const experiment = make()
        let ever = false
        for (let i = 0; i < 1000; i++) {
          const variant = chance.uniform() < 0.5 ? "b" : "a"
          experiment.observe(variant, chance.bernoulli(variant === "a" ? 0.6 : 0.7))
          if (i % 10 > 0) continue
          const [comparison] = experiment.result().comparisons
          if (comparison !== undefined && (comparison.low > 0.1 || comparison.high < 0.1)) ever = true
        }
        if (ever) missed++
      }
      assert.isAtMost(missed / 300, 0.05)
    }),
  )
})

describe("the result", () => {
  const filled = (a: number, b: number, options: Partial<ExperimentOptions> = {}, n = 200) => {
    const experiment = make(options)
    for (let i = 0; i < n; i++) {
      const noise = (i % 5) * 0.02
      experiment.observe("a", a + noise)
      experiment.observe("b", b + noise)
    }
    return experiment.result()
  }

  it("can be read by a person", () => {
    const { text, comparisons } = filled(0.6, 0.8)
    assert.strictEqual(comparisons[0]?.decision, "better")
    assert.match(text, /^Experiment test, measured by confidence\.\n {2}a: 200 answers, mean 0\.640, sd 0\.028\n {2}b:/)
    assert.match(text, /b is better than a \(difference \+0\.200, 95% interval \+0\.\d+ to \+0\.\d+, p < 0\.001\)/)
  })

  it("knows metrics of which less is better", () => {
    const { comparisons } = filled(0.6, 0.8, { metric: "usd", higherIsBetter: false })
    assert.strictEqual(comparisons[0]?.decision, "worse")
  })

  it("says nothing before there are enough answers, or where all are equal", () => {
    const few = filled(0, 1, {}, 49)
    assert.deepInclude(few.comparisons[0], { decision: "undecided", p: 1, low: -Infinity, high: Infinity })
    assert.match(few.text, /Nothing to say yet/)
    const experiment = make()
    for (let i = 0; i < 500; i++) for (const name of ["a", "b"]) experiment.observe(name, 1)
    assert.deepInclude(experiment.result().comparisons[0], { decision: "undecided", difference: 0 })
  })

  it("does not turn its finding round: where the means now differ the other way it is undecided", () => {
    const experiment = make()
    const observe = (n: number, a: number, b: number) => {
      for (let i = 0; i < n; i++) {
        experiment.observe("a", a + (i % 5) * 0.02)
        experiment.observe("b", b + (i % 5) * 0.02)
      }
      return experiment.result()
    }
    const before = observe(200, 0.6, 0.8)
    assert.strictEqual(before.comparisons[0]?.decision, "better")
    assert.notInclude(before.text, "earlier look")
    const after = observe(2_000, 0.8, 0.6)
    const [comparison] = after.comparisons
    assert.isBelow(comparison?.difference ?? 0, 0)
    assert.isAtMost(comparison?.p ?? 1, 0.05)
    assert.strictEqual(comparison?.decision, "undecided")
    assert.match(after.text, /b: an earlier look showed a difference the other way/)
    const back = observe(5_000, 0.6, 0.8)
    assert.strictEqual(back.comparisons[0]?.decision, "better")
  })

  it("warns of shares that cannot be chance", () => {
    const experiment = make()
    for (let i = 0; i < 600; i++) experiment.observe(i % 3 === 0 ? "a" : "b", i % 2)
    assert.isFalse(experiment.result().sharesFit)
    assert.match(experiment.result().text, /do not trust/)
    assert.isTrue(filled(0.5, 0.5).sharesFit)
  })

  it("chi-square: values of the tables", () => {
    // 3.841 and 5.991 are the 5% points for one and two degrees of freedom.
    const d = Math.sqrt(3.841 * 25)
    assert.closeTo(chiSquareP([50 + d / 1, 50 - d / 1], [0.5, 0.5]), 0.05, 2e-3)
    assert.strictEqual(chiSquareP([], []), 1)
    assert.closeTo(chiSquareP([100, 100, 100], [1 / 3, 1 / 3, 1 / 3]), 1, 1e-9)
    assert.isBelow(chiSquareP([900, 100], [0.5, 0.5]), 1e-9)
  })
})

describe("wrong options", () => {
  for (const [options, field] of [
    [{ name: "" }, "name"],
    [{ variants: [{ name: "a" }] }, "variants"],
    [{ variants: [{ name: "a" }, { name: "a" }] }, "variants[1].name"],
    [{ variants: [{ name: "a" }, { name: "b", weight: 0 }] }, "variants[1].weight"],
    [{ alpha: 1 }, "alpha"],
    [{ effect: 0 }, "effect"],
    [{ least: 1 }, "least"],
  ] as const) {
    it(`are refused: ${JSON.stringify(options)}`, () => {
      const made = makeExperiment({ name: "test", variants: [{ name: "a" }, { name: "b" }], ...options })
      assert.isTrue(made instanceof LlmError)
      if (made instanceof LlmError) assert.deepInclude(made.reason, { _tag: "InvalidRequest", field })
    })
  }
})
