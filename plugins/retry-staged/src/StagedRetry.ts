/**
 * The decision after an attempt that did not count:
 *
 *   failed     does this kind of failure pass by itself?  are attempts, time and the shared budget left?  how long to wait?
 *   rejected   the same model with feedback, then with a tool, then a stronger model, then a person
 */
import { type CallContext, candidateName, type LlmRequest, type RetryPolicy } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { AttemptDecision } from "./AttemptRecord.ts"
import { afterFailure } from "./internal/afterFailure.ts"
import { afterRejection, rejectionOf } from "./internal/afterRejection.ts"
import type { AttemptLog } from "./internal/AttemptLog.ts"
import { callSettings } from "./internal/callSettings.ts"
import { Feedback } from "./internal/Feedback.ts"
import type { RetryBudget } from "./internal/RetryBudget.ts"
import { type Given, settle } from "./internal/settings.ts"
import type { CallState, Decided, Situation } from "./internal/Situation.ts"
import { lastAttempt } from "./internal/tally.ts"

/** What a staged retry stands on. Without a budget retries are bounded per call only. */
export interface StagedRetryParts {
  readonly options: Given
  readonly budget: RetryBudget | undefined
  readonly log: AttemptLog
}

/** A retry policy that waits as it should, tells the model what was wrong, and goes up stage by stage. */
export const makeStagedRetry = ({ options, budget, log }: StagedRetryParts): RetryPolicy => {
  const usual = settle(options)
  const states = new WeakMap<CallContext, CallState>()
  const feedback = new Feedback()

  const stateOf = (context: CallContext, request: LlmRequest | undefined): CallState => {
    const known = states.get(context)
    if (known !== undefined) return known
    const settings = callSettings(request?.policy?.retry, options, usual, context)
    const state: CallState = { settings, waited: new Map(), strongerMissing: false, settled: 0 }
    states.set(context, state)
    return state
  }

  return {
    next: Effect.fnUntraced(function* (failure, history, context, request) {
      const situation: Situation = { failure, history, context, request, state: stateOf(context, request) }
      const rejection = rejectionOf(failure)
      const decided =
        failure._tag === "Failed" && rejection === undefined
          ? yield* afterFailure(situation, failure.error, budget)
          : afterRejection(
              situation,
              rejection ?? { candidate: failure.candidate, content: [], earlier: [], verdicts: [] },
              feedback,
            )
      tell(context, decided)
      if (situation.state.settings.debugMode) yield* record(log, situation, decided)
      return decided.decision
    }),
    settled: (attempt, context, { request, response }) => {
      const { candidate, outcome, verdict, ms } = attempt
      if (outcome === "ok") budget?.give(candidate.provider)
      if (!usual.debugMode && request?.policy?.retry === undefined) return Effect.void
      const state = stateOf(context, request)
      state.settled++
      if (outcome !== "ok" || !state.settings.debugMode) return Effect.void
      return Effect.map(Clock.currentTimeMillis, (atMs) =>
        log.add({
          atMs,
          result: { _tag: "Answered", candidate, response, verdict },
          attempt: state.settled,
          ms,
          call: context.id,
          request,
          decision: { kind: "answer", why: verdict === undefined ? "it came whole" : "it came whole and is valid" },
          config: state.settings.tool?.config,
        }),
      )
    },
  }
}

const record = (log: AttemptLog, { failure, history, context, request, state }: Situation, decided: Decided) =>
  Effect.map(Clock.currentTimeMillis, (atMs) =>
    log.add({
      atMs,
      result: failure,
      // The history goes on growing while the line waits to be written.
      attempt: history.length,
      ms: lastAttempt(failure, history)?.ms,
      call: context.id,
      request,
      decision: summary(decided),
      config: state.settings.tool?.config,
    }),
  )

/** The kernel says itself that it tries again, or that it escalates. What it cannot know is why, or why not. */
const tell = (context: CallContext, { decision, why, feedback }: Decided): void => {
  if (decision._tag === "Stop") context.decide("retry", `not again: ${why}`)
  else if (decision._tag === "Retry") context.decide("retry", feedback === true ? `with feedback: ${why}` : why)
}

const summary = ({ decision, why, feedback, tool }: Decided): AttemptDecision => ({
  kind: decision._tag === "Retry" ? "retry" : decision._tag === "Escalate" ? "escalate" : "stop",
  why,
  ...(decision._tag === "Retry" ? { delayMs: Math.round(decision.delayMs) } : {}),
  ...(decision._tag === "Retry" && decision.candidate !== undefined
    ? { candidate: candidateName(decision.candidate) }
    : {}),
  ...(feedback === undefined ? {} : { feedback }),
  ...(tool === undefined ? {} : { tool }),
})
