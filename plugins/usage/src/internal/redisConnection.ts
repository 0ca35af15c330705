import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { StoreUrl } from "./connection.ts"
import { CountersAway } from "./Counters.ts"

export interface RedisOptions {
  readonly url: StoreUrl
  /** What all keys begin with. Default: `switchyard:usage:`. */
  readonly prefix?: string
  /** Each question to Redis may take so long, in ms. Default: 500. */
  readonly timeoutMs?: number
}

/** One connection, which finds its server again by itself. Nothing waits for it longer than `timeoutMs`. */
export interface RedisConnection {
  readonly prefix: string
  readonly send: (args: ReadonlyArray<string>) => Effect.Effect<unknown, CountersAway>
}

const firstConnectMs = 2000

/** It is closed with the scope. A server that is not there fails nothing here: each `send` says that it is away. */
export const redisConnection = (options: RedisOptions): Effect.Effect<RedisConnection, LlmError, Scope.Scope> =>
  Effect.gen(function* () {
    const { prefix = "switchyard:usage:", timeoutMs = 500 } = options
    const { createClient } = yield* Effect.tryPromise({ try: () => import("redis"), catch: () => notInstalled })
    const url = typeof options.url === "string" ? options.url : Redacted.value(options.url)
    const client = yield* Effect.acquireRelease(
      Effect.try({ try: () => createClient(settingsOf(url)), catch: wrongUrl }),
      (opened) => Effect.sync(() => opened.destroy()),
    )
    const troubles = yield* Queue.sliding<string>(1)
    client.on("error", (error: unknown) => void Queue.offerUnsafe(troubles, whyOf(error)))
    yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(troubles), warned)))
    // It tries again by itself until it is destroyed; the first calls should find it there.
    yield* Effect.ignore(
      Effect.timeout(
        Effect.tryPromise(() => client.connect()),
        firstConnectMs,
      ),
    )
    const late = () => Effect.fail(new CountersAway(`Redis did not answer within ${timeoutMs} ms`))
    const send = (args: ReadonlyArray<string>) =>
      Effect.timeoutOrElse(
        Effect.tryPromise({
          try: () => client.sendCommand([...args]),
          catch: (error) => new CountersAway(whyOf(error)),
        }),
        { duration: timeoutMs, orElse: late },
      )
    return { prefix, send }
  })

const whyOf = (error: unknown): string => (error instanceof Error ? error.message || error.name : String(error))

/** One line a minute at most: a client that cannot connect says so with each try. */
const warned = (why: string): Effect.Effect<void> =>
  Effect.andThen(Effect.logWarning(`@switchyard/usage cannot reach Redis: ${why}`), Effect.sleep("1 minute"))

const settingsOf = (url: string) => ({
  url,
  disableOfflineQueue: true,
  socket: {
    connectTimeout: firstConnectMs,
    reconnectStrategy: (tries: number) => Math.min(1000, 25 * 2 ** Math.min(tries, 10)),
  },
})

const refusal = (message: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field: "redis.url", message }, { operation: "compose" })

const notInstalled = refusal(
  "the options of @switchyard/usage are wrong: redis needs the package redis: npm install redis",
)

/** The URL may hold a password, so it is not repeated. */
const wrongUrl = (): LlmError =>
  refusal("the options of @switchyard/usage are wrong: redis.url is no URL such as redis://127.0.0.1:6379")
