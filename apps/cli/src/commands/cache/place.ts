import { type CacheQuery, isLlmError, type LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { UsageError } from "../../ExitCode.ts"
import { extension } from "../../extension.ts"

/** A cache that is looked at from outside of a stack. */
interface Opened {
  readonly stats: Effect.Effect<object, LlmError>
  readonly invalidate: (query: CacheQuery) => Effect.Effect<number, LlmError>
}

/** Where the cache is. */
export const placeFlags = {
  file: Flag.String("file").pipe(
    Flag.withAlias("f"),
    Flag.withDescription("The file that memoryCache() has as persist"),
    Flag.withDefault(".switchyard/cache.sqlite"),
  ),
  redis: Flag.String("redis").pipe(
    Flag.withDescription("The URL that redisCache() has, instead of a file"),
    Flag.optional,
  ),
  prefix: Flag.String("prefix").pipe(
    Flag.withDescription("The prefix that redisCache() has, where it has one"),
    Flag.optional,
  ),
}

interface Place {
  readonly file: string
  readonly redis: Option.Option<string>
  readonly prefix: Option.Option<string>
}

/** Who asks from a shell waits longer than a call does, in ms. */
const patienceMs = 2000

const open = async ({ file, redis, prefix }: Place): Promise<Effect.Effect<Opened, LlmError, Scope.Scope>> => {
  if (redis._tag === "None") {
    const { readCacheFile } = await extension("@switchyard/cache-memory", () => import("@switchyard/cache-memory"))
    return readCacheFile(file)
  }
  const { makeRedisCache } = await extension("@switchyard/cache-redis", () => import("@switchyard/cache-redis"))
  const named = prefix._tag === "None" ? {} : { prefix: prefix.value }
  return Effect.map(
    makeRedisCache({ url: redis.value, near: false, patienceMs, ...named }),
    ({ control: { stats, invalidate } }) => ({ stats, invalidate }),
  )
}

/** Opens the cache for one thing. One that is not there is wrong usage, and nothing is made. */
export const inCache = async <A>(
  place: Place,
  run: (opened: Opened) => Effect.Effect<A, LlmError>,
  signal: AbortSignal,
): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(await open(place), run)), { signal }).catch((error: unknown) => {
    throw isLlmError(error) && error.reason._tag === "InvalidRequest" ? new UsageError(error.reason.message) : error
  })
