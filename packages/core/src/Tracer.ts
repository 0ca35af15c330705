import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import type * as EffectTracer from "effect/Tracer"
import type { CallContext, Routable } from "./CallContext.ts"
import { GenAi } from "./GenAi.ts"
import type { LlmError } from "./LlmError.ts"
import { type Candidate, candidateName } from "./RouteTrace.ts"
import type { Usage } from "./Usage.ts"

/** How a span ended. `seconds` is the time since it began. */
export interface SpanOutcome {
  readonly seconds: number
  readonly error?: LlmError
  readonly interrupted?: boolean
  readonly usage?: Usage
  readonly model?: string
  readonly id?: string
  readonly finish?: string
  readonly attempts?: number
  readonly strategy?: string
  readonly cache?: string
}

/** A span that has begun. `span` is the parent of what happens inside. */
export interface ActiveSpan {
  readonly span: EffectTracer.AnySpan | undefined
  readonly end: (outcome: SpanOutcome) => Effect.Effect<void>
}

/** Sees every call and every attempt: at most two spans on the way of a call that succeeds at once. */
export interface Tracer {
  readonly startCall: (request: Routable, context: CallContext) => Effect.Effect<ActiveSpan>
  readonly startAttempt: (
    candidate: Candidate,
    request: Routable,
    parent: ActiveSpan,
    context: CallContext,
  ) => Effect.Effect<ActiveSpan>
}

const tokenUsage = (attributes: Record<string, string>) =>
  Metric.histogram(GenAi.tokenUsageMetric, {
    description: "Tokens per request, by type",
    attributes,
    boundaries: [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864],
  })

const duration = (attributes: Record<string, string>) =>
  Metric.histogram(GenAi.durationMetric, {
    description: "Seconds per request",
    attributes,
    boundaries: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  })

interface Series {
  readonly seconds: Metric.Metric<number, unknown>
  readonly input: Metric.Metric<number, unknown>
  readonly output: Metric.Metric<number, unknown>
}

// Attributes attached per update cost more than the update, so each combination is a metric made once. Bounded: model
// names may come from callers.
const series = new Map<string, Series>()
const maxSeries = 1000

const seriesFor = (operation: string, candidate: Candidate, error: string): Series => {
  const key = `${operation} ${error} ${candidateName(candidate)}`
  const known = series.get(key)
  if (known !== undefined) return known
  const attributes = {
    [GenAi.operation]: operation,
    [GenAi.provider]: candidate.provider,
    [GenAi.requestModel]: candidate.model,
    ...(error === "" ? {} : { [GenAi.errorType]: error }),
  }
  const made: Series = {
    seconds: duration(attributes),
    input: tokenUsage({ ...attributes, [GenAi.tokenType]: "input" }),
    output: tokenUsage({ ...attributes, [GenAi.tokenType]: "output" }),
  }
  if (series.size < maxSeries) series.set(key, made)
  return made
}

const interruptedTag = "cancelled"

const endSpan = (span: EffectTracer.Span, outcome: SpanOutcome): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeNanos, (time) => {
    const set = (name: string, value: unknown) => (value === undefined ? undefined : span.attribute(name, value))
    set(GenAi.responseModel, outcome.model)
    set(GenAi.responseId, outcome.id)
    if (outcome.finish !== undefined) span.attribute(GenAi.finishReasons, [outcome.finish])
    set(GenAi.inputTokens, outcome.usage?.input.total)
    set(GenAi.outputTokens, outcome.usage?.output.total)
    set(GenAi.cacheReadTokens, outcome.usage?.input.cacheRead)
    set(GenAi.attempts, outcome.attempts)
    set(GenAi.strategy, outcome.strategy)
    set(GenAi.cache, outcome.cache)
    const error = outcome.interrupted === true ? interruptedTag : outcome.error?.reason._tag
    set(GenAi.errorType, error)
    span.end(time, outcome.error === undefined ? Exit.void : Exit.fail(outcome.error))
  })

const options = { captureStackTrace: false } as const

const otelOperation = (context: CallContext): string => (context.operation === "embed" ? "embeddings" : "chat")

const endAttempt = (
  span: EffectTracer.Span,
  operation: string,
  candidate: Candidate,
  outcome: SpanOutcome,
): Effect.Effect<void> => {
  const error = outcome.interrupted === true ? interruptedTag : (outcome.error?.reason._tag ?? "")
  const metrics = seriesFor(operation, candidate, error)
  const { input, output } = outcome.usage ?? { input: {}, output: {} }
  const counted = Effect.contextWith((services: Context.Context<never>) => {
    metrics.seconds.updateUnsafe(outcome.seconds, services)
    if (input.total !== undefined) metrics.input.updateUnsafe(input.total, services)
    if (output.total !== undefined) metrics.output.updateUnsafe(output.total, services)
    return Effect.void
  })
  return Effect.andThen(endSpan(span, outcome), counted)
}

/** Default: GenAI spans and metrics on Effect's own tracer and metrics; where no exporter listens they cost microseconds. */
export const genAiTracer: Tracer = {
  startCall: (request, context) =>
    Effect.map(
      Effect.makeSpan(`switchyard ${context.operation}`, {
        ...options,
        attributes: { [GenAi.callId]: context.id, [GenAi.requestModel]: request.model },
      }),
      (span) => ({ span, end: (outcome) => endSpan(span, outcome) }),
    ),
  startAttempt: (candidate, request, parent, context) => {
    const operation = otelOperation(context)
    const attributes: Record<string, unknown> = {
      [GenAi.operation]: operation,
      [GenAi.provider]: candidate.provider,
      [GenAi.requestModel]: candidate.model,
    }
    if (context.operation === "stream") attributes[GenAi.stream] = true
    if (request.maxOutputTokens !== undefined) attributes[GenAi.maxTokens] = request.maxOutputTokens
    if (request.temperature !== undefined) attributes[GenAi.temperature] = request.temperature
    const span = Effect.makeSpan(`${operation} ${candidate.model}`, {
      ...options,
      kind: "client",
      attributes,
      ...(parent.span === undefined ? {} : { parent: parent.span }),
    })
    return Effect.map(span, (active) => ({
      span: active,
      end: (outcome) => endAttempt(active, operation, candidate, outcome),
    }))
  },
}

/** Default: `genAiTracer`. */
export const Tracer = Context.Reference<Tracer>("@switchyard/core/Tracer", { defaultValue: () => genAiTracer })
