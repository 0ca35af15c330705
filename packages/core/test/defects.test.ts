import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { ActiveSpan, Cache, LlmError, LlmRequestInput, Tracer } from "../src/index.ts"
import {
  again,
  answer,
  collect,
  delta,
  embed,
  generate,
  good,
  ill,
  inTurn,
  judged,
  middleware,
  plug,
  provider,
  reasonOf,
  request,
  saying,
  start,
  type TestPlugin,
  validator,
} from "./stubs.ts"

/** How a plugin can break: by throwing, by dying, and by giving back what is no effect. */
const bombs = {
  throws: (): never => {
    throw new TypeError("boom")
  },
  dies: () => Effect.die(new TypeError("boom")),
} as const
type Bomb = (typeof bombs)[keyof typeof bombs]

const breaking = (bomb: Bomb): Stream.Stream<never> =>
  Stream.fromEffect(Effect.suspend((): Effect.Effect<never> => bomb()))

const failing = plug("provider", provider({ generate: () => Effect.fail(ill()) }))
const fine = plug("provider", saying("fine"))
const rejecting = plug(
  "validator",
  validator(() => ({ ok: false, score: 0, issues: [] })),
)

/** Each slot with a bomb in it: the plugins, the plugin to blame, and a request that reaches it. */
const slots: Readonly<
  Record<string, (bomb: Bomb) => { readonly plugins: ReadonlyArray<TestPlugin>; readonly input?: LlmRequestInput }>
> = {
  "provider.generate": (bomb) => ({ plugins: [plug("provider", provider({ generate: bomb }), "culprit")] }),
  "provider.stream": (bomb) => ({
    plugins: [plug("provider", provider({ stream: () => breaking(bomb) }), "culprit")],
  }),
  router: (bomb) => ({ plugins: [fine, plug("router", { route: bomb }, "culprit")] }),
  "failover.run": (bomb) => ({
    plugins: [fine, plug("failover", { run: bomb, rescue: () => Effect.succeed({ _tag: "Fail" }) }, "culprit")],
  }),
  "retry.next": (bomb) => ({ plugins: [failing, plug("retry", { next: bomb }, "culprit")] }),
  "retry's amend": () => ({
    plugins: [
      failing,
      plug("retry", { next: () => Effect.succeed({ _tag: "Retry", delayMs: 0, amend: bombs.throws }) }, "culprit"),
    ],
  }),
  escalation: (bomb) => ({
    plugins: [
      failing,
      plug("retry", { next: () => Effect.succeed({ _tag: "Escalate", reason: "spent" }) }),
      plug("escalation", { escalate: bomb }, "culprit"),
    ],
  }),
  "validator.make": (bomb) => ({
    plugins: [fine, plug("validator", { names: ["v"], make: bomb }, "culprit")],
    input: judged,
  }),
  "validator.validate": (bomb) => ({
    plugins: [fine, plug("validator", { names: ["v"], make: () => Effect.succeed({ validate: bomb }) }, "culprit")],
    input: judged,
  }),
  "middleware.request": (bomb) => ({
    plugins: [fine, plug("middleware", { name: "x", stage: "guard", request: bomb }, "culprit")],
  }),
  "middleware.attempt": (bomb) => ({
    plugins: [fine, plug("middleware", { name: "x", stage: "guard", attempt: bomb }, "culprit")],
  }),
  "middleware.response": (bomb) => ({
    plugins: [fine, plug("middleware", { name: "x", stage: "guard", response: bomb }, "culprit")],
  }),
}

const blames = (error: LlmError) => {
  const { reason } = error
  assert.strictEqual(reason._tag, "PluginFailure")
  if (reason._tag !== "PluginFailure") return
  assert.strictEqual(reason.plugin, "culprit")
  assert.strictEqual(reason.defect, "TypeError: boom")
  assert.match(error.message, /the plugin "culprit" died: TypeError: boom\. This is a bug in the plugin/)
}

