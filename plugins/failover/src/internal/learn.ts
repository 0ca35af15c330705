import { type CallContext, LlmError, type Reason } from "@switchyard/core"
import { decide, type Engine } from "./Engine.ts"
import { candidateOf, type Failure, type Journey, otherKeys, windowOf } from "./Journey.ts"
import type { Lane } from "./Lane.ts"
import { type Action, actionFor, kindOf, spoilsProvider } from "./policy.ts"

const meaning: Readonly<Record<Action, string>> = {
  stop: "nobody else is asked",
  next: "the next candidate",
  larger: "only a larger context window can help",
  key: "another key, else the next candidate",
  local: "a local model, else the next candidate",
}

/** Takes in what a failure means for the others. */
export const learn = (engine: Engine, journey: Journey, failure: Failure, context: CallContext): Action => {
  const { candidate, error } = failure
  const { reason } = error
  const { policy, options, lanes, world } = engine
  const lane = lanes.of(candidate)
  journey.failures.push(failure)
  const action = context.remainingMs() > 0 ? actionFor(policy, error) : "stop"
  decide(context, `${lane.name} failed (${kindOf(reason)}): ${meaning[action]}`)
  if (error.retryAfterMs !== undefined) {
    lane.breaker.keepOpen(error.retryAfterMs)
    lane.restUntil = world.now() + Math.min(error.retryAfterMs, lane.breaker.settings.openMaxMs)
  }
  if (spoilsProvider(kindOf(reason))) (journey.spoiled ??= new Set()).add(candidate.provider)
  if (action === "larger") {
    const known = windowOf(candidate, context) ?? Number.POSITIVE_INFINITY
    journey.windowAbove = Math.max(journey.windowAbove ?? 0, told(reason) ?? known)
  }
  if (action === "local") {
    const local = (options.local ?? []).map((name) => candidateOf(name, "local model"))
    journey.first([...local, ...otherKeys(candidate, options)])
  }
  if (action === "key") journey.first(otherKeys(candidate, options))
  return action
}

/** The window that the provider itself says is too small, in tokens. */
const told = (reason: Reason): number | undefined =>
  reason._tag !== "ContextTooLong" || (reason.limit === undefined && reason.requested === undefined)
    ? undefined
    : Math.max(reason.limit ?? 0, (reason.requested ?? 1) - 1)

/** The failure of a call that nobody answered: that of the one candidate, or of all. */
export const outcomeOf = ({ failures, passed, attempts }: Journey, now: number): LlmError => {
  const last = failures.at(-1)
  if (last === undefined) return allOpen(passed, now)
  // Of the others nobody can do better: the caller must shorten what it asks.
  if (failures.length === 1 || kindOf(last.error.reason) === "ContextTooLong") return last.error
  const names = failures.map(
    ({ candidate, error }) => `${candidate.provider}/${candidate.model} (${error.reason._tag})`,
  )
  const waits = failures.flatMap(({ error }) => (error.retryAfterMs === undefined ? [] : [error.retryAfterMs]))
  return LlmError.make({
    _tag: "AllCandidatesFailed",
    message: `all candidates failed: ${names.join(", ")}`,
    attempts: [...attempts],
    ...(waits.length === 0 ? {} : { retryAfterMs: Math.min(...waits) }),
  })
}

/** In ms until a candidate may be asked again. */
export const waitOf = ({ breaker, restUntil }: Lane, now: number): number =>
  Math.max(breaker.retryInMs(), restUntil - now)

const allOpen = (passed: Journey["passed"], now: number): LlmError => {
  const names = passed.map(({ lane }) => lane.name)
  const waits = passed.map(({ lane }) => waitOf(lane, now)).filter((ms) => Number.isFinite(ms))
  const soonest = waits.length === 0 ? undefined : Math.ceil(Math.min(...waits))
  const when = soonest === undefined ? "until an operator closes one" : `for another ${soonest} ms`
  const message =
    names.length === 0 ? "no candidate may be asked" : `no candidate may be asked ${when}: ${names.join(", ")}`
  const [only] = passed
  const where = passed.length === 1 && only !== undefined ? only.candidate : undefined
  return LlmError.make(
    { _tag: "CircuitOpen", message, ...(soonest === undefined ? {} : { retryAfterMs: soonest }) },
    where === undefined ? {} : { provider: where.provider, model: where.model },
  )
}
