import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import { makeFeedback, type Outcome, rewardOf } from "../src/Feedback.ts"

const answer = (id: string, more: object = {}) => ({
  id,
  model: "p/m",
  answer: "Paris is the capital",
  atMs: 1,
  ...more,
})

describe("feedback", () => {
  it.effect("comes for a remembered answer and tells what a router learns from", () =>
    Effect.gen(function* () {
      const feedback = makeFeedback()
      const told: Array<Outcome> = []
      yield* feedback.subscribe((outcome) => Effect.sync(() => void told.push(outcome)))
      feedback.remember(answer("1", { tenant: "acme", tags: { task: "code" } }))
      yield* TestClock.adjust("5 seconds")
      const outcome = yield* feedback.give("1", { thumbs: "up", comment: "nice" })
      assert.deepStrictEqual(outcome, {
        id: "1",
        model: "p/m",
        tenant: "acme",
        tags: { task: "code" },
        reward: 1,
        replaces: undefined,
        feedback: { thumbs: "up", comment: "nice" },
        answeredAtMs: 1,
        atMs: 5000,
      })
      assert.deepStrictEqual(told, [outcome])
    }).pipe(Effect.scoped),
  )

  it.effect("the latest counts, and each answer once", () =>
    Effect.gen(function* () {
      const feedback = makeFeedback()
      for (const id of ["1", "2"]) feedback.remember(answer(id))
      yield* feedback.give("1", { thumbs: "up" })
      const again = yield* feedback.give("1", { score: 0.2, correction: "Paris is a city" })
      assert.deepStrictEqual([again.reward, again.replaces], [0.2, 1])
      yield* feedback.give("2", { thumbs: "down" })
      assert.deepStrictEqual(feedback.statistics(), [
        { model: "p/m", answers: 2, up: 0, down: 1, corrected: 1, meanReward: 0.1 },
      ])
      assert.deepStrictEqual(feedback.corrections(), [
        { id: "1", model: "p/m", answer: "Paris is the capital", correction: "Paris is a city", atMs: 0 },
      ])
    }),
  )

  it.effect("what says nothing, is out of range or comes for no known answer is refused", () =>
    Effect.gen(function* () {
      const feedback = makeFeedback({ maxAnswers: 2 })
      for (const id of ["1", "2", "3"]) feedback.remember(answer(id, { tenant: "acme" }))
      for (const [id, input, tenant, pattern] of [
        ["3", {}, undefined, /must have thumbs, a score or a correction/],
        ["3", { score: 1.2 }, undefined, /score must be a number from 0 to 1/],
        ["3", { score: Number.NaN }, undefined, /score/],
        ["1", { thumbs: "up" }, undefined, /"1" is no answer/],
        ["3", { thumbs: "up" }, "other", /"3" is no answer/],
      ] as const) {
        const error = yield* Effect.flip(feedback.give(id, input, tenant))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.match(error.message, pattern)
      }
      assert.deepStrictEqual(feedback.statistics(), [])
      assert.strictEqual((yield* feedback.give("3", { thumbs: "up" }, "acme")).reward, 1)
    }),
  )

  it.effect("a listener that fails hurts nobody, and one whose scope closed is told nothing", () =>
    Effect.gen(function* () {
      const feedback = makeFeedback()
      feedback.remember(answer("1"))
      let told = 0
      yield* Effect.scoped(feedback.subscribe(() => Effect.sync(() => void (told += 100))))
      yield* feedback.subscribe(() => Effect.die("broken"))
      yield* feedback.subscribe(() => Effect.sync(() => void told++))
      yield* feedback.give("1", { thumbs: "up" })
      assert.strictEqual(told, 1)
    }).pipe(Effect.scoped),
  )

  it("a correction alone is worth what it keeps", () => {
    assert.strictEqual(rewardOf({ correction: "Paris, is the capital!" }, "Paris is the capital"), 1)
    assert.strictEqual(rewardOf({ correction: "Paris is the seat" }, "Paris is the capital"), 0.75)
    assert.strictEqual(rewardOf({ correction: "No idea" }, "Paris is the capital"), 0)
    assert.strictEqual(rewardOf({ correction: "x" }, undefined), 0)
    assert.strictEqual(rewardOf({ thumbs: "up", correction: "No idea" }, "Paris"), 1)
  })

  it.effect.prop(
    "rewards lie in 0 to 1",
    [Schema.String, Schema.String],
    ([a, b]) =>
      Effect.sync(() => {
        const reward = rewardOf({ correction: a }, b)
        assert.isTrue(reward >= 0 && reward <= 1)
      }),
    { arbitrary: { seed: "Feedback" } },
  )
})
