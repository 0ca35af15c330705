import { assert, describe, it } from "@effect/vitest"
import { compose, contracts } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as plugin from "../src/index.ts"
import { ask, counting, plug, scriptedCache } from "./stubs.ts"

/** Options as an author without types may write them. */
const made = (options: Record<string, unknown>) => plugin.semanticCache(options)

describe("the plugin", () => {
  it("says what it is, and is what config files look for", () => {
    assert.deepStrictEqual(plugin.semanticCache.manifest, {
      name: "@switchyard/cache-semantic",
      kind: "cache",
      contract: contracts.cache,
      permissions: [],
    })
    assert.strictEqual(plugin.plugin, plugin.semanticCache)
  })

  it.effect("fills the one place of its kind, also over another cache", () =>
    Effect.gen(function* () {
      const { plugin: provider } = counting()
      yield* Effect.provide(ask("hi"), compose([provider, made({ over: scriptedCache().plugin })]))
      const twice = Effect.provide(ask("hi"), compose([provider, made({}), made({})]))
      assert.match((yield* Effect.flip(twice)).reason.message, /a stack has one cache/)
    }),
  )

  it.effect("a stack of its own knows nothing of another's answers", () =>
    Effect.gen(function* () {
      const { plugin: provider, seen } = counting()
      for (const _ of [1, 2]) yield* Effect.provide(ask("Who wrote Emma?"), compose([provider, made({})]))
      assert.strictEqual(seen.length, 2)
    }),
  )

  it.effect("an inner cache that dies is a miss", () =>
    Effect.gen(function* () {
      const { plugin: provider } = counting()
      const dies = Effect.die("broken")
      const inner = plug("cache", { lookup: () => dies, store: () => dies, invalidate: () => dies, stats: dies })
      const { content } = yield* Effect.provide(ask("hi"), compose([provider, made({ over: inner })]))
      assert.deepStrictEqual(content, [{ type: "text", text: "answer 1" }])
    }),
  )

  const nonsense: ReadonlyArray<readonly [options: Record<string, unknown>, says: string]> = [
    [{ threshold: 1.5 }, "threshold"],
    [{ threshold: Number.NaN }, "threshold"],
    [{ candidates: 0 }, "candidates"],
    [{ maxPrompts: 0.5 }, "maxPrompts"],
    [{ patienceMs: 0 }, "patienceMs"],
    [{ ttlMs: -1 }, "ttlMs"],
    [{ over: {} }, "over"],
    [{ over: counting().plugin }, "over"],
    [{ over: scriptedCache().plugin, maxEntries: 5 }, "maxEntries"],
    [{ embedder: {} }, "embedder"],
    [{ store: 5 }, "store"],
    [{ judge: { model: "" } }, "judge"],
    [{ treshold: 0.5 }, "treshold"],
  ]
  it.effect.each(nonsense.map(([options, says]) => ({ options, says })))(
    "refuses a wrong $says when the stack is composed",
    ({ options, says }) =>
      Effect.gen(function* () {
        const { plugin: provider, seen } = counting()
        const error = yield* Effect.flip(Effect.provide(ask("hi"), compose([provider, made(options)])))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.include(error.message, says)
        assert.strictEqual(seen.length, 0)
      }),
  )
})
