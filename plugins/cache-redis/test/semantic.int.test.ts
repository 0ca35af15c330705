import { assert, describe } from "@effect/vitest"
import { semanticCache } from "@switchyard/cache-semantic"
import { compose, Kernel, textOf } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { makeRedisCache } from "../src/index.ts"
import { useRedis } from "./server.ts"
import { type GivenOptions, plug, provider, redisAt } from "./stubs.ts"

const redisIt = useRedis()
const first = "How do I reset my password?"
const second = "What's the best way to reset my password?"

/** A look by meaning over Redis, and the control of the cache on Redis. */
const byMeaning = Effect.fnUntraced(function* (options: GivenOptions) {
  const { cache, control } = yield* makeRedisCache(options)
  const { plugin, state } = provider()
  const stack = compose([plugin, semanticCache({ over: plug("cache", cache) })])
  const kernel = Context.get(yield* Layer.build(stack), Kernel)
  const ask = (prompt: string) =>
    Effect.map(kernel.generate({ model: "p/m", prompt }), ({ content, cached }) => [textOf(content), cached?.kind])
  return { ask, control, state }
})

describe("a call that has looked under another key too", () => {
  for (const gone of ["has run out", "was dropped"]) {
    redisIt(`keeps the lease of its own where the other answer ${gone}`, (options) =>
      Effect.gen(function* () {
        const { url, prefix } = options
        const redis = yield* redisAt(url)
        const { ask, control, state } = yield* byMeaning({ ...options, near: false })
        assert.deepStrictEqual(yield* ask(first), ["answer 1", undefined])
        if (gone === "was dropped") yield* control.invalidate({})
        else {
          const entries = yield* Effect.promise(() => redis.keys(`${prefix}entry:*`))
          assert.strictEqual(entries.length, 1)
          yield* Effect.promise(() => redis.pExpire(entries[0] ?? "", 0))
        }
        assert.deepStrictEqual(yield* ask(second), ["answer 2", undefined])
        assert.deepStrictEqual(yield* ask(second), ["answer 2", "exact"])
        assert.deepStrictEqual([state.calls, (yield* control.counts).fenced], [2, 0])
        assert.deepStrictEqual(yield* Effect.promise(() => redis.keys(`${prefix}lease:*`)), [])
      }),
    )
  }
})
