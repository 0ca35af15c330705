import { assert, describe, it } from "@effect/vitest"
import { textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { FailoverControl, type FailoverOptions, makeFailoverHandle } from "../src/index.ts"
import {
  collect,
  fails,
  generate,
  ill,
  parts,
  request,
  says,
  scripted,
  type Script,
  type Scripted,
  silent,
  stack,
  tried,
} from "./stubs.ts"

const one = { ...request, model: "one" }
const breaker = { minimumCalls: 2, window: { type: "count", size: 4 }, openMs: 1000, jitter: 0, rampMs: 0 } as const
const layerOf = (providers: ReadonlyArray<Scripted>, options: FailoverOptions = { breaker }) =>
  stack(
    providers.map(({ plugin }) => plugin),
    options,
  )

describe("the breaker of a candidate", () => {
  it.effect("spares an ill primary, probes it, and comes back to it", () =>
    Effect.gen(function* () {
      let up = false
      const a = scripted("a", () => (up ? Effect.succeed("a") : Effect.fail(ill())))
      const b = scripted("b", says("b"))
      const control = makeFailoverHandle()
      const seen: Array<string> = []
      control.onTransition(({ model, from, to }) => seen.push(`${model}: ${from} > ${to}`))
      const call = Effect.map(generate(), ({ provider }) => provider)
      yield* Effect.provide(
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* Effect.all([call, call, call, call]), ["b", "b", "b", "b"])
          assert.strictEqual(a.calls, 2)
          assert.deepInclude(control.status("a/m"), { state: "open", retryInMs: 1000, failed: 0 })
          yield* TestClock.adjust(1000)
          assert.deepStrictEqual([yield* call, yield* call], ["b", "b"])
          assert.strictEqual(a.calls, 3)
          assert.deepInclude(control.status("a/m"), { state: "open", retryInMs: 2000, openings: 2 })
          up = true
          yield* TestClock.adjust(2000)
          assert.deepStrictEqual([yield* call, yield* call], ["a", "a"])
        }),
        layerOf([a, b], { breaker, control }),
      )
      const path = ["closed > open", "open > half-open", "half-open > open", "open > half-open", "half-open > closed"]
      assert.deepStrictEqual(
        seen,
        path.map((step) => `a/m: ${step}`),
      )
    }),
  )

  it.effect("the caller's fault never trips it", () =>
    Effect.gen(function* () {
      for (const tag of ["InvalidRequest", "ContextTooLong", "ContentFiltered"] as const) {
        const a = scripted("a", fails(ill(tag)))
        yield* Effect.provide(
          Effect.gen(function* () {
            for (let i = 0; i < 10; i++) yield* Effect.flip(generate(one))
            const { status } = yield* FailoverControl
            assert.deepInclude(status("a/m"), { state: "closed", calls: 0 })
          }),
          layerOf([a]),
        )
        assert.strictEqual(a.calls, 10)
      }
    }),
  )

  it.effect("nor does a deadline that was too short, nor a caller who leaves", () =>
    Effect.gen(function* () {
      let flowing = false
      const a = scripted("a", silent, {
        stream: () => Stream.concat(Stream.fromArray(flowing ? parts(["on "], false) : []), Stream.never),
      })
      yield* Effect.provide(
        Effect.gen(function* () {
          const short = { ...one, policy: { deadline: 50 } }
          for (const call of [Effect.asVoid(generate(short)), Effect.asVoid(collect(short))]) {
            for (let i = 0; i < 5; i++) {
              const fiber = yield* Effect.forkChild(Effect.exit(call))
              yield* TestClock.adjust(50)
              assert.isTrue(Exit.isFailure(yield* Fiber.join(fiber)))
            }
          }
          flowing = true
          const cut = yield* Effect.forkChild(Effect.flip(collect(short)))
          yield* TestClock.adjust(50)
          assert.include(["Truncated", "Timeout"], (yield* Fiber.join(cut)).reason._tag)
          flowing = false
          const left = yield* Effect.forkChild(generate(one))
          yield* TestClock.adjust(10)
          yield* Fiber.interrupt(left)
          const { status } = yield* FailoverControl
          assert.deepInclude(status("a/m"), { state: "closed", calls: 0 })
        }),
        layerOf([a]),
      )
    }),
  )

  it.effect("slow streams trip it: the first content, and gaps", () =>
    Effect.gen(function* () {
      const a = scripted("a", () => Effect.delay(Effect.succeed("late"), 500))
      const b = scripted("b", says("b"))
      yield* Effect.provide(
        Effect.gen(function* () {
          for (let i = 0; i < 2; i++) {
            const fiber = yield* Effect.forkChild(collect())
            yield* TestClock.adjust(500)
            yield* Fiber.join(fiber)
          }
          const { status } = yield* FailoverControl
          assert.strictEqual(status("a/m")?.state, "open")
          assert.strictEqual((yield* generate()).provider, "b")
        }),
        layerOf([a, b], { breaker: { ...breaker, slow: { firstContentMs: 500 } } }),
      )
    }),
  )

  it.effect("all open: one call probes the soonest, the others fail at once and say when", () =>
    Effect.gen(function* () {
      let script: Script = fails()
      const a = scripted("a", (call) => script(call))
      const b = scripted("b", fails())
      yield* Effect.provide(
        Effect.gen(function* () {
          const control = yield* FailoverControl
          yield* Effect.flip(generate())
          yield* Effect.flip(generate())
          assert.deepStrictEqual(
            control.all().map(({ state }) => state),
            ["open", "open"],
          )
          script = silent
          const probes = yield* Effect.forkChild(Effect.exit(generate()))
          yield* TestClock.adjust(0)
          assert.deepStrictEqual([a.calls, b.calls], [3, 2])
          // b is probed too by the next, and then there is nobody.
          yield* Effect.flip(generate())
          const refused = yield* Effect.all(Array.from({ length: 5 }, () => Effect.flip(generate())))
          assert.deepStrictEqual(a.calls, 3)
          yield* Fiber.interrupt(probes)
          script = says("back")
          assert.strictEqual((yield* generate()).provider, "a")
          assert.strictEqual(control.status("a/m")?.state, "closed")
          const kinds = refused.map(({ reason }) => reason._tag)
          assert.isTrue(kinds.every((kind) => kind === "Overloaded" || kind === "CircuitOpen"))
        }),
        layerOf([a, b], { breaker, whenAllOpen: "probe" }),
      )
    }),
  )

  it.effect(
    "all open with no lesser answer at hand: every call asks all the same, and an answer closes the breaker",
    () =>
      Effect.gen(function* () {
        let script: Script = fails()
        const a = scripted("a", (call) => script(call))
        const b = scripted("b", fails())
        yield* Effect.provide(
          Effect.gen(function* () {
            const control = yield* FailoverControl
            for (let i = 0; i < 4; i++) yield* Effect.flip(generate())
            assert.deepStrictEqual(
              control.all().map(({ state }) => state),
              ["open", "open"],
            )
            assert.deepStrictEqual([a.calls, b.calls], [4, 4])
            script = says("back")
            const answers = yield* Effect.all(
              Array.from({ length: 5 }, () => generate()),
              { concurrency: "unbounded" },
            )
            assert.isTrue(answers.every(({ provider }) => provider === "a"))
            assert.strictEqual(control.status("a/m")?.state, "closed")
            control.forceOpen("a/m")
            assert.strictEqual((yield* Effect.flip(generate())).reason._tag, "Overloaded")
            assert.strictEqual(a.calls, 9)
          }),
          layerOf([a, b]),
        )
      }),
  )

  it.effect("all open and told to fail: CircuitOpen, with when to come back", () =>
    Effect.gen(function* () {
      const [a, b] = [scripted("a", fails()), scripted("b", fails())]
      yield* Effect.provide(
        Effect.gen(function* () {
          yield* Effect.flip(generate())
          yield* TestClock.adjust(100)
          yield* Effect.flip(generate())
          yield* TestClock.adjust(250)
          const { reason, message } = yield* Effect.flip(generate())
          assert.deepInclude(reason, { _tag: "CircuitOpen", retryAfterMs: 750 })
          assert.include(message, "750 ms: a/m, b/m")
          assert.deepStrictEqual([a.calls, b.calls], [2, 2])
        }),
        layerOf([a, b], { breaker, whenAllOpen: "fail" }),
      )
    }),
  )

  it.effect("operators open and close by hand, also before the first call", () =>
    Effect.gen(function* () {
      const control = makeFailoverHandle()
      control.forceOpen("a/m")
      assert.isUndefined(control.status("a/m"))
      const [a, b] = [scripted("a", says("a")), scripted("b", says("b"))]
      yield* Effect.provide(
        Effect.gen(function* () {
          assert.strictEqual((yield* generate()).provider, "b")
          const { reason } = yield* Effect.flip(generate(one))
          assert.strictEqual(reason._tag, "CircuitOpen")
          assert.isUndefined(reason.retryAfterMs)
          control.automatic("a/m")
          assert.strictEqual((yield* generate()).provider, "a")
        }),
        layerOf([a, b], { breaker, control }),
      )
    }),
  )

  it.effect("callers who name models freely cannot fill the memory; what is open is kept", () =>
    Effect.gen(function* () {
      const a = scripted("a", says("a"))
      yield* Effect.provide(
        Effect.gen(function* () {
          const { all, forceOpen, status } = yield* FailoverControl
          forceOpen("a/first")
          for (let model = 0; model < 4500; model++) yield* generate({ model: `a/${model}`, prompt: "hi" })
          assert.strictEqual(all().length, 4096)
          assert.strictEqual(status("a/first")?.state, "forced-open")
          assert.isDefined(status("a/4499"))
        }),
        layerOf([a]),
      )
    }),
  )

  it.effect("a model may have its own, or none", () =>
    Effect.gen(function* () {
      const [a, b] = [scripted("a", fails()), scripted("b", fails())]
      yield* Effect.provide(
        Effect.gen(function* () {
          for (let i = 0; i < 4; i++) yield* Effect.flip(generate())
          const { status } = yield* FailoverControl
          assert.deepStrictEqual([status("a/m")?.state, status("b/m")?.state], ["forced-closed", "open"])
        }),
        layerOf([a, b], { breaker, models: { "a/*": { breaker: false } } }),
      )
    }),
  )
})

