import { assert, describe, it } from "@effect/vitest"
import { compose, contracts, Kernel } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as plugin from "../src/index.ts"
import { provider } from "./stubs.ts"

const url = "redis://127.0.0.1:6379"

/** Options as an author without types may write them. */
const made = (options: Record<string, unknown>) => plugin.redisCache({ url, ...options })

describe("the plugin", () => {
  it("says what it is, and is what config files look for", () => {
    assert.deepStrictEqual(plugin.redisCache.manifest, {
      name: "@switchyard/cache-redis",
      kind: "cache",
      contract: contracts.cache,
      permissions: ["network"],
    })
    assert.strictEqual(plugin.plugin, plugin.redisCache)
  })

  const nonsense: ReadonlyArray<readonly [options: Record<string, unknown>, path: string]> = [
    [{ url: undefined }, "url"],
    [{ url: "127.0.0.1:6379" }, "url"],
    [{ url: "http://127.0.0.1" }, "url"],
    [{ url, prefix: "" }, "prefix"],
    [{ url, ttlMs: -1 }, "ttlMs"],
    [{ url, ttlByModel: { "p/*": Number.NaN } }, "ttlByModel"],
    [{ url, staleIfErrorMs: "day" }, "staleIfErrorMs"],
    [{ url, share: "some" }, "share"],
    [{ url, patienceMs: 0 }, "patienceMs"],
    [{ url, leaseMs: 1 }, "leaseMs"],
    [{ url, maxEntryBytes: 1e12 }, "maxEntryBytes"],
    [{ url, near: { maxEntries: 0 } }, "near"],
    [{ url, near: true }, "near"],
    [{ url, ttl: 5 }, "ttl"],
  ]
  it.effect.each(nonsense.map(([options, path]) => ({ options, path, name: JSON.stringify(options) })))(
    "refuses $name when the stack is composed, with the path of the field",
    ({ options, path }) =>
      Effect.gen(function* () {
        const { plugin: p, state } = provider()
        const call = Kernel.use((kernel) => kernel.generate({ model: "p/m", prompt: "hi" }))
        const error = yield* Effect.flip(Effect.provide(call, compose([p, made(options)])))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.include(error.message, path)
        assert.strictEqual(state.calls, 0)
      }),
  )

  it.effect("a URL that is refused is not repeated: it may hold a password", () =>
    Effect.gen(function* () {
      for (const bad of ["http://user:s3cret-word@host", "redis://user:s3cret-word@host:not-a-port"]) {
        const call = Kernel.use((kernel) => kernel.generate({ model: "p/m", prompt: "hi" }))
        const error = yield* Effect.flip(Effect.provide(call, compose([provider().plugin, made({ url: bad })])))
        assert.notInclude(JSON.stringify(error) + error.message, "s3cret-word")
      }
    }),
  )

  it.effect("without the plugin its control says that there is none", () =>
    Effect.gen(function* () {
      const control = yield* plugin.RedisCacheControl
      assert.strictEqual((yield* Effect.flip(control.stats)).reason._tag, "NoRoute")
    }),
  )
})
