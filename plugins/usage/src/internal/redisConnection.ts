import { createHash } from "node:crypto"
import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
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

export interface Script {
  readonly lua: string
  readonly sha: string
}

export const scriptOf = (lua: string): Script => ({ lua, sha: createHash("sha1").update(lua).digest("hex") })

/**
 * One connection, which finds its server again by itself. Nothing waits for it longer than `timeoutMs`; after one that did,
 * all fail at once until the server answers again.
 */
export interface RedisConnection {
  readonly prefix: string
  readonly send: (args: ReadonlyArray<string>) => Effect.Effect<unknown, CountersAway>
  /** One question, whether the server knows the script already or not. */
  readonly run: (
    script: Script,
    keys: ReadonlyArray<string>,
    args: ReadonlyArray<string>,
  ) => Effect.Effect<unknown, CountersAway>
  /** How often it was connected: each time it may be to a server that has lost what it was told. */
  readonly connections: () => number
  /** Open once it was connected again since it was closed. */
  readonly arrived: Latch.Latch
}

const clientOf = ({ createClient }: typeof import("redis"), url: string) => createClient(settingsOf(url))
type Client = ReturnType<typeof clientOf>

const firstConnectMs = 1000
/** A server that did not answer in time is asked again so long after each try, in ms, by nobody who waits. */
const pauseMs = 250

/** It is closed with the scope. A server that is not there fails nothing here: each `send` says that it is away. */
export const redisConnection = (options: RedisOptions): Effect.Effect<RedisConnection, LlmError, Scope.Scope> =>
  Effect.gen(function* () {
    const { prefix = "switchyard:usage:", timeoutMs = 500 } = options
    const { client, troubled } = yield* opened(options.url)
    const arrived = Latch.makeUnsafe(false)
    let connections = 0
    client.on("ready", () => {
      connections++
      arrived.openUnsafe()
    })
    yield* firstTry(client)
    const bounded = yield* patient(client, timeoutMs, troubled)
    return {
      prefix,
      send: (args) => bounded(() => client.sendCommand([...args])),
      run: ({ lua, sha }, keys, args) => {
        const rest = [String(keys.length), ...keys, ...args]
        return bounded(() =>
          client.sendCommand(["EVALSHA", sha, ...rest]).catch((error: unknown) => {
            if (!whyOf(error).includes("NOSCRIPT")) throw error
            return client.sendCommand(["EVAL", lua, ...rest])
          }),
        )
      },
      connections: () => connections,
      arrived,
    }
  })

interface Opened {
  readonly client: Client
  /** Says in the log what is wrong. */
  readonly troubled: (why: string) => void
}

const opened = Effect.fnUntraced(function* (given: StoreUrl): Effect.fn.Return<Opened, LlmError, Scope.Scope> {
  const redis = yield* Effect.tryPromise({ try: () => import("redis"), catch: () => notInstalled })
  const url = typeof given === "string" ? given : Redacted.value(given)
  const client: Client = yield* Effect.acquireRelease(
    Effect.try({ try: () => clientOf(redis, url), catch: wrongUrl }),
    (made) => Effect.sync(() => made.destroy()),
  )
  const troubles = yield* Queue.sliding<string>(1)
  const troubled = (why: string): void => void Queue.offerUnsafe(troubles, why)
  client.on("error", (error: unknown) => troubled(whyOf(error)))
  yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(troubles), warned)))
  return { client, troubled }
})

/** Waits until it is there, or is known not to be. It tries again by itself until it is destroyed. */
const firstTry = (client: Client): Effect.Effect<void> => {
  const tried = Effect.callback<void>((resume) => {
    const over = () => resume(Effect.void)
    client.once("ready", over).once("error", over)
    client.connect().catch(over)
    return Effect.sync(() => void client.off("ready", over).off("error", over))
  })
  return Effect.asVoid(Effect.timeoutOption(tried, firstConnectMs))
}

type Bounded = (question: () => Promise<unknown>) => Effect.Effect<unknown, CountersAway>

/** Asks within `timeoutMs`. Where there was no answer nobody waits again until a PING is answered. */
const patient = Effect.fnUntraced(function* (
  client: Client,
  timeoutMs: number,
  troubled: (why: string) => void,
): Effect.fn.Return<Bounded, never, Scope.Scope> {
  const slow = `Redis did not answer within ${timeoutMs} ms`
  const silent = Latch.makeUnsafe(false)
  let isSilent = false
  const late = Effect.suspend(() => {
    isSilent = true
    silent.openUnsafe()
    troubled(slow)
    return Effect.fail(new CountersAway(slow, true))
  })
  const ping = Effect.timeout(
    Effect.tryPromise(() => client.ping()),
    timeoutMs,
  )
  const answers = Effect.andThen(
    Effect.retry(ping, { schedule: Schedule.spaced(pauseMs) }),
    Effect.sync(() => {
      isSilent = false
      silent.closeUnsafe()
    }),
  )
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(silent.await, Effect.ignore(answers))))
  return (question) =>
    Effect.suspend(() => {
      if (!client.isReady) return Effect.fail(new CountersAway("it is not connected", false))
      if (isSilent) return Effect.fail(new CountersAway(`${slow}, and is left alone until it answers a PING`, false))
      const asked = Effect.tryPromise({ try: question, catch: (error) => new CountersAway(whyOf(error), true) })
      return Effect.timeoutOrElse(asked, { duration: timeoutMs, orElse: () => late })
    })
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
