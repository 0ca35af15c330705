import { type CallContext, candidateName, type Middleware, textOf } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { QualityService } from "./Quality.ts"

export interface MiddlewareOptions {
  /** Answers below it get a warning, 0..1. */
  readonly warnBelow: number | undefined
}

/** Calls that plugins make within a call are theirs to judge; a judge's own answer is not judged. */
const isInner = ({ depth }: CallContext): boolean => depth > 0

/** Assesses every answer and puts the assessment where callers read it: `response.providerData.quality`. */
export const makeMiddleware = (quality: QualityService, { warnBelow }: MiddlewareOptions): Middleware => ({
  name: "quality",
  stage: "quality",
  request: (request, context) => Effect.sync(() => (isInner(context) ? request : quality.enter(request))),
  settled: ({ candidate, error, verdict }) => {
    const seen =
      error !== undefined
        ? [{ kind: error.reason, message: error.message }]
        : verdict?.ok === false
          ? verdict.issues.map(({ validator, message }) => ({ kind: validator, message }))
          : []
    if (seen.length === 0) return Effect.void
    return Effect.map(Clock.currentTimeMillis, (atMs) => {
      for (const { kind, message } of seen)
        quality.failures.add({ kind, message, model: candidateName(candidate), atMs })
    })
  },
  response: Effect.fnUntraced(function* (response, request, context) {
    const answer = textOf(response.content)
    // One from the cache was assessed when it was new. A turn that only calls tools is no answer yet.
    if (
      isInner(context) ||
      response.cached !== undefined ||
      (answer.trim() === "" && response.finish.unified === "tool-calls")
    )
      return response
    const { content, finish } = response
    const given = { request, content, finish, ask: context.ask }
    const assessed = yield* quality.assess(answer, given)
    yield* quality.observe({ id: context.id, response, request }, assessed)
    const { confidence, issues } = assessed
    if (warnBelow !== undefined && confidence < warnBelow) {
      const why = issues.slice(0, 3).map(({ kind }) => kind)
      context.warn({
        type: "degraded",
        message: `quality: confidence ${confidence.toFixed(2)} is below ${warnBelow}${why.length === 0 ? "" : ` (${why.join(", ")})`}`,
      })
    }
    return { ...response, providerData: { ...response.providerData, quality: { ...assessed, id: context.id } } }
  }),
})
