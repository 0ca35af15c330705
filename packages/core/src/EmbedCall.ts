import * as Effect from "effect/Effect"
import type { EmbedRequest, EmbedResponse, ProviderEmbedResponse } from "./Embed.ts"
import type { ActiveCall } from "./internal/ActiveCall.ts"
import { isCachedAnswer } from "./Failover.ts"
import { given, guard, pluginFailure } from "./internal/guard.ts"
import { unsupported } from "./internal/openAttempt.ts"
import { timeout } from "./internal/openStream.ts"
import { routeOf } from "./internal/routeOf.ts"
import { type AttemptAccount, settleAttempt } from "./internal/settleAttempt.ts"
import { LlmError } from "./LlmError.ts"
import type { EmbedAttempt } from "./Middleware.ts"
import { hearingHeaders } from "./ResponseHeaders.ts"
import { type Candidate, candidateName } from "./RouteTrace.ts"
import type { Stack } from "./Stack.ts"
import type { ActiveSpan } from "./Tracer.ts"

/** The path of an embedding call: routing, failover and retry as for answers, middleware by `embed`; no cache or validators. */
export const embedThrough = Effect.fnUntraced(function* (
  stack: Stack,
  call: ActiveCall,
  request: EmbedRequest,
  span: ActiveSpan,
) {
  const route = yield* routeOf(stack, { model: request.model }, call)
  call.routed(route)
  const [candidate, answer] = yield* given(stack.nameOf("failover"), "an answer", () =>
    stack.failover.run(
      route.candidates,
      (candidate, options) => dispatch(stack, call, request, candidate, span, options?.timeouts?.total),
      call,
    ),
  )
  const response: EmbedResponse = { ...answer, provider: candidate.provider, route: call.trace() }
  return response
})

const dispatch = Effect.fnUntraced(function* (
  stack: Stack,
  call: ActiveCall,
  request: EmbedRequest,
  first: Candidate,
  parent: ActiveSpan,
  totalMs: number | undefined,
) {
  let candidate = first
  if (isCachedAnswer(candidate)) {
    return yield* LlmError.make({ _tag: "NoRoute", message: "embeddings are not kept in the cache" })
  }
  for (;;) {
    const where = call.attempting(candidate)
    const span = yield* stack.tracer.startAttempt(candidate, request, parent, call)
    const account = settleAttempt(stack, call, candidate, span)
    const { settle } = account
    const ask = asking(stack, call, candidate, account, totalMs)
    const asked = Effect.result(ask({ ...request, model: candidate.model }))
    const result = yield* Effect.onInterrupt(asked, () => settle({ interrupted: true }))
    if (result._tag === "Success") {
      const { usage, model } = result.success
      yield* settle({ usage, model })
      return [candidate, result.success] as const
    }
    const error = LlmError.of(result.failure, where)
    yield* settle({ error })
    const failure = { _tag: "Failed", candidate, error } as const
    const decision = yield* given(stack.nameOf("retry"), "a decision", () =>
      stack.retry.next(failure, call.attempts, call, undefined),
    )
    if (decision._tag !== "Retry" || !(decision.delayMs < call.remainingMs())) return yield* error
    candidate = decision.candidate ?? candidate
    call.decide("retry", `${candidateName(candidate)} again in ${Math.round(decision.delayMs)} ms`)
    if (decision.delayMs > 0) yield* Effect.sleep(decision.delayMs)
  }
})

/** Of an attempt's bounds only that of the whole means something here. */
const within = <A>(totalMs: number | undefined, effect: Effect.Effect<A, LlmError>): Effect.Effect<A, LlmError> =>
  totalMs === undefined
    ? effect
    : Effect.timeoutOrElse(effect, { duration: totalMs, orElse: () => Effect.fail(timeout("total", totalMs)) })

/** How a candidate is asked, with the middleware around it; of one that cannot be asked middleware sees nothing. */
const asking = (
  stack: Stack,
  call: ActiveCall,
  candidate: Candidate,
  { heard }: Pick<AttemptAccount, "heard">,
  totalMs: number | undefined,
): EmbedAttempt => {
  const registered = stack.providers.get(candidate.provider)
  if (registered === undefined) {
    const message = `the route names the provider "${candidate.provider}", which is not installed`
    return () => Effect.fail(LlmError.make({ _tag: "NoRoute", message }))
  }
  const { plugin, provider } = registered
  const { embed } = provider
  if (embed === undefined) return () => Effect.fail(unsupported(candidate.provider, "embed"))
  return withMiddleware(stack, call, candidate, (request) => {
    const answer = within(
      totalMs,
      checked(plugin, request, () => embed(request)),
    )
    return stack.onSettled.length === 0 ? answer : hearingHeaders(answer, heard)
  })
}

/** The first stage is the outermost. */
const withMiddleware = (
  stack: Stack,
  call: ActiveCall,
  candidate: Candidate,
  innermost: EmbedAttempt,
): EmbedAttempt => {
  let next = innermost
  for (const { middleware, plugin } of stack.onEmbed) {
    const inner = next
    const around = middleware.embed
    if (around !== undefined) {
      next = (request) => checked(plugin, request, () => around(request, candidate, inner, call))
    }
  }
  return next
}

/** Types promise a vector for each input; authors without types may give something else. */
const checked = (
  plugin: string,
  { inputs }: EmbedRequest,
  run: () => Effect.Effect<ProviderEmbedResponse, LlmError>,
): Effect.Effect<ProviderEmbedResponse, LlmError> =>
  Effect.flatMap(guard(plugin, run), (response) => {
    const missing = missingIn(response)
    if (missing !== undefined) {
      return Effect.fail(pluginFailure(plugin, new TypeError(`embed gave no response with ${missing}`)))
    }
    if (response.vectors.length === inputs.length) return Effect.succeed(response)
    const message = `${inputs.length} texts were sent and ${response.vectors.length} vectors came back`
    return Effect.fail(LlmError.make({ _tag: "InvalidResponse", message }))
  })

const missingIn = (response: ProviderEmbedResponse | null | undefined): string | undefined => {
  if (!Array.isArray(response?.vectors)) return "a list of vectors"
  const { usage } = response
  return typeof usage?.input !== "object" || typeof usage.output !== "object" ? "usage" : undefined
}
