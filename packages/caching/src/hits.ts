import { type Answer, type CacheHit, type CallContext, type ProviderResponse, wholeAnswer } from "@switchyard/core"
import type { CachingSettings } from "./CachingOptions.ts"
import type { Joined } from "./Flights.ts"
import { handedOut } from "./ownCopy.ts"
import { paced } from "./paced.ts"

/** An answer that was kept. `storedAt`: ms since 1970. */
export interface KeptAnswer {
  readonly response: ProviderResponse
  readonly provider: string
  readonly storedAt: number
}

/** Somebody reads the parts as they come. */
const isRead = ({ operation, contract }: CallContext): boolean => operation === "stream" && contract !== "hold"

/** A kept answer as it is given at `now`, in ms since 1970. `stale`: it is no longer fresh. */
export const exactHit = (
  { response, provider, storedAt }: KeptAnswer,
  now: number,
  context: CallContext,
  settings: Pick<CachingSettings, "replayCharactersPerSecond">,
  stale = false,
): CacheHit => {
  const ageMs = Math.max(0, Math.round(now - storedAt))
  return {
    answer: replayed(response, context, settings),
    provider,
    cached: stale ? { kind: "exact", ageMs, stale } : { kind: "exact", ageMs },
  }
}

const replayed = (
  response: ProviderResponse,
  context: CallContext,
  { replayCharactersPerSecond: pace }: Pick<CachingSettings, "replayCharactersPerSecond">,
): Answer => {
  const own = handedOut(response)
  return pace === undefined || !isRead(context) ? wholeAnswer(own) : { _tag: "Flowing", parts: paced(own, pace) }
}

/** The answer of another call that is under way. `model`: as this call asks for it; `now` in ms since 1970. */
export const flightHit = (
  { flight, follower }: Joined,
  model: string,
  now: number,
  context: CallContext,
  { joinIdleMs: idleMs }: Pick<CachingSettings, "joinIdleMs">,
): CacheHit => {
  const mayRestart = !isRead(context) || context.contract === "restart"
  const guessed = providerBefore(model, context)
  return {
    answer: { _tag: "Flowing", parts: flight.parts(follower, { mayRestart, idleMs }) },
    inFlight: true,
    // Known when the answer is whole: the kernel reads this after the answer, where it waits for the whole of it.
    get provider() {
      return flight.provider ?? guessed
    },
    cached: { kind: "flight", ageMs: Math.max(0, Math.round(now - flight.startedAt)) },
  }
}

/** The provider that a model names, or the only one there is; else `@flight`. For answers whose provider is not known yet. */
export const providerBefore = (model: string, { providers }: CallContext): string => {
  const named = model.slice(0, Math.max(0, model.indexOf("/")))
  if (providers.get(named) !== undefined) return named
  const [only, another] = providers.all
  return only !== undefined && another === undefined ? only.provider.id : "@flight"
}