describe("the bulkhead of a candidate", () => {
  const bulkhead = { maxConcurrent: 2, maxQueue: 1, maxWaitMs: 500 }

  it.effect("bounds what runs and what waits; the rest goes on", () =>
    Effect.gen(function* () {
      let most = 0
      let running = 0
      const a = scripted("a", () =>
        Effect.acquireUseRelease(
          Effect.sync(() => void (most = Math.max(most, ++running))),
          () => Effect.delay(Effect.succeed("a"), 100),
          () => Effect.sync(() => void running--),
        ),
      )
      const b = scripted("b", says("b"))
      yield* Effect.provide(
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(
            Effect.all(
              Array.from({ length: 5 }, () => generate()),
              { concurrency: "unbounded" },
            ),
          )
          yield* TestClock.adjust(50)
          const { status } = yield* FailoverControl
          assert.deepInclude(status("a/m"), { running: 2, waiting: 1 })
          yield* TestClock.adjust(150)
          const responses = yield* Fiber.join(fiber)
          assert.deepStrictEqual(
            responses.map(({ provider }) => provider),
            ["a", "a", "a", "b", "b"],
          )
          assert.strictEqual(most, 2)
          assert.deepInclude(status("a/m"), { running: 0, waiting: 0, calls: 3, failed: 0 })
        }),
        layerOf([a, b], { bulkhead }),
      )
    }),
  )

  it.effect("nobody waits longer than is allowed, and who leaves the queue leaves no trace", () =>
    Effect.gen(function* () {
      const a = scripted("a", silent)
      yield* Effect.provide(
        Effect.gen(function* () {
          const { status } = yield* FailoverControl
          const holding = yield* Effect.forkChild(Effect.all([generate(one), generate(one)], { concurrency: 2 }))
          yield* TestClock.adjust(0)
          const waiting = yield* Effect.forkChild(Effect.flip(generate(one)))
          yield* TestClock.adjust(500)
          const { reason } = yield* Fiber.join(waiting)
          assert.strictEqual(reason._tag, "Overloaded")
          assert.include(reason.message, "a/m has its 2 calls running")
          const left = yield* Effect.forkChild(generate(one))
          yield* TestClock.adjust(0)
          assert.strictEqual(status("a/m")?.waiting, 1)
          yield* Fiber.interrupt(left)
          assert.deepInclude(status("a/m"), { waiting: 0, running: 2 })
          yield* Fiber.interrupt(holding)
          assert.deepInclude(status("a/m"), { waiting: 0, running: 0 })
        }),
        layerOf([a], { bulkhead }),
      )
    }),
  )

  it.effect("a flowing answer holds its place until it has ended", () =>
    Effect.gen(function* () {
      const a = scripted("a", says("a"))
      yield* Effect.provide(
        Effect.gen(function* () {
          const { status } = yield* FailoverControl
          for (let i = 0; i < 4; i++) yield* collect(one)
          assert.deepInclude(status("a/m"), { running: 0, calls: 4 })
        }),
        layerOf([a], { bulkhead: { ...bulkhead, maxConcurrent: 1, maxQueue: 0 } }),
      )
    }),
  )
})

