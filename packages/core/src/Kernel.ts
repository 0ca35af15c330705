import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { answerResponse } from "./Answer.ts"
import { conclude, type Job, obtain } from "./Call.ts"
import type { CallContext, Operation, Routable } from "./CallContext.ts"
import { type EmbedRequest, type EmbedResponse, makeEmbedRequest } from "./Embed.ts"
import { embedThrough } from "./EmbedCall.ts"
import { unfoldCall } from "./Fold.ts"
import { ActiveCall, type CallSettings, round, type Within } from "./internal/ActiveCall.ts"
import { cacheKey } from "./internal/cacheSteps.ts"
import { callScope } from "./internal/callScope.ts"
import { given, guard, harmless } from "./internal/guard.ts"
import { nearest } from "./Nearest.ts"
import { routeOf } from "./internal/routeOf.ts"
import { chooseValidators } from "./internal/chooseValidators.ts"
import { LlmError } from "./LlmError.ts"
import type { ModelInfo } from "./ModelInfo.ts"
import type { Providers } from "./Providers.ts"
import { LlmRequest, type LlmRequestInput, makeRequest } from "./Request.ts"
import type { LlmResponse } from "./Response.ts"
import { neverAgain } from "./RetryPolicy.ts"
import type { Route } from "./Router.ts"
import { type Candidate, candidateName } from "./RouteTrace.ts"
import { resolveStack, type Stack } from "./Stack.ts"
import type { PartsPull } from "./internal/openStream.ts"
import { flow } from "./StreamCall.ts"
import type { StreamPart } from "./StreamPart.ts"
import type { ActiveSpan } from "./Tracer.ts"

/** Where a call would go, without calling: the route, and what is known of each candidate. */
export interface Explanation extends Route {
  readonly models: ReadonlyArray<{ readonly candidate: Candidate; readonly info: ModelInfo | undefined }>
}

export interface KernelShape {
  /** The whole answer, valid, or a typed failure, within the deadline. Interrupting it cancels the HTTP request. */
  readonly generate: (request: LlmRequestInput) => Effect.Effect<LlmResponse, LlmError>
  /** The answer as it comes, by the contract in `policy.stream`. It ends with `finish`, or fails: never cut in silence. */
  readonly stream: (request: LlmRequestInput) => Stream.Stream<StreamPart, LlmError>
  /** What `stream` does, batch by batch in the scope of the caller: for adapters that hand parts over themselves. */
  readonly open: (request: LlmRequestInput) => Effect.Effect<PartsPull, LlmError, Scope.Scope>
  /** One vector per input. */
  readonly embed: (request: EmbedRequest) => Effect.Effect<EmbedResponse, LlmError>
  /** The routing decision alone: no middleware, no cache, no I/O to a provider. */
  readonly explain: (request: LlmRequestInput) => Effect.Effect<Explanation, LlmError>
}

/** Calls models through whatever plugins the stack holds. The path of a call is in `Call.ts`. */
export class Kernel extends Context.Service<Kernel, KernelShape>()("@switchyard/core/Kernel") {
  /** A kernel over the providers and services in context; whatever is not provided is its harmless default. */
  static readonly layer: Layer.Layer<Kernel, never, Providers> = Layer.effect(
    Kernel,
    Effect.suspend(() => makeKernel),
  )
}

const makeKernel: Effect.Effect<KernelShape, never, Providers | Scope.Scope> = Effect.gen(function* () {
  const stack = yield* resolveStack
  const prefix = (yield* Random.nextIntBetween(0x10000000, 0x7fffffff)).toString(16)
  let calls = 0
  const begin = (operation: Operation, settings: CallSettings): Effect.Effect<ActiveCall> =>
    Effect.map(
      Clock.Clock,
      (clock) => new ActiveCall(`${prefix}-${++calls}`, operation, settings, stack, clock, within),
    )
  const within: Within = Effect.fnUntraced(function* (outer, input) {
    const request = yield* inner(outer, yield* normalise(input))
    const call = yield* begin("generate", { ...settingsOf(request), depth: outer.depth + 1 })
    return yield* Effect.onExit(generate(stack, call, request), (exit) =>
      Effect.sync(() => outer.decide("kernel", askedFor(request, call, exit))),
    )
  })
  const openCall = Effect.fnUntraced(function* (input: LlmRequestInput) {
    const request = yield* normalise(input)
    return yield* stream(stack, yield* begin("stream", settingsOf(request)), request, yield* Effect.scope)
  })
  return {
    generate: Effect.fnUntraced(function* (input) {
      const request = yield* normalise(input)
      return yield* generate(stack, yield* begin("generate", settingsOf(request)), request)
    }),
    stream: (input) =>
      Stream.unwrap(Effect.map(openCall(input), ({ parts }) => Stream.fromPull(Effect.succeed(parts)))),
    open: (input) => Effect.map(openCall(input), ({ parts }) => parts),
    embed: Effect.fnUntraced(function* (input) {
      const request = makeEmbedRequest(input)
      if (request instanceof LlmError) return yield* request
      const call = yield* begin("embed", request)
      return yield* traced(stack, call, request, (span) => embedThrough(stack, call, request, span))
    }),
    explain: Effect.fnUntraced(function* (input) {
      const request = yield* normalise(input)
      return yield* explain(stack, yield* begin("generate", settingsOf(request)), request)
    }),
  }
})

