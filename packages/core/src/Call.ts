/**
 * The path of a call, top to bottom:
 *
 *   obtain    cache? else WHERE could it go (Router), WHO is next (Failover)
 *   dispatch  AGAIN? one candidate, until RetryPolicy says stop or Escalation answers
 *   attempt   ONCE: middleware around one request to the provider, opened up to its first content, then validated
 *   conclude  middleware.response, Cache.store, the response with its trace
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ParentSpan } from "effect/Tracer"
import { type Answer, answerResponse, wholeAnswer } from "./Answer.ts"
import type { CacheHit } from "./Cache.ts"
import type { ActiveCall } from "./internal/ActiveCall.ts"
import { isCachedAnswer, type DispatchOptions } from "./Failover.ts"
import { lookup, lookupStale, store } from "./internal/cacheSteps.ts"
import { checkedVerdict } from "./internal/checkedVerdict.ts"
import { given, guard } from "./internal/guard.ts"
import { openAttempt, withMiddleware } from "./internal/openAttempt.ts"
import { routeOf } from "./internal/routeOf.ts"
import { type AttemptOutcome, settleAttempt } from "./internal/settleAttempt.ts"
import { LlmError } from "./LlmError.ts"
import type { RegisteredProvider } from "./Providers.ts"
import type { LlmRequest } from "./Request.ts"
import type { Cached, LlmResponse, ProviderResponse } from "./Response.ts"
import type { AttemptFailure } from "./RetryPolicy.ts"
import { type Candidate, candidateName } from "./RouteTrace.ts"
import type { Stack } from "./Stack.ts"
import type { ActiveSpan } from "./Tracer.ts"
import { mergeVerdicts, type Validator } from "./Validator.ts"
import type { Verdict } from "./Verdict.ts"

/** A validator that this call asked for, made with its parameters. */
export interface NamedValidator {
  readonly plugin: string
  readonly validator: Validator
}

/** Everything that one call carries along its path. */
export interface Job {
  readonly stack: Stack
  readonly call: ActiveCall
  readonly request: LlmRequest
  readonly validators: ReadonlyArray<NamedValidator>
  readonly span: ActiveSpan
  /** `whole`: attempts end with a complete, validated answer. `flowing`: with the first content of a stream. */
  readonly mode: "whole" | "flowing"
  /** Open as long as the call: connections of flowing answers hang on it. */
  readonly scope: Scope.Scope
  /** The canonical hash, only where a cache is installed and allowed. */
  readonly key: string | undefined
}

/** An answer and where it came from. `settle` records how the attempt ended, for answers that still flow. */
export interface Obtained {
  readonly candidate: Candidate
  readonly answer: Answer
  readonly verdict?: Verdict
  readonly cached?: Cached
  /** Why it is less than what was asked for. */
  readonly degraded?: string
  readonly settle: (outcome: AttemptOutcome) => Effect.Effect<void>
}

const settled = () => Effect.void

/** An answer from the cache, or from the first candidate that gives one. */
export const obtain = Effect.fnUntraced(function* (job: Job, found: Effect.Effect<CacheHit | undefined> = lookup(job)) {
  const { stack, call } = job
  const hit = yield* found
  if (hit !== undefined) {
    const { answer, cached, provider } = hit
    const candidate: Candidate = { provider, model: job.request.model }
    return { candidate, answer, cached, settle: settled } satisfies Obtained as Obtained
  }
  const route = yield* routeOf(stack, job.request, call)
  call.routed(route)
  return yield* given(stack.nameOf("failover"), "an answer", () =>
    stack.failover.run(route.candidates, (candidate, options) => dispatch(job, candidate, job.request, options), call),
  )
})

/** The cache's answer to this request, however old. */
const fromCache = Effect.fnUntraced(function* (job: Job, degraded = "an old answer from the cache") {
  const hit = yield* lookupStale(job)
  if (hit === undefined) {
    return yield* LlmError.make({ _tag: "NoRoute", message: "the cache holds no answer to this request" })
  }
  const candidate: Candidate = { provider: hit.provider, model: job.request.model }
  return { candidate, answer: hit.answer, cached: hit.cached, degraded, settle: settled } satisfies Obtained as Obtained
})