describe("time", () => {
  it.effect("a silent candidate takes its share of the deadline, and the next one the rest", () =>
    Effect.gen(function* () {
      for (const input of [request, { ...request, policy: { stream: "hold" as const } }]) {
        const [a, b] = [scripted("a", silent), scripted("b", says("b"))]
        const asked = { ...input, policy: { ...input.policy, deadline: 10_000 } }
        const fiber = yield* Effect.forkChild(Effect.provide(generate(asked), layerOf([a, b])))
        yield* TestClock.adjust(5999)
        assert.strictEqual(b.calls, 0)
        yield* TestClock.adjust(1)
        const response = yield* Fiber.join(fiber)
        assert.strictEqual(textOf(response.content), "b")
        assert.deepStrictEqual(tried(response.route.attempts), ["a failed", "b ok"])
      }
    }),
  )

  it.effect("its own timeouts come first, for streams too, and a model may have others", () =>
    Effect.gen(function* () {
      for (const [options, ms] of [
        [{ timeouts: { firstContent: 200 } }, 200],
        [{ timeouts: { firstContent: 200 }, models: { "a/*": { timeouts: { firstContent: 700 } } } }, 700],
        [{ deadlineShare: 0.1 }, 1000],
      ] as const) {
        const [a, b] = [scripted("a", silent), scripted("b", says("b"))]
        const asked = { ...request, policy: { deadline: 10_000 } }
        const fiber = yield* Effect.forkChild(Effect.provide(collect(asked), layerOf([a, b], options)))
        yield* TestClock.adjust(ms - 1)
        assert.strictEqual(b.calls, 0)
        yield* TestClock.adjust(1)
        yield* Fiber.join(fiber)
        assert.deepStrictEqual([a.cancelled, b.calls], [1, 1])
      }
    }),
  )

  it.effect("a primary that flaps for a minute: twenty calls, one every four seconds, all served", () =>
    Effect.gen(function* () {
      let now = 0
      // Down most of the first minute, up for moments in between.
      const up = (at: number) => at < 8000 || (at >= 24_000 && at < 28_000) || at >= 60_000
      const a = scripted("a", () => (up(now) ? Effect.succeed("a") : Effect.fail(ill())))
      const b = scripted("b", says("b"))
      const control = makeFailoverHandle()
      const seen: Array<string> = []
      control.onTransition(({ to }) => seen.push(to))
      const served: Array<string> = []
      yield* Effect.provide(
        Effect.gen(function* () {
          for (now = 0; now < 80_000; now += 4000) {
            served.push((yield* generate()).provider)
            yield* TestClock.adjust(4000)
          }
        }),
        layerOf([a, b], { control, breaker: { minimumCalls: 3, window: { type: "count", size: 6 }, rampMs: 4000 } }),
      )
      assert.strictEqual(served.length, 20)
      assert.deepStrictEqual(served.slice(0, 2), ["a", "a"])
      assert.include(seen, "open")
      assert.include(seen, "half-open")
      assert.strictEqual(seen.at(-1), "closed")
      assert.strictEqual(served.at(-1), "a", `it comes back: ${served.join("")}`)
      const down = Array.from({ length: 20 }, (_, i) => i * 4000).filter((at) => !up(at)).length
      assert.isBelow(a.calls - served.filter((by) => by === "a").length, down, "it is spared while it is down")
    }),
  )
})
