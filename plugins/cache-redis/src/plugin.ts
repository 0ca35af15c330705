import { definePlugin } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { makeRedisCache } from "./RedisCache.ts"
import { RedisCacheControl } from "./RedisCacheControl.ts"
import { RedisCacheOptions } from "./Options.ts"

/**
 * Keeps answers in Redis, for all processes that share it: `compose([..., redisCache({ url: "redis://127.0.0.1:6379" })])`.
 * Its layer brings `RedisCacheControl` too. Wrong options fail the stack with `InvalidRequest` and the path of the field; a
 * Redis that is away costs misses and no call.
 */
export const redisCache = definePlugin({
  manifest: { name: "@switchyard/cache-redis", kind: "cache", contract: 1, permissions: ["network"] },
  options: RedisCacheOptions,
  layer: (options, key) =>
    Layer.unwrap(
      Effect.map(makeRedisCache(options), ({ cache, control }) =>
        Layer.mergeAll(Layer.succeed(key, cache), Layer.succeed(RedisCacheControl, control)),
      ),
    ),
})