describe("a plugin that breaks is named", () => {
  for (const [slot, make] of Object.entries(slots)) {
    for (const [way, bomb] of Object.entries(bombs)) {
      it.effect(`${slot} ${way}, in generate`, () =>
        Effect.gen(function* () {
          const { plugins, input } = make(bomb)
          blames(yield* Effect.flip(generate(plugins, input)))
        }),
      )
      it.effect(`${slot} ${way}, in stream`, () =>
        Effect.gen(function* () {
          const { plugins, input } = make(bomb)
          blames(yield* Effect.flip(collect(plugins, input)))
        }),
      )
    }
  }

  for (const [way, bomb] of Object.entries(bombs)) {
    it.effect(`provider.embed ${way}`, () =>
      Effect.gen(function* () {
        blames(yield* Effect.flip(embed([plug("provider", provider({ embed: bomb }), "culprit")])))
      }),
    )

    it.effect(`provider.stream ${way} after content: Truncated, with the cause`, () =>
      Effect.gen(function* () {
        const parts = Stream.concat(Stream.fromArray([start, delta("half")]), breaking(bomb))
        const plugins = [plug("provider", provider({ stream: () => parts }), "culprit")]
        for (const reason of [yield* reasonOf(collect(plugins)), yield* reasonOf(generate(plugins))]) {
          assert.strictEqual(reason._tag, "Truncated")
          if (reason._tag !== "Truncated") return
          assert.strictEqual(reason.because?._tag, "PluginFailure")
          if (reason.because?._tag === "PluginFailure") assert.strictEqual(reason.because.plugin, "culprit")
          assert.deepStrictEqual(reason.partial.content, [{ type: "text", text: "half" }])
        }
      }),
    )

    it.effect(`failover.rescue ${way}`, () =>
      Effect.gen(function* () {
        const cut = Stream.concat(Stream.fromArray([start, delta("half")]), Stream.fail(ill()))
        const failover = plug("failover", { run: ([first], dispatch) => dispatch(first), rescue: bomb }, "culprit")
        const plugins = [plug("provider", provider({ stream: () => cut })), failover]
        for (const contract of ["resume", "restart"] as const) {
          blames(yield* Effect.flip(collect(plugins, { ...request, policy: { stream: contract } })))
        }
      }),
    )

    it.effect(`failover.run ${way} the second time, for a restart`, () =>
      Effect.gen(function* () {
        const cut = Stream.concat(Stream.fromArray([start, delta("half")]), Stream.fail(ill()))
        let runs = 0
        const failover = plug(
          "failover",
          {
            run: ([first], dispatch) => (++runs > 1 ? bomb() : dispatch(first)),
            rescue: () => Effect.succeed({ _tag: "Restart", candidates: [{ provider: "p", model: "m" }] }),
          },
          "culprit",
        )
        const plugins = [plug("provider", provider({ stream: () => cut })), failover]
        blames(yield* Effect.flip(collect(plugins, { ...request, policy: { stream: "restart" } })))
      }),
    )
  }
})

describe("code without types that breaks the contract", () => {
  const untyped = <T>(value: unknown): T => value as T // stands for a plugin written in JavaScript

  const garbage: Readonly<Record<string, unknown>> = {
    "is no effect": () => undefined,
    "is a promise": () => Promise.resolve(answer("x")),
    "gives nothing": () => Effect.undefined,
    "gives null": () => Effect.succeed(null),
  }
  for (const [what, run] of Object.entries(garbage)) {
    it.effect(`what provider.generate returns ${what}`, () =>
      Effect.gen(function* () {
        const plugins = [plug("provider", provider({ generate: untyped(run) }), "culprit")]
        for (const reason of [yield* reasonOf(generate(plugins)), yield* reasonOf(collect(plugins))]) {
          assert.include(["PluginFailure", "InvalidResponse"], reason._tag)
          if (reason._tag === "PluginFailure") assert.strictEqual(reason.plugin, "culprit")
        }
      }),
    )
    it.effect(`what provider.embed returns ${what}`, () =>
      Effect.gen(function* () {
        const reason = yield* reasonOf(embed([plug("provider", provider({ embed: untyped(run) }), "culprit")]))
        assert.include(["PluginFailure", "InvalidResponse"], reason._tag)
        if (reason._tag === "PluginFailure") assert.strictEqual(reason.plugin, "culprit")
      }),
    )
  }

  it.effect("a cache that gives null for a miss is a miss", () =>
    Effect.gen(function* () {
      const cache = plug("cache", { ...emptyCache, lookup: untyped(() => Effect.succeed(null)) })
      const response = yield* generate([fine, cache])
      assert.deepStrictEqual(response.content, answer("fine").content)
    }),
  )
})

const emptyCache: Cache = {
  lookup: () => Effect.undefined,
  store: () => Effect.void,
  invalidate: () => Effect.succeed(0),
  stats: Effect.succeed({ hits: 0, misses: 0, evictions: 0, entries: 0, bytes: 0 }),
}

