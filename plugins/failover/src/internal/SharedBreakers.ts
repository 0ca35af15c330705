import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { SharedState } from "../Breaker.ts"
import type { ModelTransition } from "../FailoverControl.ts"
import type { Lanes } from "./Lane.ts"

export interface RedisOptions {
  readonly redis: string
  readonly prefix?: string
}

/** A change of one process's breaker, as the others hear of it. */
const News = Schema.fromJsonString(
  Schema.Struct({
    from: Schema.String,
    model: Schema.String,
    state: Schema.Literals(["open", "closed", "forced-open", "forced-closed"]),
    openForMs: Schema.Finite,
    openings: Schema.Finite,
    automatic: Schema.Boolean,
  }),
)
type News = typeof News.Type
const decode = Schema.decodeUnknownResult(News)

const defaultPrefix = "switchyard:breakers:"
/** Redis never holds a call up, and what cannot be told it in this time is left untold. */
const patienceMs = 2000
const mostUntold = 1024
/** What an operator forced is forgotten after a month without a change. */
const forcedForMs = 30 * 24 * 3_600_000

/**
 * Shares the states of breakers between processes: an opening, a closing and what an operator forces in one holds in all,
 * and a process that starts later learns what is open. Each goes on alone while Redis is away, and no call waits for it.
 * A state is a key that Redis drops when its open time is over; changes go over a channel.
 */
export const shareThroughRedis = (
  lanes: Lanes,
  { redis, prefix = defaultPrefix }: RedisOptions,
): Effect.Effect<void, LlmError, Scope.Scope> =>
  Effect.gen(function* () {
    const { createClient } = yield* Effect.tryPromise({ try: () => import("redis"), catch: () => notInstalled })
    const client = yield* Effect.acquireRelease(
      Effect.try({ try: () => createClient(settingsOf(redis)), catch: wrongUrl }),
      (opened) => Effect.sync(() => opened.destroy()),
    )
    const listener = yield* Effect.acquireRelease(
      Effect.sync(() => client.duplicate()),
      (opened) => Effect.sync(() => opened.destroy()),
    )
    const self = `${process.pid}-${Math.floor(performance.timeOrigin)}-${++nodes}`
    const channel = `${prefix}changes`
    /** The latest change of each model that Redis has not taken yet: told when it is back. */
    const untold = new Map<string, News>()
    const changes = yield* Queue.sliding<News>(mostUntold)
    const warnings = yield* Queue.sliding<string>(1)
    const troubled = (error: unknown): void =>
      void Queue.offerUnsafe(warnings, error instanceof Error ? error.message : String(error))
    client.on("error", troubled)
    listener.on("error", troubled)

    const hear = (message: string, leftMs?: number): void => {
      const news = decode(message)
      if (Result.isFailure(news) || news.success.from === self) return
      const { model, automatic, state, openings, openForMs } = news.success
      lanes.adopt(model, { state, openings, openForMs: leftMs ?? openForMs }, automatic)
    }
    /** What was open before this process came, or while Redis was away. */
    const learn = async (): Promise<void> => {
      for await (const keys of client.scanIterator({ MATCH: `${prefix}state:*`, COUNT: 100 })) {
        for (const key of keys) {
          const [message, leftMs] = await Promise.all([client.get(key), client.pTTL(key)])
          if (message !== null && leftMs > 0) hear(message, leftMs)
        }
      }
    }
    const tell = async (news: News): Promise<void> => {
      const { openForMs, model, state } = news
      const message = JSON.stringify(news)
      const key = `${prefix}state:${model}`
      const forMs = state === "open" ? Math.max(1, Math.ceil(openForMs)) : forcedForMs
      const kept = state === "closed" ? client.multi().del(key) : client.multi().set(key, message, { PX: forMs })
      await kept.publish(channel, message).exec()
      if (untold.get(model) === news) untold.delete(model)
    }
    /** What happened here comes first: it is newer than what Redis remembers. */
    const catchUp = async (): Promise<void> => {
      for (const news of untold.values()) await tell(news)
      await learn()
    }

    yield* Effect.acquireRelease(
      Effect.sync(() =>
        lanes.onTransition((transition) => {
          const news = newsOf(self, lanes, transition)
          if (news === undefined) return
          if (untold.size < mostUntold) untold.set(news.model, news)
          Queue.offerUnsafe(changes, news)
        }),
      ),
      (stop) => Effect.sync(stop),
    )
    // Whichever of the two comes last: what changed before the other was there must not be missed.
    const ready = (): void => void (client.isReady && listener.isReady ? catchUp().catch(troubled) : undefined)
    client.on("ready", ready)
    listener.on("ready", ready)
    // Both try again by themselves until they are destroyed.
    void client.connect().catch(troubled)
    void listener
      .connect()
      .then(() => listener.subscribe(channel, (message) => hear(message)))
      .then(ready)
      .catch(troubled)
    const telling = Effect.forever(
      Effect.flatMap(Queue.take(changes), (news) =>
        Effect.ignore(
          Effect.timeout(
            Effect.tryPromise(() => tell(news)),
            patienceMs,
          ),
        ),
      ),
    )
    yield* Effect.forkScoped(telling)
    yield* Effect.forkScoped(Effect.forever(warned(warnings)))
  })

let nodes = 0

const newsOf = (self: string, lanes: Lanes, { model, from, to, adopted }: ModelTransition): News | undefined => {
  if (adopted === true || to === "half-open") return undefined
  const shared: SharedState | undefined = lanes.shared(model)
  if (shared === undefined) return undefined
  return { from: self, model, ...shared, automatic: from === "forced-open" || from === "forced-closed" }
}

/** One line a minute at most: a client that cannot connect says so with each try. */
const warned = (warnings: Queue.Queue<string>): Effect.Effect<void> =>
  Effect.flatMap(Queue.take(warnings), (why) =>
    Effect.andThen(
      Effect.logWarning(`@switchyard/failover cannot share its breakers through Redis, and goes on alone: ${why}`),
      Effect.sleep("1 minute"),
    ),
  )

const settingsOf = (url: string) => ({
  url,
  disableOfflineQueue: true,
  socket: {
    connectTimeout: patienceMs,
    reconnectStrategy: (tries: number) => Math.min(2000, 50 * 2 ** Math.min(tries, 10)),
  },
})

const refusal = (message: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field: "shared.redis", message }, { operation: "compose" })

const notInstalled = refusal(
  "the options of @switchyard/failover are wrong: shared.redis needs the package redis: npm install redis",
)

/** The URL may hold a password, so it is not repeated. */
const wrongUrl = (): LlmError =>
  refusal("the options of @switchyard/failover are wrong: shared.redis is no URL such as redis://127.0.0.1:6379")
