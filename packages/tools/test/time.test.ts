import { assert, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { defineTool, runTools, streamTools } from "../src/index.ts"
import { ask, call, reasonOf, scripted, text } from "./scripted.ts"

const input = Schema.Struct({})

/** A tool that never answers. `begun` is there when it runs; `ended` says why its signal aborted. */
const stuck = (kind: "promise" | "effect", timeout?: number) => {
  const begun = Deferred.makeUnsafe<void>()
  const ended: Array<string> = []
  const tool = defineTool({
    name: "stuck",
    input,
    ...(timeout === undefined ? {} : { timeout }),
    execute: (_, { signal }): Effect.Effect<never> | Promise<never> => {
      Deferred.doneUnsafe(begun, Exit.void)
      signal.addEventListener("abort", () => ended.push("signal"))
      if (kind === "promise") return new Promise(() => undefined)
      return Effect.onInterrupt(Effect.never, () => Effect.sync(() => ended.push("interrupt")))
    },
  })
  return { tool, begun: Deferred.await(begun), ended }
}

for (const kind of ["promise", "effect"] as const) {
  it.effect(`a tool (${kind}) that takes too long is ended, and the model is told`, () =>
    Effect.gen(function* () {
      const { tool, begun, ended } = stuck(kind)
      const { layer } = scripted([call("stuck", {})], [text("then not")])
      const fiber = yield* Effect.forkChild(Effect.provide(runTools(ask, { tools: [tool] }), layer))
      yield* begun
      yield* TestClock.adjust(29_999)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      const { steps, stopped } = yield* Fiber.join(fiber)
      const value = `The tool "stuck" did not answer within 30000 ms`
      assert.deepStrictEqual(steps[0]?.results[0]?.output, { type: "error-text", value })
      assert.strictEqual(stopped, "answer")
      assert.deepStrictEqual(ended.toSorted(), kind === "effect" ? ["interrupt", "signal"] : ["signal"])
    }),
  )

  it.effect(`interrupting the run cancels a tool (${kind}) that runs`, () =>
    Effect.gen(function* () {
      const { tool, begun, ended } = stuck(kind)
      const { seen, layer } = scripted([call("stuck", {})])
      const fiber = yield* Effect.forkChild(Effect.provide(runTools(ask, { tools: [tool] }), layer))
      yield* begun
      yield* Fiber.interrupt(fiber)
      assert.include(ended, "signal")
      assert.lengthOf(seen, 1)
    }),
  )
}

it.effect("a tool's own timeout counts before that of the run; the others are not kept from answering", () =>
  Effect.gen(function* () {
    const { tool, begun } = stuck("promise", 50)
    const quick = defineTool({ name: "quick", input, execute: () => "here" })
    const { layer } = scripted([call("stuck", {}), call("quick", {})], [text("ok")])
    const fiber = yield* Effect.forkChild(
      Effect.provide(runTools(ask, { tools: [tool, quick], toolTimeout: 10_000 }), layer),
    )
    yield* begun
    yield* TestClock.adjust(50)
    const { steps } = yield* Fiber.join(fiber)
    assert.deepStrictEqual(
      steps[0]?.results.map(({ output }) => output.type),
      ["error-text", "text"],
    )
  }),
)

it.effect("calls of one answer run at once, as many as allowed, and keep their order", () =>
  Effect.gen(function* () {
    let running = 0
    let most = 0
    const slow = defineTool({
      name: "slow",
      input: Schema.Struct({ ms: Schema.Finite }),
      execute: ({ ms }) =>
        Effect.gen(function* () {
          most = Math.max(most, ++running)
          yield* Effect.sleep(ms)
          running--
          return String(ms)
        }),
    })
    const calls = [40, 30, 20, 10].map((ms) => call("slow", { ms }, `c${ms}`))
    for (const concurrency of [1, 2, 8]) {
      most = 0
      const { layer } = scripted(calls, [text("done")])
      const fiber = yield* Effect.forkChild(Effect.provide(runTools(ask, { tools: [slow], concurrency }), layer))
      yield* TestClock.adjust(100)
      yield* TestClock.adjust(100)
      const { steps } = yield* Fiber.join(fiber)
      assert.strictEqual(most, Math.min(concurrency, 4))
      assert.deepStrictEqual(
        steps[0]?.results.map(({ id }) => id),
        ["c40", "c30", "c20", "c10"],
      )
    }
  }),
)

it.effect("the deadline bounds the whole run: steps get what is left of it, and tools are ended with it", () =>
  Effect.gen(function* () {
    const ended: Array<string> = []
    const wait = defineTool({
      name: "wait",
      input,
      execute: () => Effect.onInterrupt(Effect.sleep(600), () => Effect.sync(() => ended.push("interrupt"))),
    })
    const request = { ...ask, policy: { deadline: 1000, tags: "x" } }
    const { seen, layer } = scripted([call("wait", {})])
    const fiber = yield* Effect.forkChild(Effect.provide(reasonOf(runTools(request, { tools: [wait] })), layer))
    yield* TestClock.adjust(600)
    yield* TestClock.adjust(399)
    assert.isUndefined(fiber.pollUnsafe())
    yield* TestClock.adjust(1)
    const reason = yield* Fiber.join(fiber)
    assert(reason._tag === "Timeout")
    assert.deepStrictEqual([reason.phase, reason.ms], ["call", 1000])
    assert.deepStrictEqual(
      seen.map(({ policy }) => policy?.deadline),
      [1000, 400],
    )
    assert.deepStrictEqual(ended, ["interrupt"])
  }),
)

it.effect("an approval that nobody gives ends with the deadline, ten minutes when there is none", () =>
  Effect.gen(function* () {
    const tool = defineTool({ name: "t", input, needsApproval: true, execute: () => "x" })
    const asked = Deferred.makeUnsafe<void>()
    const approve = () => Effect.andThen(Deferred.succeed(asked, undefined), Effect.never)
    const { layer } = scripted([call("t", {})])
    const fiber = yield* Effect.forkChild(Effect.provide(reasonOf(runTools(ask, { tools: [tool], approve })), layer))
    yield* Deferred.await(asked)
    yield* TestClock.adjust(599_999)
    assert.isUndefined(fiber.pollUnsafe())
    yield* TestClock.adjust(1)
    assert.strictEqual((yield* Fiber.join(fiber))._tag, "Timeout")
  }),
)

it.effect("leaving a stream cancels the tool that runs", () =>
  Effect.gen(function* () {
    const { tool, begun, ended } = stuck("promise")
    const { layer } = scripted([call("stuck", {})])
    const run = Stream.runDrain(streamTools(ask, { tools: [tool] }))
    const fiber = yield* Effect.forkChild(Effect.provide(run, layer))
    yield* begun
    yield* Fiber.interrupt(fiber)
    assert.deepStrictEqual(ended, ["signal"])
  }),
)
