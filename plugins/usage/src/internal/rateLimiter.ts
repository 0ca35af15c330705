import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Redis from "effect/persistence/Redis"
import type * as Scope from "effect/Scope"
import type { RedisConnection } from "./redisConnection.ts"

const redisOf = ({ send }: RedisConnection): Layer.Layer<Redis.Redis> => {
  const failing = Effect.mapError(
    (cause: { readonly why: string }) => new Redis.RedisError({ cause: new Error(cause.why) }),
  )
  // The codec of this bridge: the limiter's own scripts say what they give.
  const sending = <A>(command: string, ...args: ReadonlyArray<string>) =>
    failing(Effect.map(send([command, ...args]), (answer) => answer as A))
  return Layer.effect(
    Redis.Redis,
    Redis.make({
      send: sending,
      subscribe: () => Effect.succeed(Effect.never),
      connect: Effect.succeed({ send: sending, close: Effect.void }),
    }),
  )
}

/** Effect's rate limiter, in this process's memory or in Redis. */
export const makeRateLimiter = (
  redis: RedisConnection | undefined,
): Effect.Effect<RateLimiter.RateLimiter, never, Scope.Scope> => {
  const store =
    redis === undefined
      ? RateLimiter.layerStoreMemory
      : Layer.provide(RateLimiter.layerStoreRedis({ prefix: `${redis.prefix}limits:` }), redisOf(redis))
  return Effect.flatMap(Layer.build(Layer.provide(RateLimiter.layer, store)), (context) =>
    Effect.provide(RateLimiter.RateLimiter, context),
  )
}
