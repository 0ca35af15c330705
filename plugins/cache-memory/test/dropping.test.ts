import { assert, describe, it } from "@effect/vitest"
import { type CachePolicy, type CacheQuery, compose, Kernel, textOf } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { join } from "node:path"
import { type CacheEntry, makeMemoryCache, type MemoryCacheControl } from "../src/index.ts"
import { answer, folder, type GivenOptions, plug, provider, request, standing, until } from "./stubs.ts"

type Which = Parameters<MemoryCacheControl["invalidate"]>[0]

/** A call that has asked its provider, and waits for the answer while `which` is dropped. */
const droppedMeanwhile = Effect.fnUntraced(function* (
  mode: CachePolicy["mode"] & string,
  which: Which,
  options: GivenOptions = {},
) {
  const gate = yield* Deferred.make<void>()
  const { plugin, state } = provider()
  state.say = (call) => (call === 1 ? Effect.as(Deferred.await(gate), answer("late")) : Effect.succeed(answer("new")))
  const { ask, control } = yield* standing([plugin], options)
  const about = { tags: { doc: "7" }, tenant: "t" }
  const late = yield* Effect.forkChild(ask({ ...about, policy: { cache: { mode } } }))
  yield* until(() => state.calls === 1)
  yield* control.invalidate(which)
  yield* Deferred.succeed(gate, undefined)
  assert.strictEqual(yield* Fiber.join(late), "late")
  return yield* ask(about)
})

const fitting: Readonly<Record<string, Which>> = {
  everything: {},
  tenant: { tenant: "t" },
  tag: { tag: { name: "doc", value: "7" } },
  "the model as asked for": { model: "p/m" },
  "the vendor's model, which only the answer tells": { model: "vendor-model" },
  "a pattern for provider and model": { pattern: "p/vendor*" },
  "a function": (entry: CacheEntry) => entry.tags["doc"] === "7",
}
const others: Readonly<Record<string, CacheQuery>> = {
  "another tenant": { tenant: "u" },
  "another tag": { tag: { name: "doc", value: "8" } },
  "another model": { model: "p/n" },
}

describe("an answer that was asked for before its like was dropped is not kept", () => {
  for (const mode of ["read-write", "refresh", "write-only"] as const) {
    for (const [what, which] of Object.entries(fitting)) {
      it.effect(`${mode}: ${what}`, () =>
        Effect.scoped(Effect.map(droppedMeanwhile(mode, which), (text) => assert.strictEqual(text, "new"))),
      )
    }
    for (const [what, which] of Object.entries(others)) {
      it.effect(`${mode}: but where ${what} was dropped`, () =>
        Effect.scoped(Effect.map(droppedMeanwhile(mode, which), (text) => assert.strictEqual(text, "late"))),
      )
    }
    it.effect(`${mode}: nor in a file`, () =>
      Effect.gen(function* () {
        const persist = join(yield* folder, "cache.sqlite")
        assert.strictEqual(yield* droppedMeanwhile(mode, { tenant: "t" }, { persist }), "new")
      }).pipe(Effect.scoped),
    )
  }

  it.effect("when very much was dropped meanwhile it is not kept either: not all of it is remembered", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { plugin, state } = provider()
      state.say = (call) => Effect.as(call === 1 ? Deferred.await(gate) : Effect.void, answer(`${call}`))
      const { ask, control } = yield* standing([plugin])
      const late = yield* Effect.forkChild(ask())
      yield* until(() => state.calls === 1)
      for (let n = 0; n < 257; n++) yield* control.invalidate({ tenant: `${n}` })
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(late)
      assert.deepStrictEqual([yield* ask(), yield* ask(), state.calls], ["2", "2", 2])
    }).pipe(Effect.scoped),
  )

  it.effect("also where the call has looked under another key since, and let that go", () =>
    Effect.gen(function* () {
      const { cache, control } = yield* makeMemoryCache()
      const looking = plug("cache", {
        ...cache,
        lookup: (key, request, context) =>
          Effect.gen(function* () {
            const hit = yield* cache.lookup(key, request, context)
            yield* cache.lookup("another", request, context)
            yield* cache.release?.("another", context) ?? Effect.void
            return hit
          }),
      })
      const gate = yield* Deferred.make<void>()
      const { plugin, state } = provider()
      state.say = (call) => Effect.as(call === 1 ? Deferred.await(gate) : Effect.void, answer(`${call}`))
      const { generate } = Context.get(yield* Layer.build(compose([plugin, looking])), Kernel)
      const late = yield* Effect.forkChild(generate(request))
      yield* until(() => state.calls === 1)
      yield* control.invalidate({})
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(late)
      assert.deepStrictEqual([textOf((yield* generate(request)).content), (yield* control.stats).stored], ["2", 1])
    }).pipe(Effect.scoped),
  )
})
