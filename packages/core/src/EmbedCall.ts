import * as Effect from "effect/Effect"
import type { EmbedRequest, EmbedResponse, ProviderEmbedResponse } from "./Embed.ts"
import type { ActiveCall } from "./internal/ActiveCall.ts"
import { isCachedAnswer } from "./Failover.ts"
import { given, guard, pluginFailure } from "./internal/guard.ts"
import { unsupported } from "./internal/openAttempt.ts"
import { timeout } from "./internal/openStream.ts"
import { routeOf } from "./internal/routeOf.ts"
import { settleAttempt } from "./internal/settleAttempt.ts"
import { LlmError } from "./LlmError.ts"
import { type Candidate, candidateName } from "./RouteTrace.ts"
import type { Stack } from "./Stack.ts"
import type { ActiveSpan } from "./Tracer.ts"

/** The path of an embedding call: routing, failover and retry as for answers; no middleware, cache or validators. */
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
    const { settle } = settleAttempt(stack, call, candidate, span)
    const sent = within(totalMs, send(stack, { ...request, model: candidate.model }, candidate))
    const result = yield* Effect.onInterrupt(Effect.result(sent), () => settle({ interrupted: true }))
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

const send = (
  stack: Stack,
  request: EmbedRequest,
  candidate: Candidate,
): Effect.Effect<ProviderEmbedResponse, LlmError> => {
  const registered = stack.providers.get(candidate.provider)
  if (registered === undefined) {
    const message = `the route names the provider "${candidate.provider}", which is not installed`
    return Effect.fail(LlmError.make({ _tag: "NoRoute", message }))
  }
  const { embed } = registered.provider
  if (embed === undefined) return Effect.fail(unsupported(candidate.provider, "embed"))
  const answer = guard(registered.plugin, () => embed(request))
  return Effect.flatMap(answer, (response: ProviderEmbedResponse | null | undefined) => {
    if (!Array.isArray(response?.vectors)) {
      return Effect.fail(
        pluginFailure(registered.plugin, new TypeError("embed gave no response with a list of vectors")),
      )
    }
    if (response.vectors.length === request.inputs.length) return Effect.succeed(response)
    const message = `${request.inputs.length} texts were sent and ${response.vectors.length} vectors came back`
    return Effect.fail(LlmError.make({ _tag: "InvalidResponse", message }))
  })
}
