import * as Effect from "effect/Effect"
import { dispatch, type Job, obtain, type Obtained } from "../Call.ts"
import { LlmError, type PartialAnswer } from "../LlmError.ts"
import type { LlmRequest } from "../Request.ts"
import type { Candidate } from "../RouteTrace.ts"
import type { ActiveCall } from "./ActiveCall.ts"
import { lookupAgain } from "./cacheSteps.ts"
import { given } from "./guard.ts"
import { routeOf } from "./routeOf.ts"

/** The cache is asked so often; whoever it gave cut answers to each time asks a candidate. */
const mostLookups = 3

/**
 * The cache's answer was cut, for the `times`th time, and this call has asked nobody yet: it begins again, in the cache or
 * with a candidate.
 */
export const askedAnew = (job: Job, times: number): Effect.Effect<Obtained, LlmError> =>
  obtain(job, times < mostLookups ? lookupAgain(job) : Effect.undefined)

/**
 * The same, to go on where the answer was cut: `asked` ends with what came of it. Of the candidates, one that accepts a
 * partial answer.
 */
export const continuedAlone = Effect.fnUntraced(function* (job: Job, asked: LlmRequest) {
  const { stack, call, request } = job
  const route = yield* routeOf(stack, request, call)
  call.routed(route)
  return yield* given(stack.nameOf("failover"), "an answer", () =>
    stack.failover.run(
      route.candidates,
      (candidate, options) =>
        accepts(candidate, call) ? dispatch(job, candidate, asked, options) : cannotGoOn(candidate),
      call,
    ),
  )
})

/** Only text can be continued: a tool call is never cut in two, and an answer that shows nothing gives nothing to go on. */
export const isContinuable = ({ content }: PartialAnswer): boolean =>
  content.every(({ type }) => type === "text" || type === "reasoning") && content.some(({ type }) => type === "text")

const accepts = (candidate: Candidate, { catalog, providers }: ActiveCall): boolean =>
  catalog.describe(candidate, providers.get(candidate.provider)?.provider)?.acceptsPrefill === true

const cannotGoOn = ({ provider, model }: Candidate): Effect.Effect<never, LlmError> => {
  const message = "it accepts no partial answer, so it cannot go on with one"
  return Effect.fail(LlmError.make({ _tag: "Unsupported", feature: "partial answers", message }, { provider, model }))
}