const normalise = (input: LlmRequestInput): Effect.Effect<LlmRequest, LlmError> =>
  Effect.suspend(() => {
    const request = makeRequest(input)
    return request instanceof LlmError ? Effect.fail(request) : Effect.succeed(request)
  })

const maxDepth = 3

/** The request of a call within another: for the same tenant, and with no more time than the outer one has left. */
const inner = (outer: ActiveCall, request: LlmRequest): Effect.Effect<LlmRequest, LlmError> => {
  const left = outer.remainingMs()
  if (left <= 0) return Effect.fail(outer.deadlinePassed())
  if (outer.depth >= maxDepth) {
    const message = `a call within a call within a call: more than ${maxDepth} deep is refused. Judge without a judge`
    return Effect.fail(LlmError.make({ _tag: "InvalidRequest", field: "model", message }))
  }
  const tenant = request.tenant ?? outer.tenant
  return Effect.succeed({
    ...request,
    ...(tenant === undefined ? {} : { tenant }),
    tags: { ...outer.tags, ...request.tags },
    policy: { ...request.policy, deadline: Math.min(request.policy?.deadline ?? Infinity, left) },
  })
}

const askedFor = (request: LlmRequest, call: ActiveCall, exit: Exit.Exit<LlmResponse, LlmError>): string => {
  const took = `in ${round(call.elapsedMs())} ms`
  if (Exit.isSuccess(exit)) return `asked ${exit.value.provider}/${exit.value.model} within the call: answered ${took}`
  const last = call.attempts.at(-1)
  const whom = last === undefined ? request.model : candidateName(last.candidate)
  const error = Exit.findErrorOption(exit)
  return `asked ${whom} within the call: ${error._tag === "Some" ? error.value.reason._tag : "left"} ${took}`
}

const settingsOf = (request: LlmRequest): CallSettings => ({
  tenant: request.tenant,
  tags: request.tags,
  deadline: request.policy?.deadline,
  contract: request.policy?.stream,
})

const generate = (stack: Stack, call: ActiveCall, input: LlmRequest): Effect.Effect<LlmResponse, LlmError> =>
  traced(stack, call, input, (span, scope) =>
    Effect.flatMap(prepare(stack, call, input, span, scope, "whole"), (job) => answerWhole(job)),
  )

const answerWhole = Effect.fnUntraced(function* (job: Job) {
  const from = yield* obtain(job)
  return yield* conclude(job, from, yield* answerResponse(from.answer, from.candidate.model))
})

/** `hold` is generate, replayed. The other contracts hand over the parts as they come. */
const stream = Effect.fnUntraced(function* (stack: Stack, call: ActiveCall, input: LlmRequest, scope: Scope.Scope) {
  if (input.policy?.stream === "hold") {
    const batch = unfoldCall(yield* generate(stack, call, input))
    return { parts: yield* Stream.toPull(Stream.fromArray(batch)) }
  }
  const span = yield* stack.tracer.startCall(input, call)
  const own = yield* callScope(stack, call, scope)
  yield* Scope.addFinalizerExit(own, (exit) => over(stack, call, span, exit))
  const opened = Effect.flatMap(prepare(stack, call, input, span, own, "flowing"), answerFlowing)
  // Opening the provider's stream has bounds of its own; a deadline of its own is for what plugins do before.
  const bounded = stack.prompt && input.policy?.validators === undefined ? opened : withinDeadline(call, opened)
  return yield* Effect.mapError(bounded, (error) => call.failed(error))
})

const answerFlowing = Effect.fnUntraced(function* (job: Job) {
  return yield* flow(job, yield* obtain(job))
})

