import { assert, describe, it } from "@effect/vitest"
import { accepted, type CallContext, type LlmError, type Validator } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { all, any, not, staged, weighted } from "../src/index.ts"
import { judge, of, one } from "./stubs.ts"

const kinds = ["all", "any", "weighted", "staged", "not"] as const

describe("timeouts", () => {
  for (const type of kinds) {
    it.effect(`a member of ${type} that is late is stopped, and is no pass`, () =>
      Effect.gen(function* () {
        const { verdict, stopped } = judge(type, of({ type: "slow", timeout_ms: 500 }))
        const fiber = yield* Effect.forkChild(verdict)
        yield* TestClock.adjust("499 millis")
        assert.deepStrictEqual(stopped, [])
        yield* TestClock.adjust("1 millis")
        const bad = yield* Fiber.join(fiber)
        assert.deepStrictEqual([bad.ok, bad.undecided, bad.score, stopped], [false, true, 0, ["slow"]])
        assert.strictEqual(bad.issues[0]?.message, 'the validator "slow" gave no verdict within 500 ms')
      }),
    )
  }

  it.effect("or fails the call, where that is asked for; the plugin's own time holds for the others", () =>
    Effect.gen(function* () {
      const failing = judge("all", of({ type: "slow", timeoutMs: 500, onTimeout: "fail" }))
      const fiber = yield* Effect.forkChild(Effect.flip(failing.verdict))
      yield* TestClock.adjust("500 millis")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error.reason._tag, "PluginFailure")
      assert.include(error.message, 'the validator "slow" gave no verdict within 500 ms')
      const usual = yield* Effect.forkChild(judge("all", of("slow"), { timeoutMs: 70 }).verdict)
      yield* TestClock.adjust("70 millis")
      assert.isFalse((yield* Fiber.join(usual)).ok)
    }),
  )

  it.effect("in `any` the next one is asked; advice that is late decides nothing", () =>
    Effect.gen(function* () {
      const late = { type: "slow", timeoutMs: 500 }
      const either = yield* Effect.forkChild(judge("any", of(late, "yes")).verdict)
      const advised = yield* Effect.forkChild(judge("all", of({ ...late, required: false }, "yes")).verdict)
      yield* TestClock.adjust("500 millis")
      for (const fiber of [either, advised]) {
        const good = yield* Fiber.join(fiber)
        assert.deepStrictEqual([good.ok, good.issues.length], [true, 1])
      }
    }),
  )

  it.effect("a caller who leaves stops the member that is being asked", () =>
    Effect.gen(function* () {
      for (const type of kinds) {
        const { verdict, stopped } = judge(type, of("slow"))
        const fiber = yield* Effect.forkChild(verdict)
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(stopped, ["slow"], type)
      }
    }),
  )
})

describe("a validator that breaks is a failed plugin, never a passed answer", () => {
  for (const broken of ["throws", "dies", "fails", "nonsense", "over"]) {
    it.effect(`${broken}, in each composition`, () =>
      Effect.gen(function* () {
        for (const type of kinds) {
          const members = type === "not" ? of(broken) : of(broken, "yes")
          const error = yield* Effect.flip(judge(type, members).verdict)
          assert.strictEqual(error.reason._tag, broken === "fails" ? "Network" : "PluginFailure", type)
        }
      }),
    )
  }

  it.effect("for users of the combinators too, with the member's name", () =>
    Effect.gen(function* () {
      const throwing: Validator = {
        validate: () => {
          throw new TypeError("broken")
        },
      }
      const nothing: unknown = undefined
      const none: Validator = { validate: () => nothing as ReturnType<Validator["validate"]> } // as an author without types may write it
      for (const validator of [throwing, none]) {
        const bad = { name: "mine", validator }
        for (const made of [all([bad]), any([bad]), weighted([bad]), staged([bad]), not(bad)]) {
          const error: LlmError = yield* Effect.flip(made.validate(response, request, context))
          assert.strictEqual(error.reason._tag, "PluginFailure")
          assert.include(error.message, '"mine"')
        }
      }
      const fine = { name: "fine", validator: { validate: () => Effect.succeed(accepted) } }
      assert.deepStrictEqual(yield* all([fine, fine]).validate(response, request, context), accepted)
    }),
  )
})

const response = {
  content: [],
  finish: { unified: "stop" },
  usage: { input: {}, output: {} },
  warnings: [],
  model: "m",
} as const
const request = { model: "p/m", messages: [] }
const unused: unknown = { decide: () => undefined }
const context = unused as CallContext // the combinators ask nothing else of it

describe("wrong shapes are refused before anything is sent, with their path", () => {
  const nested = (depth: number): unknown => (depth === 0 ? of("yes") : of({ type: "all", params: nested(depth - 1) }))
  const wrong: ReadonlyArray<readonly [type: string, params: unknown, field: string, says: RegExp]> = [
    ["all", {}, "params.of", /params\.of/],
    ["all", of(), "params.of", /params\.of/],
    ["all", { of: 5 }, "params.of", /params\.of/],
    ["all", of({ params: {} }), "params.of[0].type", /type/],
    ["all", of("yes", { type: "yes", timeoutMs: 0 }), "params.of[1].timeoutMs", /timeoutMs/],
    ["all", of({ type: "yes", weight: 2 }), "params.of[0].weight", /weight/],
    ["all", of({ type: "yes", requird: true }), "params.of[0].requird", /requird/],
    ["all", { ...of("yes"), threshold: 1 }, "params.threshold", /threshold/],
    ["any", { min: 3, of: ["yes", "no"] }, "params.min", /3 of 2 never pass/],
    ["weighted", of({ type: "yes", weight: 0 }), "params.of[0].weight", /weight/],
    ["weighted", { ...of("yes"), threshold: 2 }, "params.threshold", /threshold/],
    ["staged", { ...of("yes"), sureAt: -1 }, "params.sureAt", /sureAt/],
    ["not", of("yes", "no"), "params.of", /params\.of/],
    ["all", of("yes", "yess"), "params.of[1].type", /there is no validator "yess" \(did you mean "yes"\?\)/],
    ["all", of(one("yes", "a", { score: 3 })), "params.of[0].params.score", /in params\.of\[0\] \("yes"\)/],
    [
      "all",
      of("yes", { type: "any", params: of({ type: "not", params: of({ type: "yes", params: { score: 9 } }) }) }),
      "params.of[1].params.of[0].params.of[0].params.score",
      /params\.score is above 1/,
    ],
    ["all", nested(8), "params.of", /nested more than 8 deep/],
    [
      "all",
      of(...Array.from({ length: 11 }, () => ({ type: "all", params: of(...Array(10).fill("yes")) }))),
      "params.of",
      /more than 100/,
    ],
  ]
  it.effect.each(
    wrong.map(([type, params, field, says]) => ({
      type,
      params,
      field,
      says,
      name: JSON.stringify(params).slice(0, 90),
    })),
  )("$type $name", ({ type, params, field, says }) =>
    Effect.gen(function* () {
      const { verdict, seen } = judge(type, params)
      const { reason, message } = yield* Effect.flip(verdict)
      assert.strictEqual(reason._tag, "InvalidRequest")
      assert.strictEqual(reason._tag === "InvalidRequest" ? reason.field : "", field)
      assert.match(message, says)
      assert.deepStrictEqual(seen, [])
    }),
  )

  it.effect("eight deep is fine", () =>
    Effect.gen(function* () {
      assert.isTrue((yield* judge("all", nested(7)).verdict).ok)
    }),
  )
})
