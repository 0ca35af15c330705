import * as Effect from "effect/Effect"
import { unsupported } from "./Call.ts"
import type { EmbedRequest, EmbedResponse, ProviderEmbedResponse } from "./Embed.ts"
import type { ActiveCall } from "./internal/ActiveCall.ts"
import { guard } from "./internal/guard.ts"
import { settleAttempt } from "./internal/settleAttempt.ts"
import { LlmError } from "./LlmError.ts"
import type { Candidate } from "./RouteTrace.ts"
import type { Stack } from "./Stack.ts"
import type { ActiveSpan } from "./Tracer.ts"

/** The path of an embedding call: routing, failover and retry as for answers; no middleware, cache or validators. */
export const embedThrough = Effect.fnUntraced(function* (
  stack: Stack,
  call: ActiveCall,
  request: EmbedRequest,
  span: ActiveSpan,
) {
  if (request.inputs.length === 0) {
    return yield* LlmError.make({
      _tag: "InvalidRequest",
      field: "inputs",
      message: "inputs must hold at least one text",
    })
  }
  const route = yield* guard(stack.nameOf("router"), () => stack.router.route({ model: request.model }, call))
  call.routed(route)
  const [candidate, answer] = yield* guard(stack.nameOf("failover"), () =>
    stack.failover.run(route.candidates, (candidate) => dispatch(stack, call, request, candidate, span), call),
  )
  const response: EmbedResponse = { ...answer, provider: candidate.provider, route: call.trace() }
  return response
})

const dispatch = Effect.fnUntraced(function* (
  stack: Stack,
  call: ActiveCall,
  request: EmbedRequest,
  candidate: Candidate,
  parent: ActiveSpan,
) {
  for (;;) {
    const startedMs = call.elapsedMs()
    const span = yield* stack.tracer.startAttempt(candidate, request, parent, call)
    const sent = send(stack, { ...request, model: candidate.model }, candidate)
    const result = yield* Effect.onInterrupt(Effect.result(sent), () =>
      settleAttempt(call, candidate, startedMs, span, { interrupted: true }),
    )
    if (result._tag === "Success") {
      const { usage, model } = result.success
      yield* settleAttempt(call, candidate, startedMs, span, { usage, model })
      return [candidate, result.success] as const
    }
    const error = result.failure.in(call.where(candidate))
    yield* settleAttempt(call, candidate, startedMs, span, { error })
    const failure = { _tag: "Failed", candidate, error } as const
    const decision = yield* guard(stack.nameOf("retry"), () =>
      stack.retry.next(failure, call.attempts, call, undefined),
    )
    if (decision._tag !== "Retry" || decision.delayMs >= call.remainingMs()) return yield* error
    if (decision.delayMs > 0) yield* Effect.sleep(decision.delayMs)
  }
})

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
  const sent = request.inputs.length
  return Effect.filterOrFail(
    guard(registered.plugin, () => embed(request)),
    ({ vectors }) => vectors.length === sent,
    ({ vectors }) =>
      LlmError.make({
        _tag: "InvalidResponse",
        message: `${sent} texts were sent and ${vectors.length} vectors came back`,
      }),
  )
}