describe("a cache that breaks is a miss", () => {
  const fails = { ...bombs, fails: () => Effect.fail(ill("redis is gone")) }
  for (const [way, bomb] of Object.entries(fails)) {
    for (const slot of ["lookup", "store"] as const) {
      it.effect(`${slot} ${way}`, () =>
        Effect.gen(function* () {
          const logged: Array<unknown> = []
          const logger = Logger.make(({ message }) => logged.push(message))
          const plugins = [fine, plug("cache", { ...emptyCache, [slot]: bomb })]
          const whole = yield* Effect.provide(generate(plugins), Logger.layer([logger]))
          assert.deepStrictEqual(whole.content, answer("fine").content)
          assert.strictEqual(logged.length, 1)
          const degraded = whole.warnings.filter(({ type }) => type === "degraded")
          assert.strictEqual(degraded.length, 1, "one warning in the answer")
          assert.strictEqual(whole.route.decisions.filter(({ by }) => by === "cache").length, slot === "lookup" ? 1 : 2)
          const parts = yield* Effect.provide(collect(plugins), Logger.layer([logger]))
          assert.strictEqual(parts.at(-1)?.type, "finish")
          assert.strictEqual(logged.length, 2)
        }),
      )
    }
  }

  it.effect("with both look-up and store broken there is one warning, not two", () =>
    Effect.gen(function* () {
      const cache = plug("cache", { ...emptyCache, lookup: bombs.throws, store: bombs.throws })
      const whole = yield* Effect.provide(generate([fine, cache]), Logger.layer([]))
      assert.strictEqual(whole.warnings.length, 1)
    }),
  )

  it.effect("a hit that breaks off while it is read is a miss", () =>
    Effect.gen(function* () {
      const parts = Stream.concat(Stream.fromArray([start, delta("ha")]), Stream.fail(ill()))
      const hit = { answer: { _tag: "Flowing", parts }, provider: "p", cached: { kind: "exact", ageMs: 1 } } as const
      const cache = plug("cache", { ...emptyCache, lookup: () => Effect.succeed(hit) })
      const whole = yield* Effect.provide(generate([fine, cache]), Logger.layer([]))
      assert.deepStrictEqual(whole.content, answer("fine").content)
    }),
  )
})

describe("a tracer that breaks costs its spans", () => {
  const span = (end: ActiveSpan["end"]): ActiveSpan => ({ span: undefined, end })
  const fineSpan = () => Effect.succeed(span(() => Effect.void))
  const tracers: Readonly<Record<string, (bomb: Bomb) => Tracer>> = {
    startCall: (bomb) => ({ startCall: bomb, startAttempt: fineSpan }),
    startAttempt: (bomb) => ({ startCall: fineSpan, startAttempt: bomb }),
    end: (bomb) => ({ startCall: () => Effect.succeed(span(bomb)), startAttempt: () => Effect.succeed(span(bomb)) }),
  }
  for (const [slot, make] of Object.entries(tracers)) {
    for (const [way, bomb] of Object.entries(bombs)) {
      it.effect(`${slot} ${way}`, () =>
        Effect.gen(function* () {
          const logged: Array<unknown> = []
          const logs = Logger.layer([Logger.make(({ message }) => logged.push(message))])
          const plugins = [fine, plug("tracer", make(bomb))]
          assert.deepStrictEqual((yield* Effect.provide(generate(plugins), logs)).content, answer("fine").content)
          assert.strictEqual(logged.length, 1, "one warning, although it breaks more than once")
          assert.strictEqual((yield* Effect.provide(collect(plugins), logs)).at(-1)?.type, "finish")
        }),
      )
    }
  }
})

it.effect("a failure of one kind is not taken for another: failures pass through every slot as they are", () =>
  Effect.gen(function* () {
    const around = middleware({ name: "around", attempt: (current, _, next) => next(current) })
    const error = yield* Effect.flip(generate([failing, around, inTurn(), again(1), rejecting]))
    assert.strictEqual(error.reason._tag, "Overloaded")
    assert.strictEqual(good.ok, true)
    const fiber = yield* Effect.forkChild(generate([failing, again(3, 10)]).pipe(Effect.flip))
    yield* TestClock.adjust(20)
    assert.strictEqual((yield* Fiber.join(fiber)).reason._tag, "Overloaded")
  }),
)
