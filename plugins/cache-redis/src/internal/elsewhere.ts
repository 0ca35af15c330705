import { freshnessOf } from "@switchyard/caching"
import { LlmError, type LlmRequest } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Parts } from "../RedisCache.ts"
import type { Kept } from "./Kept.ts"
import type { Away } from "./Redis.ts"

/** Messages wake those who wait; as often as this, in ms, they look themselves, since one may have been lost. */
const lookMs = 1000

/**
 * The answer that another process is fetching, once it is kept. Fails when that process gives it up, is gone (its lease has
 * run out), or Redis is. Bounded by the call that waits.
 */
export const elsewhere = (parts: Parts, member: string, request: LlmRequest): Effect.Effect<Kept, LlmError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const watched = yield* parts.changes.watch(member)
      const everyMs = Math.min(lookMs, parts.settings.leaseMs / 2)
      for (;;) {
        const { version } = watched
        const seen = yield* Effect.mapError(look(parts, member, request), lost)
        if (typeof seen === "object") return seen
        if (seen === "nobody") return yield* gaveNothing
        if (watched.version === version) yield* Effect.timeoutOption(watched.latch.await, everyMs)
      }
    }),
  )

/** Whether somebody leads is asked first: who is done then has left an answer. */
const look = Effect.fnUntraced(function* (
  { redis, names, entries, settings }: Parts,
  member: string,
  request: LlmRequest,
) {
  const [leads, entry] = yield* redis.ask((client) =>
    Promise.all([client.exists(names.lease(member)), client.get(names.entry(member))]),
  )
  const kept = entry === null ? undefined : yield* entries.check(member, entry)
  const now = yield* Clock.currentTimeMillis
  const isFresh = typeof kept === "object" && freshnessOf(kept, now, request.policy?.cache, settings) === "fresh"
  if (isFresh) return kept
  return leads === 1 ? ("somebody" as const) : ("nobody" as const)
})

const gaveNothing = Effect.fail(
  LlmError.make({ _tag: "EmptyResponse", message: "the call of another process that was joined gave no whole answer" }),
)

const lost = ({ why }: Away): LlmError =>
  LlmError.make({ _tag: "Network", message: `Redis was lost while another process was fetching the answer: ${why}` })
