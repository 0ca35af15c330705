import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type { LlmError } from "@switchyard/core"
import type { Options } from "../Options.ts"
import { connection, defaultStore, plugin, type StoreUrl } from "./connection.ts"
import { Ledger } from "./Ledger.ts"
import { settlePolicy } from "./Policy.ts"
import { Scribe } from "./Scribe.ts"
import { makeWebhook, type Webhook } from "./Webhook.ts"

export interface Engine {
  readonly ledger: Ledger
  readonly scribe: Scribe
  readonly webhook: Webhook
  readonly now: () => number
  readonly newId: (now: number) => string
  readonly store: StoreUrl
}

const closeMs = 2000
const forgetEveryMs = 3_600_000
const silent: Webhook = { tell: () => undefined }

/** How often others' incidents are looked at and quiet ones closed: often enough for the shortest quiet period. */
const sweepEvery = ({ policy = {}, policies = {} }: Options): number => {
  const all = [policy, ...Object.values(policies).map((own) => ({ ...policy, ...own }))]
  const shortest = Math.min(...all.map((given) => settlePolicy(given).quietMs))
  return Math.min(30_000, Math.max(1000, shortest / 10))
}

/** Counting, and a fiber that writes and closes behind it. Ends, flushed, with the scope. */
export const makeEngine: (options: Options) => Effect.Effect<Engine, never, Scope.Scope> = Effect.fnUntraced(
  function* (options) {
    const clock = yield* Clock.Clock
    const random = yield* Random.Random
    const now = () => clock.currentTimeMillisUnsafe()
    const newId = (at: number) =>
      `inc-${at.toString(36)}-${Math.floor(random.nextDoubleUnsafe() * 2 ** 40).toString(36)}`
    const store = options.store ?? defaultStore
    const wake = yield* Queue.sliding<void>(1)
    const ledger = new Ledger({
      policy: options.policy ?? {},
      policies: options.policies ?? {},
      maxPlaces: options.maxPlaces ?? 1000,
      ignore: new Set(options.ignore),
      newId,
      opened: () => void Queue.offerUnsafe(wake, undefined),
    })
    const connected = yield* connection(store)
    const webhook = options.webhook === undefined ? silent : yield* makeWebhook(options.webhook)
    const scribe = new Scribe({ ledger, connection: connected, now, tell: webhook.tell })
    yield* keep(options, { ledger, scribe, now }, Queue.take(wake))
    return { ledger, scribe, webhook, now, newId, store }
  },
)

const keep = Effect.fnUntraced(function* (
  options: Options,
  { ledger, scribe, now }: Pick<Engine, "ledger" | "scribe" | "now">,
  woken: Effect.Effect<void>,
) {
  const { flushMs = 1000, keepDays = 90 } = options
  const sweepMs = sweepEvery(options)
  let [swept, forgot, down] = [Number.NEGATIVE_INFINITY, now(), false]
  const work = Effect.gen(function* () {
    yield* scribe.flush
    if (now() - swept >= sweepMs) {
      yield* scribe.sweep
      swept = now()
      ledger.prune(swept)
    }
    if (now() - forgot >= forgetEveryMs) {
      forgot = now()
      yield* scribe.use((kept) => kept.forget(forgot - Duration.toMillis(Duration.days(keepDays))))
    }
    down = false
  })
  const failed = (cause: Cause.Cause<LlmError>) =>
    Effect.suspend(() => {
      if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
      ledger.prune(now())
      if (down) return Effect.void
      down = true
      const error = Cause.findErrorOption(cause)
      return error._tag === "Some"
        ? Effect.logWarning(`${plugin}: ${error.value.reason.message}. Calls go on, and it is tried again`)
        : Effect.logWarning(`${plugin} failed. Calls go on, and it is tried again`, cause)
    })
  const round = Effect.catchCause(work, failed)
  const next = Effect.timeoutOption(woken, flushMs)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(round, next)))
  // Added after the fork, so that it runs before the writer is interrupted.
  yield* Effect.addFinalizer(() =>
    Effect.interruptible(Effect.timeoutOption(Effect.catchCause(scribe.flush, failed), closeMs)),
  )
})