/** What happens once, before cache and routing. */
const prepare = Effect.fnUntraced(function* (
  stack: Stack,
  call: ActiveCall,
  input: LlmRequest,
  span: ActiveSpan,
  scope: Scope.Scope,
  mode: Job["mode"],
) {
  let request = input
  call.request = input
  for (const { middleware, plugin } of stack.onRequest) {
    const amend = middleware.request
    const current = request
    if (amend !== undefined) request = yield* given(plugin, "a request", () => amend(current, call))
    call.request = request
  }
  // Of the amended request: middleware may ask for validators too.
  const validators = yield* chooseValidators(stack, request)
  warnOfUnknownFields(call, input)
  warnOfWhatNobodyHonours(stack, call, request)
  const job: Job = { stack, call, request, validators, span, scope, mode, key: yield* cacheKey(stack, request) }
  return job
})

const known = Object.keys(LlmRequest.fields)

/** A field that no provider can know of was a slip, and nothing is lost in silence. */
const warnOfUnknownFields = (call: CallContext, request: LlmRequest): void => {
  for (const setting in request) {
    if (known.includes(setting)) continue
    const close = nearest(setting, known)
    const hint = close === undefined ? "" : `; did you mean "${close}"?`
    call.warn({ type: "unsupported", setting, message: `"${setting}" is no field of a request and was ignored${hint}` })
  }
}

const warnOfWhatNobodyHonours = (stack: Stack, call: CallContext, { policy }: LlmRequest): void => {
  if (policy === undefined) return
  const unhonoured = (setting: string, plugin: string) =>
    call.warn({ type: "unsupported", setting, message: `${setting} has no effect: no ${plugin} plugin is installed` })
  if (policy.budget !== undefined && !stack.onRequest.some((m) => m.middleware.stage === "budget")) {
    unhonoured("policy.budget", "budget")
  }
  if (policy.retry !== undefined && stack.retry === neverAgain) unhonoured("policy.retry", "retry")
  if (policy.cache !== undefined && stack.cache === undefined) unhonoured("policy.cache", "cache")
}

const explain = Effect.fnUntraced(function* (stack: Stack, call: ActiveCall, request: LlmRequest) {
  const route = yield* Effect.mapError(routeOf(stack, request, call), (error) => call.failed(error))
  const models = yield* Effect.forEach(route.candidates, (candidate) => {
    const registered = stack.providers.get(candidate.provider)
    const plugin = registered?.plugin ?? stack.nameOf("catalog")
    const describe = Effect.sync(() => stack.catalog.describe(candidate, registered?.provider))
    return Effect.map(
      guard(plugin, () => describe),
      (info) => ({ candidate, info }),
    )
  })
  return { ...route, models }
})

/** The whole of a call: its span, its scope, its deadline, and its failure with all that is known. */
const traced = <A>(
  stack: Stack,
  call: ActiveCall,
  request: Routable,
  run: (span: ActiveSpan, scope: Scope.Scope) => Effect.Effect<A, LlmError>,
): Effect.Effect<A, LlmError> =>
  Effect.flatMap(stack.tracer.startCall(request, call), (span) => {
    const scope = Scope.makeUnsafe()
    const failing = Effect.mapError(withinDeadline(call, run(span, scope)), (error) => call.failed(error))
    return Effect.onExit(failing, (exit) =>
      Effect.andThen(Scope.close(scope, Exit.void), over(stack, call, span, exit)),
    )
  })

/** The call is over, however it ended: its span ends, and who wants to know is told. */
const over = (
  stack: Stack,
  call: ActiveCall,
  span: ActiveSpan,
  exit: Exit.Exit<unknown, unknown>,
): Effect.Effect<void> => {
  const ended = span.end(call.outcome(exit))
  if (stack.onEnded.length === 0) return ended
  const tell = Effect.suspend(() => {
    const outcome = call.ending(exit)
    return Effect.forEach(
      stack.onEnded,
      ({ middleware, plugin }) => harmless(plugin, () => middleware.ended?.(outcome, call) ?? Effect.void),
      { discard: true },
    )
  })
  return Effect.andThen(ended, tell)
}

const withinDeadline = <A>(call: ActiveCall, effect: Effect.Effect<A, LlmError>): Effect.Effect<A, LlmError> =>
  Effect.timeoutOrElse(effect, { duration: call.deadlineMs, orElse: () => Effect.fail(call.deadlinePassed()) })
