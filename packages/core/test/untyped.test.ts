import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { foldCall, isLlmError, LlmError, type LlmRequestInput, type Provider } from "../src/index.ts"
import {
  answer,
  collect,
  finish,
  generate,
  plug,
  provider,
  request,
  saying,
  start,
  stream,
  textParts,
} from "./stubs.ts"

// What authors without types may give. Each value is wrong on purpose, so it is cast where it is made.
const wrong = <A>(value: unknown): A => value as A

const failsNaming = (name: string, plugins: Parameters<typeof generate>[0]) => {
  for (const way of ["generate", "stream"] as const) {
    it.effect(`${name}, ${way}`, () =>
      Effect.gen(function* () {
        const call = way === "generate" ? generate(plugins) : Stream.runDrain(stream(plugins))
        const error = yield* Effect.flip(Effect.asVoid(call))
        assert.isTrue(isLlmError(error), String(error))
        const { reason } = error
        assert.strictEqual(reason._tag, "PluginFailure", error.message)
        if (reason._tag === "PluginFailure") assert.match(reason.plugin, /^test-/, error.message)
      }),
    )
  }
}

const giving = (response: unknown): Provider => provider({ generate: () => Effect.succeed(wrong(response)) })
const streaming = (...parts: ReadonlyArray<unknown>): Provider =>
  provider({ stream: () => Stream.fromArray(wrong(parts)) })
const { finish: _finish, ...withoutFinish } = answer("x")
const { warnings: _warnings, ...withoutWarnings } = answer("x")

describe("a provider's mistake is a PluginFailure that names it", () => {
  failsNaming("a response without a finish", [plug("provider", giving(withoutFinish))])
  failsNaming("a response without warnings", [plug("provider", giving(withoutWarnings))])
  failsNaming("content that is no part", [plug("provider", giving({ ...answer("x"), content: [null] }))])
  failsNaming("a stream of null", [plug("provider", streaming(null))])
  failsNaming("a delta without text", [plug("provider", streaming(start, { type: "text-delta", id: "0" }, finish()))])
  failsNaming("a finish without usage", [plug("provider", streaming(start, { type: "finish", reason: {} }))])
  failsNaming("null instead of a provider", [plug("provider", wrong(null))])
  failsNaming("a string instead of a provider", [plug("provider", wrong("openai"))])
})

describe("so is that of any other plugin", () => {
  const fine = plug("provider", saying("fine"))
  const nothing = () => Effect.succeed(wrong<never>(undefined))
  failsNaming("a router without a route", [fine, plug("router", { route: nothing })])
  failsNaming("a route without candidates", [
    fine,
    plug("router", { route: () => Effect.succeed(wrong({ candidates: [], strategy: "x", reasons: [] })) }),
  ])
  failsNaming("a middleware that loses the request", [
    fine,
    plug("middleware", { name: "m", stage: "guard", request: nothing }),
  ])
  failsNaming("a middleware that loses the response", [
    fine,
    plug("middleware", { name: "m", stage: "guard", response: nothing }),
  ])
  failsNaming("a middleware in no stage", [fine, plug("middleware", wrong({ name: "m", stage: "somewhere" }))])
})

it.effect("nothing counts that comes after the finish", () =>
  Effect.gen(function* () {
    const late = [...textParts("late", "1"), finish("length")]
    for (const parts of [
      () => Stream.fromArray([start, ...textParts("whole"), finish(), ...late]),
      () => Stream.concat(Stream.fromArray([start, ...textParts("whole"), finish()]), Stream.fromArray(late)),
      () => Stream.concat(Stream.fromArray([start, ...textParts("whole"), finish()]), Stream.die("late")),
    ]) {
      const plugins = [plug("provider", provider({ stream: parts }))]
      const whole = yield* generate(plugins)
      const flowed = foldCall(yield* collect(plugins))
      assert.deepStrictEqual([whole.content, whole.finish], [[{ type: "text", text: "whole" }], { unified: "stop" }])
      assert.deepStrictEqual([flowed.content, flowed.finish], [whole.content, whole.finish])
    }
  }),
)

it.effect("an error of another copy of the package is taken for what it is", () =>
  Effect.gen(function* () {
    const own = LlmError.make({ _tag: "RateLimited", message: "slow down", retryAfterMs: 2000 })
    // The same fields and methods under another prototype, as a second copy of the package makes them.
    const foreign = Object.assign(Object.create({ toJSON: () => ({}) }), {
      ...own,
      _tag: "LlmError",
      message: own.message,
    })
    const plugins = [plug("provider", provider({ generate: () => Effect.fail(wrong<LlmError>(foreign)) }))]
    const error = yield* Effect.flip(generate(plugins))
    assert.strictEqual(error.reason._tag, "RateLimited")
  }),
)

it.effect("a field that no request has is a warning with the nearest one that it has", () =>
  Effect.gen(function* () {
    const slip = wrong<LlmRequestInput>({ ...request, maxOutputToken: 3, zzz: 1 })
    const { warnings } = yield* generate([plug("provider", saying("x"))], slip)
    assert.deepStrictEqual(
      warnings.map(({ setting }) => setting),
      ["maxOutputToken", "zzz"],
    )
    assert.match(warnings[0]?.message ?? "", /did you mean "maxOutputTokens"/)
  }),
)

it.effect("200,000 messages are a request like any other", () =>
  Effect.gen(function* () {
    const messages = Array.from({ length: 200_000 }, () => ({ role: "user" as const, content: "x" }))
    assert.strictEqual((yield* generate([plug("provider", saying("x"))], { model: "p/m", messages })).content.length, 1)
  }),
)
