import { exactHit, flightHit, providerBefore } from "@switchyard/caching"
import { type CacheHit, type CallContext, type LlmRequest, unfold } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Parts } from "../RedisCache.ts"
import { elsewhere } from "./elsewhere.ts"
import type { Kept } from "./Kept.ts"

/** An entry as it is given. */
export const hit = (
  { tally, settings }: Parts,
  kept: Kept,
  now: number,
  context: CallContext,
  stale = false,
): CacheHit => {
  tally.add("hits")
  tally.saved(kept)
  if (stale) tally.add("stale")
  return exactHit(kept, now, context, settings, stale)
}

/** Another call of this process that asks the same, to be followed. */
export const follow = (
  { flights, tally, settings }: Parts,
  member: string,
  { model }: LlmRequest,
  context: CallContext,
  now: number,
): CacheHit | undefined => {
  const joined = flights.join(member, context)
  if (joined === undefined) return undefined
  tally.add("joined")
  return flightHit(joined, model, now, context, settings)
}

/** The answer of another process's call, as soon as it is kept. */
export const fromElsewhere = (parts: Parts, member: string, request: LlmRequest, context: CallContext): CacheHit => {
  const { flights, tally } = parts
  flights.joins(context)
  tally.add("joinedElsewhere")
  let provider = providerBefore(request.model, context)
  const parted = Effect.map(elsewhere(parts, member, request), (kept) => {
    provider = kept.provider
    tally.saved(kept)
    return Stream.fromArray(unfold(kept.response))
  })
  return {
    answer: { _tag: "Flowing", parts: Stream.unwrap(parted) },
    inFlight: true,
    get provider() {
      return provider
    },
    cached: { kind: "flight", ageMs: 0 },
  }
}