/** One candidate, as often as the retry policy wants; the policy may go on with a stronger one. */
export const dispatch = Effect.fnUntraced(function* (
  job: Job,
  first: Candidate,
  request: LlmRequest,
  options?: DispatchOptions,
) {
  if (isCachedAnswer(first)) return yield* fromCache(job, options?.degraded)
  const { stack, call } = job
  let candidate = first
  // Another candidate begins where the one before it ended; a partial answer that is continued has a request of its own.
  let asked = request === job.request ? (call.amended ?? request) : request
  const leftMs = shareOf(call, options)
  for (;;) {
    const current: LlmRequest = { ...capped(withTimeouts(asked, options), job.mode, leftMs()), model: candidate.model }
    const registered = stack.providers.get(candidate.provider)
    if (registered === undefined) {
      const message = `the route names the provider "${candidate.provider}", which is not installed`
      return yield* LlmError.make({ _tag: "NoRoute", message })
    }
    const result = yield* attempt(job, candidate, registered, current)
    if (result._tag === "Obtained") {
      const { degraded } = options ?? {}
      return degraded === undefined ? result.obtained : { ...result.obtained, degraded }
    }
    const { failure } = result
    const decision = yield* given(stack.nameOf("retry"), "a decision", () =>
      stack.retry.next(failure, call.attempts, call, current),
    )
    if (decision._tag === "Stop") {
      const { amend } = decision
      if (amend !== undefined) call.amended = yield* amendedBy(stack, amend, asked)
      return yield* errorOf(failure)
    }
    if (decision._tag === "Escalate") return yield* escalate(job, failure, current, decision.reason)
    if (!(decision.delayMs < call.remainingMs())) {
      call.decide("retry", `the next attempt would start after the deadline (in ${Math.round(decision.delayMs)} ms)`)
      return yield* errorOf(failure)
    }
    if (!(decision.delayMs < leftMs())) {
      call.decide(
        "retry",
        `the next attempt (in ${Math.round(decision.delayMs)} ms) would leave the other candidates no time`,
      )
      return yield* errorOf(failure)
    }
    const { amend, candidate: next = candidate } = decision
    const again = next === candidate ? `${candidateName(next)} again` : `${candidateName(next)} instead`
    call.decide("retry", `${again} in ${Math.round(decision.delayMs)} ms`)
    if (decision.delayMs > 0) yield* Effect.sleep(decision.delayMs)
    candidate = next
    if (amend !== undefined) asked = yield* amendedBy(stack, amend, asked)
  }
})

const amendedBy = (stack: Stack, amend: (request: LlmRequest) => LlmRequest, request: LlmRequest) =>
  given(stack.nameOf("retry"), "a request", () => Effect.succeed(amend(request)))

/** The request's own timeouts win. */
const withTimeouts = (request: LlmRequest, options: DispatchOptions | undefined): LlmRequest =>
  options?.timeouts === undefined
    ? request
    : { ...request, policy: { ...request.policy, timeouts: { ...options.timeouts, ...request.policy?.timeouts } } }

/** What is left, in ms, of the time that a candidate may take. */
const shareOf = (call: ActiveCall, options: DispatchOptions | undefined): (() => number) => {
  const withinMs = options?.withinMs
  if (withinMs === undefined) return unbounded
  const until = call.elapsedMs() + withinMs
  return () => until - call.elapsedMs()
}
const unbounded = (): number => Infinity

/** Nor does an attempt take longer than what is left, however long the request would wait for it. */
const capped = (request: LlmRequest, mode: Job["mode"], leftMs: number): LlmRequest => {
  if (leftMs === Infinity) return request
  const bound = mode === "flowing" ? "firstContent" : "total"
  const own = request.policy?.timeouts
  const ms = Math.max(1, Math.min(own?.[bound] ?? Infinity, leftMs))
  if (ms === own?.[bound]) return request
  return { ...request, policy: { ...request.policy, timeouts: { ...own, [bound]: ms } } }
}

const errorOf = (failure: AttemptFailure): LlmError =>
  failure._tag === "Failed" ? failure.error : rejection(failure.candidate, failure.verdict)

/** The failure that a rejected answer amounts to when nobody tries again. */
export const rejection = ({ provider, model }: Candidate, verdict: Verdict): LlmError => {
  const message = `the answer is not valid: ${verdict.issues[0]?.message ?? "a validator rejected it"}`
  return LlmError.make({ _tag: "OutputInvalid", verdicts: [verdict], message }, { provider, model })
}

/** What an answer tells about its attempt. */
export const outcomeOf = (response: ProviderResponse): AttemptOutcome => ({
  usage: response.usage,
  model: response.model,
  finish: response.finish.unified,
  response,
  ...(response.id === undefined ? {} : { id: response.id }),
})

const escalate = Effect.fnUntraced(function* (job: Job, failure: AttemptFailure, request: LlmRequest, reason: string) {
  const { stack, call } = job
  call.decide("escalation", reason)
  const response = yield* guard(stack.nameOf("escalation"), () =>
    stack.escalation.escalate(reason, failure, request, call),
  )
  const obtained: Obtained = { candidate: failure.candidate, answer: wholeAnswer(response), settle: settled }
  return obtained
})

