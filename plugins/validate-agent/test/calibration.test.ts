import { assert, describe, it } from "@effect/vitest"
import { compose, Kernel } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { calibrateJudge, fitThreshold } from "../src/index.ts"
import { idIn, openai, said, upstream } from "./stack.ts"

describe("the threshold that fits", () => {
  it("lies between the passes and the fails, where they are apart", () => {
    const fit = fitThreshold([
      { score: 0.2, pass: false },
      { score: 0.6, pass: false },
      { score: 0.8, pass: true },
      { score: 0.9, pass: true },
    ])
    assert.deepStrictEqual(fit, { threshold: 0.7, accuracy: 1, kappa: 1, falsePasses: 0, falseFails: 0 })
  })

  it("needs both", () => {
    assert.isUndefined(fitThreshold([{ score: 1, pass: true }]))
    assert.isUndefined(fitThreshold([]))
  })

  it("scores that say nothing have no agreement beyond chance", () => {
    const fit = fitThreshold([true, false, true, false].map((pass) => ({ score: 0.5, pass })))
    assert.strictEqual(fit?.kappa, 0)
  })

  const Case = Schema.Struct({ score: Schema.Literals([0, 0.25, 0.5, 0.75, 1]), pass: Schema.Boolean })
  it.effect.prop(
    "no other cut is better",
    [Schema.Array(Case)],
    ([cases]) =>
      Effect.sync(() => {
        const passes = cases.filter(({ pass }) => pass).length
        const fails = cases.length - passes
        const fit = fitThreshold(cases)
        assert.strictEqual(fit === undefined, passes === 0 || fails === 0)
        if (fit === undefined) return
        const wrong = (cut: number) =>
          cases.filter(({ score, pass }) => pass && score < cut).length / passes +
          cases.filter(({ score, pass }) => !pass && score >= cut).length / fails
        for (const cut of [0, 0.1, 0.3, 0.6, 0.9]) {
          assert.isAtMost(fit.falseFails / passes + fit.falsePasses / fails, wrong(cut) + 1e-9)
        }
      }),
    { arbitrary: { seed: "calibration" } },
  )
})

it.live("each example is judged by the others, and the threshold is fitted to that", () =>
  Effect.gen(function* () {
    const server = yield* upstream
    const scores: Readonly<Record<string, number>> = { good: 0.9, fine: 0.7, poor: 0.5, bad: 0.1 }
    const shown: Array<string> = []
    server.always((request) => {
      const prompt = said(request)
      shown.push(prompt)
      const answer = / answer\n(\w+)\nmaterial-[a-z0-9]+>>>$/.exec(prompt)?.[1] ?? ""
      return { text: JSON.stringify({ id: idIn(request), verdict: "pass", score: scores[answer], issues: [] }) }
    })
    const examples = [
      { answer: "good", verdict: "pass" },
      { answer: "fine", verdict: "pass" },
      { answer: "poor", verdict: "fail" },
      { answer: "bad", verdict: "fail" },
    ]
    const params = { model: "openai/big", rubric: "It is good.", examples }
    const calibrated = Kernel.use((kernel) => calibrateJudge({ ask: kernel.generate, params }))
    const { fit, judged, unknown } = yield* Effect.provide(calibrated, compose([openai(server.baseURL)]))
    assert.deepStrictEqual([judged.length, unknown], [4, 0])
    assert.deepInclude(fit, { accuracy: 1, kappa: 1 })
    assert.closeTo(fit?.threshold ?? 0, 0.6, 1e-9)
    // No example is shown its own verdict.
    for (const prompt of shown) assert.strictEqual(prompt.match(/The right verdict on example/g)?.length, 3)
    const refused = yield* Effect.flip(calibrateJudge({ ask: () => Effect.never, params: { rubric: 3 } }))
    assert.match(refused.message, /rubric/)
  }).pipe(Effect.scoped),
)
