import { candidateName, type LlmError, type LlmRequest, type LlmResponse, textOf } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { type AlertOptions, makeAlertSink } from "./Alerts.ts"
import { type AssessOptions, assess, type Given } from "./Assess.ts"
import type { Assessment } from "./Assessment.ts"
import { type DriftOptions, makeDrift } from "./Drift.ts"
import { type Experiment, type ExperimentOptions, makeExperiment } from "./Experiment.ts"
import { type FailureClusterOptions, type FailureClusters, makeFailureClusters } from "./FailureClusters.ts"
import { type Feedback, type FeedbackOptions, makeFeedback } from "./Feedback.ts"
import { makeStatistics, type Statistics, type StatisticsOptions } from "./Statistics.ts"

/** An A/B test over the calls of a stack. */
export interface TrialOptions extends ExperimentOptions {
  /** The request's tag that says who asks, so that the same one always gets the same variant. Default: the tenant. */
  readonly keyTag?: string
}

export interface QualityOptions extends AssessOptions {
  readonly statistics?: StatisticsOptions
  readonly drift?: DriftOptions
  readonly alerts?: AlertOptions
  readonly failures?: FailureClusterOptions
  readonly feedback?: FeedbackOptions
  readonly experiment?: TrialOptions
}

/** An answer of a stack, with the call that it belongs to. */
export interface Answered {
  readonly id: string
  readonly response: LlmResponse
  readonly request: LlmRequest
}

export interface QualityService {
  /** How good an answer is. Never fails. */
  readonly assess: (answer: string, given?: Given) => Effect.Effect<Assessment>
  /** Takes an assessed answer into the statistics, drift, experiment and feedback. */
  readonly observe: (answered: Answered, assessment: Assessment) => Effect.Effect<void>
  /** The request as the running experiment has it. */
  readonly enter: (request: LlmRequest) => LlmRequest
  readonly statistics: Statistics
  readonly failures: FailureClusters
  readonly feedback: Feedback
  readonly experiment: Experiment | undefined
}

/** Assessments by themselves, and what a stack's plugin has learnt from its answers. */
export class Quality extends Context.Service<Quality, QualityService>()("@switchyard/quality/Quality") {
  static readonly layer = (options: QualityOptions = {}): Layer.Layer<Quality, LlmError> =>
    Layer.effect(Quality, makeQuality(options))
}

/** The numbers of an assessment that are followed over time. */
const metricsOf = (assessment: Assessment): Readonly<Record<string, number>> => {
  const { confidence, relevance, completeness, groundedness, safety, repetition, code, refusal } = assessment
  const all = { confidence, relevance, completeness, groundedness, safety, repetition, code, answered: refusal ? 0 : 1 }
  return Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}

/** As it was asked for: vendors name the same model by its date, and a new date is no new series. */
const modelOf = ({ provider, model, route }: LlmResponse): string => {
  const last = route.attempts.findLast(({ outcome }) => outcome === "ok")
  return last === undefined ? `${provider}/${model}` : candidateName(last.candidate)
}

const keyOf = (request: LlmRequest, keyTag: string | undefined): string | undefined =>
  keyTag === undefined ? request.tenant : request.tags?.[keyTag]

/** Makes the service. Its scope holds the webhook's queue. Fails with `InvalidRequest` for an experiment that makes no sense. */
export const makeQuality = Effect.fnUntraced(function* (
  options: QualityOptions = {},
): Effect.fn.Return<QualityService, LlmError, Scope.Scope> {
  const statistics = makeStatistics(options.statistics)
  const drift = makeDrift(options.drift)
  const failures = makeFailureClusters(options.failures)
  const feedback = makeFeedback(options.feedback)
  const { experiment: trial, ...rest } = options
  const made = trial === undefined ? undefined : makeExperiment(trial)
  if (made !== undefined && "_tag" in made) return yield* made
  const sink = yield* makeAlertSink(options.alerts)

  const observe = Effect.fnUntraced(function* ({ id, response, request }: Answered, assessment: Assessment) {
    const atMs = yield* Clock.currentTimeMillis
    const model = modelOf(response)
    const observation = { model, metrics: metricsOf(assessment), atMs }
    statistics.record(observation)
    for (const { kind, message } of assessment.issues) failures.add({ kind, message, model, atMs })
    const { tenant, tags } = request
    feedback.remember({
      id,
      model,
      answer: textOf(response.content),
      atMs,
      ...(tenant === undefined ? {} : { tenant }),
      ...(tags === undefined ? {} : { tags }),
    })
    made?.record(request, assessment.confidence)
    for (const alert of drift.record(observation)) yield* sink(alert)
  })

  const enter = (request: LlmRequest): LlmRequest => {
    const key = keyOf(request, trial?.keyTag)
    return made === undefined || key === undefined ? request : made.enter(request, key)
  }
  return {
    assess: (answer, given = {}) => assess(answer, given, rest),
    observe,
    enter,
    statistics,
    failures,
    feedback,
    experiment: made,
  }
})
