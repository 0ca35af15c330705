import { type Answer, type CacheHit, type CallContext, type LlmRequest, unfold, wholeAnswer } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Settings } from "../Options.ts"
import type { Parts } from "../RedisCache.ts"
import { elsewhere } from "./elsewhere.ts"
import type { Flight } from "./Flight.ts"
import type { Kept } from "./Kept.ts"
import { handedOut } from "./ownCopy.ts"
import { paced } from "./paced.ts"

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
  return {
    answer: replay(kept, context, settings),
    provider: kept.provider,
    cached: { kind: "exact", ageMs: Math.max(0, Math.round(now - kept.storedAt)), ...(stale ? { stale } : {}) },
  }
}

const isRead = ({ operation, contract }: CallContext): boolean => operation === "stream" && contract !== "hold"

const replay = ({ response }: Kept, context: CallContext, { replayCharactersPerSecond: pace }: Settings): Answer => {
  const own = handedOut(response)
  return pace === undefined || !isRead(context) ? wholeAnswer(own) : { _tag: "Flowing", parts: paced(own, pace) }
}

/** Another call of this process that asks the same, to be followed. */
export const follow = (
  { flights, tally, settings }: Parts,
  member: string,
  { model }: LlmRequest,
  context: CallContext,
  now: number,
): CacheHit | undefined => {
  const flight: Flight | undefined = flights.join(member, context)
  if (flight === undefined) return undefined
  tally.add("joined")
  const mayRestart = !isRead(context) || context.contract === "restart"
  const guessed = providerBefore(model, context)
  return {
    answer: { _tag: "Flowing", parts: flight.follow({ mayRestart, idleMs: settings.joinIdleMs }) },
    inFlight: true,
    // Known when the answer is whole: the kernel reads this after the answer, where it waits for the whole of it.
    get provider() {
      return flight.provider ?? guessed
    },
    cached: { kind: "flight", ageMs: Math.max(0, Math.round(now - flight.startedAt)) },
  }
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

/** The provider that a model names, or the only one there is. */
const providerBefore = (model: string, { providers }: CallContext): string => {
  const named = model.slice(0, Math.max(0, model.indexOf("/")))
  if (providers.get(named) !== undefined) return named
  const [only, another] = providers.all
  return only !== undefined && another === undefined ? only.provider.id : "@flight"
}
