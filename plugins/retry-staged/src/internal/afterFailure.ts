import { candidateName, type LlmError, type LlmRequest } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { allowanceOf, kindOf } from "./allowances.ts"
import { askedMs, backoffMs } from "./backoff.ts"
import type { RetryBudget } from "./RetryBudget.ts"
import { type Decided, type Situation, stop } from "./Situation.ts"
import { attemptsAt, failuresAt, failuresLike, tallyOf } from "./tally.ts"

/** Does this kind of failure pass by itself? Are attempts, time and the shared budget left? How long to wait? */
export const afterFailure = Effect.fnUntraced(function* (
  situation: Situation,
  error: LlmError,
  budget: RetryBudget | undefined,
) {
  const { failure, history, context, state } = situation
  const { settings, waited } = state
  // The feedback that this candidate was given is for the next one too.
  const kept = tallyOf(history).rejected > 0 ? (request: LlmRequest) => request : undefined
  const refused = refusal(situation, error)
  if (refused !== undefined) return stop(refused, kept)
  const name = candidateName(failure.candidate)
  const { retryAfterMs } = error.reason
  const random = yield* Random.next
  const asked = retryAfterMs !== undefined && retryAfterMs > 0
  const delayMs = asked
    ? askedMs(retryAfterMs, random)
    : backoffMs(settings, failuresAt(history, failure.candidate) - 1, waited.get(name), random)
  if (!(delayMs < context.remainingMs())) return stop("the next attempt would start after the deadline", kept)
  const now = yield* Clock.currentTimeMillis
  if (budget?.take(failure.candidate.provider, now) === false) {
    const spent = `the retry budget of "${failure.candidate.provider}" is spent: too many of its calls fail at once`
    return stop(spent, kept)
  }
  if (!asked) waited.set(name, delayMs)
  const why = asked ? `${kindOf(error)}, and the provider said when` : `${kindOf(error)} may pass by itself`
  return { decision: { _tag: "Retry", delayMs }, why } satisfies Decided as Decided
})

/** Why a failure is not retried, if it is not. */
const refusal = ({ failure, history, state: { settings } }: Situation, error: LlmError): string | undefined => {
  const kind = kindOf(error)
  const name = candidateName(failure.candidate)
  const allowed = allowanceOf(error, settings.perKind)
  if (allowed === 0) return `${kind} is not retried`
  const alike = failuresLike(failure, history)
  if (alike > allowed) return `${alike} times ${kind} at ${name}`
  const here = attemptsAt(history, failure.candidate)
  if (here >= settings.maxAttempts) return `${here} attempts at ${name} are spent`
  const { total } = tallyOf(history)
  if (total >= settings.maxTotalAttempts) return `all ${total} attempts of this call are spent`
  const { retryAfterMs } = error.reason
  return retryAfterMs !== undefined && retryAfterMs > settings.maxRetryAfterMs
    ? `${name} asks to wait ${Math.round(retryAfterMs)} ms, more than the ${settings.maxRetryAfterMs} ms that are allowed`
    : undefined
}