type AttemptResult =
  | { readonly _tag: "Obtained"; readonly obtained: Obtained }
  | { readonly _tag: "Failure"; readonly failure: AttemptFailure }

/** One request to the provider, middleware around it, the answer validated when it is whole. */
const attempt = Effect.fnUntraced(function* (
  job: Job,
  candidate: Candidate,
  registered: RegisteredProvider,
  request: LlmRequest,
) {
  const { stack, call } = job
  const where = call.attempting(candidate)
  const span = yield* stack.tracer.startAttempt(candidate, request, job.span, call)
  const account = settleAttempt(stack, call, candidate, span, request)
  const { settle } = account
  const send = withMiddleware(job, candidate, (amended) => openAttempt(job, candidate, registered, amended, account))
  const judged = Effect.flatMap(inSpan(span, send(request)), (answer) => judge(job, candidate, request, answer))
  const result = yield* Effect.onInterrupt(Effect.result(judged), () => settle({ interrupted: true }))
  if (result._tag === "Failure") {
    const error = LlmError.of(result.failure, where)
    yield* settle({ error })
    return failed({ _tag: "Failed", candidate, error })
  }
  const { answer, response, verdict } = result.success
  if (response === undefined) return succeeded({ candidate, answer, settle })
  yield* settle({ ...outcomeOf(response), ...(verdict === undefined ? {} : { verdict }) })
  if (verdict !== undefined && !verdict.ok) return failed({ _tag: "Rejected", candidate, response, verdict })
  const content = verdict?.repaired === undefined ? response : { ...response, content: verdict.repaired }
  return succeeded({ candidate, answer: wholeAnswer(content), settle: settled, ...(verdict ? { verdict } : {}) })
})

const failed = (failure: AttemptFailure): AttemptResult => ({ _tag: "Failure", failure })
const succeeded = (obtained: Obtained): AttemptResult => ({ _tag: "Obtained", obtained })

const inSpan = <A>(span: ActiveSpan, effect: Effect.Effect<A, LlmError>): Effect.Effect<A, LlmError> =>
  span.span === undefined ? effect : Effect.provideService(effect, ParentSpan, span.span)

interface Judged {
  readonly answer: Answer
  readonly response?: ProviderResponse
  readonly verdict?: Verdict
}

/** A flowing answer is judged when it has flowed; a whole one now. */
const judge = Effect.fnUntraced(function* (job: Job, candidate: Candidate, request: LlmRequest, answer: Answer) {
  if (job.mode === "flowing") return { answer } satisfies Judged as Judged
  const response = yield* answerResponse(answer, candidate.model)
  const verdict = yield* validate(job, response, request)
  return { answer, response, ...(verdict === undefined ? {} : { verdict }) } satisfies Judged as Judged
})

/** The verdict of all validators that the call asked for; `undefined` when it asked for none. */
export const validate = Effect.fnUntraced(function* (job: Job, response: ProviderResponse, request: LlmRequest) {
  if (job.validators.length === 0) return undefined
  const verdicts: Array<Verdict> = []
  let current = response
  for (const { plugin, validator } of job.validators) {
    const seen = current
    const said = yield* guard(plugin, () => validator.validate(seen, request, job.call))
    const verdict = yield* checkedVerdict(plugin, said)
    verdicts.push(verdict)
    // What comes next judges the answer as its caller will get it.
    if (verdict.ok && verdict.repaired !== undefined) current = { ...current, content: verdict.repaired }
  }
  return mergeVerdicts(verdicts)
})

/** The whole answer as the caller gets it, after everyone who wants to see it has. */
export const conclude = Effect.fnUntraced(function* (
  job: Job,
  from: Obtained,
  answer: ProviderResponse,
  verdict?: Verdict,
) {
  const { stack, call, request } = job
  const judgement = verdict ?? from.verdict
  let response: LlmResponse = {
    ...answer,
    provider: from.candidate.provider,
    ...(judgement === undefined ? {} : { verdict: judgement }),
    ...(from.cached === undefined ? {} : { cached: from.cached }),
    ...(from.degraded === undefined ? {} : { degraded: from.degraded }),
    route: call.trace(),
  }
  for (const { middleware, plugin } of stack.onResponse) {
    const seen = middleware.response
    const current = response
    if (seen !== undefined) response = yield* given(plugin, "a response", () => seen(current, request, call))
  }
  if (from.cached === undefined && from.degraded === undefined) yield* store(job, response)
  // Warned and decided until here: the cache and the middleware above included.
  call.concluded = { ...response, warnings: call.allWarnings(response.warnings), route: call.trace() }
  return call.concluded
})
