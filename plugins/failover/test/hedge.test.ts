import { assert, describe, it } from "@effect/vitest"
import { textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { FailoverControl, type FailoverOptions } from "../src/index.ts"
import {
  collect,
  fails,
  generate,
  ill,
  request,
  says,
  scripted,
  type Script,
  type Scripted,
  silent,
  stack,
  tried,
} from "./stubs.ts"

const after =
  (ms: number, text: string): Script =>
  () =>
    Effect.delay(Effect.succeed(text), ms)
const slow = (ms: number, id = "a") => scripted(id, after(ms, `from ${id}`))
const layerOf = (providers: ReadonlyArray<Scripted>, options: FailoverOptions) =>
  stack(
    providers.map(({ plugin }) => plugin),
    options,
  )

/** Starts a call, lets `ms` pass, and gives its answer, which must be there by then. */
const within = <A, E, R>(ms: number, call: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(call)
    yield* TestClock.adjust(ms)
    assert.isDefined(fiber.pollUnsafe(), `no end within ${ms} ms`)
    return yield* Fiber.join(fiber)
  })

describe("hedging", () => {
  it.effect("a second candidate after the delay; the winner answers, the loser is cancelled", () =>
    Effect.gen(function* () {
      const [a, b] = [slow(5000), slow(100, "b")]
      const layer = layerOf([a, b], { hedge: { delayMs: 300 } })
      const response = yield* within(400, Effect.provide(generate(), layer))
      assert.strictEqual(textOf(response.content), "from b")
      assert.deepStrictEqual(tried(response.route.attempts), ["b ok", "a cancelled"])
      assert.strictEqual(a.cancelled, 1)
      assert.isTrue(response.route.decisions.some(({ what }) => what.startsWith("hedge: b/m")))
    }),
  )

  it.effect("streams race to the first content", () =>
    Effect.gen(function* () {
      const [a, b] = [slow(5000), slow(100, "b")]
      const parts = yield* within(400, Effect.provide(collect(), layerOf([a, b], { hedge: { delayMs: 300 } })))
      const finish = parts.at(-1)
      assert(finish?.type === "finish" && finish.route !== undefined)
      assert.deepStrictEqual(tried(finish.route.attempts), ["a cancelled", "b ok"])
      assert.strictEqual(a.cancelled, 1)
    }),
  )

  it.effect("a first candidate in time is left alone, and one that wins late cancels the second", () =>
    Effect.gen(function* () {
      const quick = [slow(200), slow(100, "b")] as const
      yield* within(200, Effect.provide(generate(), layerOf(quick, { hedge: { delayMs: 300 } })))
      assert.strictEqual(quick[1].calls, 0)
      const late = [slow(350), slow(100, "b")] as const
      const response = yield* within(350, Effect.provide(generate(), layerOf(late, { hedge: { delayMs: 300 } })))
      assert.strictEqual(response.provider, "a")
      assert.deepStrictEqual([late[1].calls, late[1].cancelled], [1, 1])
    }),
  )

  it.effect("one that fails leaves the other running; both failing goes on with the next", () =>
    Effect.gen(function* () {
      const later =
        (ms: number, script: Script): Script =>
        (call) =>
          Effect.delay(script(call), ms)
      const c = scripted("c", says("from c"))
      const hedge = { delayMs: 100 }
      const model = { ...request, model: "all" }
      const one = [scripted("a", later(150, fails())), slow(200, "b"), c]
      const first = yield* within(300, Effect.provide(generate(model), layerOf(one, { hedge })))
      assert.strictEqual(first.provider, "b")
      const both = [scripted("a", later(150, fails())), scripted("b", later(100, fails())), c]
      const second = yield* within(200, Effect.provide(generate(model), layerOf(both, { hedge })))
      assert.strictEqual(second.provider, "c")
      assert.deepStrictEqual(tried(second.route.attempts), ["a failed", "b failed", "c ok"])
    }),
  )

  it.effect("a request that is wrong stops when the other failed too", () =>
    Effect.gen(function* () {
      const wrong: Script = () => Effect.delay(Effect.fail(ill("InvalidRequest")), 200)
      const [a, b, c] = [scripted("a", wrong), scripted("b", fails()), scripted("c", says("never"))]
      const layer = layerOf([a, b, c], { hedge: { delayMs: 100 } })
      const error = yield* within(200, Effect.flip(Effect.provide(generate({ ...request, model: "all" }), layer)))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.strictEqual(c.calls, 0)
    }),
  )

  it.effect("no more extra attempts than a call, and the share of calls, allow", () =>
    Effect.gen(function* () {
      const providers = () => [scripted("a", silent), scripted("b", silent), slow(0, "c")] as const
      const model = { ...request, model: "all", policy: { deadline: 10_000 } }
      const capped = providers()
      const fiber = yield* Effect.forkChild(
        Effect.provide(generate(model), layerOf(capped, { hedge: { delayMs: 100 } })),
      )
      yield* TestClock.adjust(1000)
      assert.deepStrictEqual(
        capped.map(({ calls }) => calls),
        [1, 1, 0],
      )
      yield* Fiber.interrupt(fiber)
      const more = providers()
      const layer = layerOf(more, { hedge: { delayMs: 100, maxExtra: 2 } })
      yield* within(200, Effect.provide(generate(model), layer))
      assert.deepStrictEqual(
        more.map(({ calls, cancelled }) => [calls, cancelled]),
        [
          [1, 1],
          [1, 1],
          [1, 0],
        ],
      )

      const [a, b] = [slow(1000), slow(0, "b")]
      const share = layerOf([a, b], { hedge: { delayMs: 100, share: 0.2, burst: 2 } })
      yield* Effect.provide(
        Effect.gen(function* () {
          for (let call = 0; call < 20; call++) yield* within(1000, generate())
        }),
        share,
      )
      // Two at once, then one call in five.
      assert.strictEqual(b.calls, 2 + 20 * 0.2 - 1)
    }),
  )

  it.effect("by percentile of what was observed, once enough was", () =>
    Effect.gen(function* () {
      let wait = 0
      const a = scripted("a", () => Effect.delay(Effect.succeed("a"), wait))
      const b = slow(1, "b")
      const layer = layerOf([a, b], { hedge: { percentile: 0.9, minimumSamples: 10 } })
      yield* Effect.provide(
        Effect.gen(function* () {
          for (let call = 1; call <= 10; call++) {
            wait = call * 10
            yield* within(1000, collect())
          }
          assert.strictEqual(b.calls, 0)
          wait = 5000
          const fiber = yield* Effect.forkChild(collect())
          yield* TestClock.adjust(89)
          assert.strictEqual(b.calls, 0)
          yield* TestClock.adjust(2)
          assert.strictEqual(b.calls, 1)
          yield* Fiber.join(fiber)
        }),
        layer,
      )
    }),
  )

  it.effect("whoever wins, nothing is held afterwards", () =>
    Effect.gen(function* () {
      const fails150: Script = () => Effect.delay(Effect.fail(ill()), 150)
      const table: ReadonlyArray<readonly [Script, Script]> = [
        [after(5000, "a"), after(100, "b")],
        // Both at the same moment.
        [after(300, "a"), after(200, "b")],
        [fails150, after(200, "b")],
        [after(300, "a"), fails150],
        [fails150, fails150],
        [silent, () => Effect.fail(ill("InvalidRequest"))],
      ]
      for (const [a, b] of table) {
        for (const call of [Effect.asVoid(Effect.exit(generate())), Effect.asVoid(Effect.exit(collect()))]) {
          const layer = layerOf([scripted("a", a), scripted("b", b)], { hedge: { delayMs: 100 }, bulkhead: {} })
          const used = Effect.andThen(
            call,
            Effect.map(FailoverControl, ({ all }) => all()),
          )
          const lanes = yield* within(600_000, Effect.provide(used, layer))
          assert.deepStrictEqual(
            lanes.map(({ model, running, waiting }) => [model, running, waiting]),
            [
              ["a/m", 0, 0],
              ["b/m", 0, 0],
            ],
          )
        }
      }
    }),
  )

  it.effect("a caller who leaves cancels both", () =>
    Effect.gen(function* () {
      const [a, b] = [scripted("a", silent), scripted("b", silent)]
      const fiber = yield* Effect.forkChild(Effect.provide(generate(), layerOf([a, b], { hedge: { delayMs: 10 } })))
      yield* TestClock.adjust(20)
      assert.deepStrictEqual([a.calls, b.calls], [1, 1])
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual([a.cancelled, b.cancelled], [1, 1])
    }),
  )
})
