import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Answer, foldPull, openedAnswer, wholeAnswer } from "../Answer.ts"
import type { Job } from "../Call.ts"
import { LlmError } from "../LlmError.ts"
import type { Attempt } from "../Middleware.ts"
import type { Provider } from "../Provider.ts"
import type { RegisteredProvider } from "../Providers.ts"
import type { LlmRequest, Timeouts } from "../Request.ts"
import type { ProviderResponse } from "../Response.ts"
import { hearingHeaders } from "../ResponseHeaders.ts"
import type { Candidate } from "../RouteTrace.ts"
import type { StreamPart } from "../StreamPart.ts"
import { defaultIdleMs } from "./ActiveCall.ts"
import { guard, pluginFailure } from "./guard.ts"
import { openStream, timeout } from "./openStream.ts"
import type { AttemptAccount } from "./settleAttempt.ts"

/** An attempt with the middleware around it: the first stage is the outermost. */
export const withMiddleware = ({ stack, call }: Job, candidate: Candidate, innermost: Attempt): Attempt => {
  let next = innermost
  for (const { middleware, plugin } of stack.onAttempt) {
    const inner = next
    const around = middleware.attempt
    if (around !== undefined) next = (request) => guard(plugin, () => around(request, candidate, inner, call))
  }
  return next
}

type Account = Pick<AttemptAccount, "opened" | "heard">

/** Exactly one request to the provider: whole, or opened up to its first content. */
export const openAttempt = (
  job: Job,
  candidate: Candidate,
  registered: RegisteredProvider,
  request: LlmRequest,
  account: Account,
): Effect.Effect<Answer, LlmError> => {
  const opened = open(job, candidate, registered, request, account)
  return job.stack.onSettled.length === 0 ? opened : hearingHeaders(opened, account.heard)
}

const open = (
  job: Job,
  candidate: Candidate,
  { provider, plugin }: RegisteredProvider,
  request: LlmRequest,
  account: Account,
): Effect.Effect<Answer, LlmError> => {
  const timeouts = request.policy?.timeouts
  const gaps =
    timeouts?.firstContent !== undefined ||
    timeouts?.idle !== undefined ||
    timeouts?.throughput !== undefined ||
    job.call.operation === "stream"
  const { generate } = provider
  if (generate !== undefined && (provider.stream === undefined || (job.mode === "whole" && !gaps))) {
    const whole = guard(plugin, () => generate(request))
    return bounded(
      job,
      timeouts,
      Effect.flatMap(whole, (response) => checked(plugin, response)),
    )
  }
  const limits = {
    firstContent: timeouts?.firstContent ?? Infinity,
    idle: timeouts?.idle ?? defaultIdleMs,
    total: timeouts?.total ?? Infinity,
    call: job.call.remainingMs(),
    throughput: timeouts?.throughput,
    deadline: () => job.call.deadlinePassed(),
  }
  const opened = openStream(plugin, () => partsFrom(provider, request), limits, job.scope)
  if (job.mode === "flowing") {
    return Effect.map(opened, ({ pull, close, slowestGapMs }) => {
      account.opened(slowestGapMs)
      return openedAnswer(pull, close)
    })
  }
  return Effect.flatMap(opened, ({ pull, close, slowestGapMs }) => {
    account.opened(slowestGapMs)
    return Effect.ensuring(Effect.map(foldPull(pull, candidate.model), wholeAnswer), close)
  })
}

/** Types promise a response; authors without types may give something else. */
const checked = (plugin: string, response: ProviderResponse | null | undefined): Effect.Effect<Answer, LlmError> => {
  const missing = missingIn(response)
  if (missing === undefined && response) return Effect.succeed(wholeAnswer(response))
  return Effect.fail(pluginFailure(plugin, new TypeError(`generate gave a response without ${missing ?? "anything"}`)))
}

const missingIn = (response: ProviderResponse | null | undefined): string | undefined => {
  if (typeof response !== "object" || response === null) return "anything"
  const { content, finish, usage, warnings } = response
  if (!Array.isArray(content) || !content.every((part) => typeof part?.type === "string"))
    return "a list of parts as content"
  if (typeof finish?.unified !== "string") return "a finish"
  if (typeof usage?.input !== "object" || typeof usage.output !== "object") return "usage"
  return Array.isArray(warnings) ? undefined : "a list of warnings"
}

const partsFrom = (provider: Provider, request: LlmRequest): Stream.Stream<StreamPart, LlmError> => {
  const { stream } = provider
  if (stream === undefined) return Stream.fail(unsupported(provider.id, "generate or stream"))
  const parts = stream(request)
  return Stream.isStream(parts) ? parts : Stream.die(new TypeError("stream gave no Stream"))
}

export const unsupported = (provider: string, feature: string): LlmError =>
  LlmError.make({ _tag: "Unsupported", feature, message: `the provider "${provider}" cannot ${feature}` }, { provider })

/** A whole answer comes at once: its first content is its end. Whole calls have a timer for their deadline already. */
const bounded = <A>(
  job: Job,
  timeouts: Timeouts | undefined,
  effect: Effect.Effect<A, LlmError>,
): Effect.Effect<A, LlmError> => {
  const { firstContent = Infinity, total = Infinity } = timeouts ?? {}
  const call = job.mode === "flowing" ? job.call.remainingMs() : Infinity
  const ms = Math.min(firstContent, total, call)
  if (!Number.isFinite(ms)) return effect
  const late = () =>
    ms === call ? job.call.deadlinePassed() : timeout(firstContent <= total ? "first-content" : "total", ms)
  return Effect.timeoutOrElse(effect, { duration: ms, orElse: () => Effect.fail(late()) })
}
