import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { answerParts, cut } from "./Answer.ts"
import { conclude, dispatch, type Job, type Obtained, outcomeOf, rejection, validate } from "./Call.ts"
import { Fold, finishOfCall } from "./Fold.ts"
import { guard } from "./internal/guard.ts"
import type { Batch, PartsPull } from "./internal/openStream.ts"
import type { LlmError, PartialAnswer } from "./LlmError.ts"
import type { LlmRequest } from "./Request.ts"
import type { StreamPart } from "./StreamPart.ts"

/**
 * Hands a flowing answer over, batch by batch as it comes. Its `finish` is held back until the whole has been judged and
 * concluded; a stream that breaks, or ends without a finish, goes to Failover's `rescue` if the caller's contract allows
 * it, and fails otherwise.
 */
export const flow = Effect.fnUntraced(function* (job: Job, first: Obtained) {
  const { call } = job
  let from = first
  let state = new Fold()
  let phase: "flowing" | "finishing" | "done" = "flowing"
  let pull = yield* pullOf(job, from)
  const judged = job.validators.length > 0 || job.stack.onResponse.length > 0 || job.key !== undefined
  yield* Scope.addFinalizer(
    job.scope,
    Effect.suspend(() => (phase === "done" ? Effect.void : from.settle({ interrupted: true }))),
  )

  const take = (batch: Batch): Effect.Effect<Batch, LlmError | Cause.Done> => {
    for (const part of batch) state.push(part)
    if (state.finish === undefined) return Effect.succeed(withWarnings(job, batch))
    phase = "finishing"
    const [head, ...rest] = withWarnings(job, batch).filter((part) => part.type !== "finish")
    if (head === undefined) return finish
    // What came is shown before anyone judges it. With nobody to judge, it and its end are one batch.
    return judged ? Effect.succeed([head, ...rest]) : Effect.map(finish, (last): Batch => [head, ...rest, ...last])
  }

  const finish: Effect.Effect<Batch, LlmError | Cause.Done> = Effect.suspend(() => {
    const response = state.response(from.candidate.model)
    return Effect.flatMap(validate(job, response, job.request), (verdict) => {
      const outcome = verdict === undefined ? outcomeOf(response) : { ...outcomeOf(response), verdict }
      return Effect.flatMap(from.settle(outcome), () => {
        if (verdict !== undefined && !verdict.ok) return rescue(rejection(from.candidate, verdict))
        phase = "done"
        return Effect.map(conclude(job, from, response, verdict), (whole): Batch => [finishOfCall(whole)])
      })
    })
  })

  const broke = (error?: LlmError): Effect.Effect<Batch, LlmError | Cause.Done> => {
    const failure = cut(state, error).in(call.where(from.candidate))
    return Effect.flatMap(from.settle({ error: failure }), () => rescue(failure))
  }

  const rescue = Effect.fnUntraced(function* (failure: LlmError) {
    const contract = job.request.policy?.stream ?? "fail"
    const decided =
      contract === "resume" || contract === "restart"
        ? yield* guard(job.stack.nameOf("failover"), () => job.stack.failover.rescue(failure, state.partial(), call))
        : fail
    if (decided._tag === "Restart" && contract === "restart") {
      call.decide("failover", `restart: ${failure.reason.message}`)
      from = yield* job.stack.failover.run(
        decided.candidates,
        (candidate) => dispatch(job, candidate, job.request),
        call,
      )
      state = new Fold()
      pull = yield* pullOf(job, from)
      phase = "flowing"
      return [{ type: "restart", reason: failure.reason._tag }] satisfies Batch as Batch
    }
    if (decided._tag === "Resume" && contract === "resume") {
      call.decide("failover", `resume: ${failure.reason.message}`)
      from = yield* dispatch(job, decided.candidate, continued(job.request, state.partial()))
      pull = Effect.map(yield* pullOf(job, from), (batch) => renamed(batch, call.attempts.length))
      phase = "flowing"
      const [head, ...rest] = state.closing()
      return head === undefined ? yield* next : ([head, ...rest] satisfies Batch as Batch)
    }
    phase = "done"
    return yield* failure
  })

  const next: PartsPull = Effect.suspend(() => {
    if (phase === "done") return Cause.done()
    if (phase === "finishing") return finish
    return Effect.matchEffect(pull, {
      onSuccess: take,
      onFailure: (error) => (Cause.isDone(error) ? broke() : broke(error)),
    })
  })

  return {
    parts: Effect.mapError(next, (error) => (Cause.isDone(error) ? error : call.failed(error))) satisfies PartsPull,
  }
})

const fail = { _tag: "Fail" } as const

const pullOf = (job: Job, from: Obtained): Effect.Effect<PartsPull> =>
  Effect.provideService(Stream.toPull(answerParts(from.answer)), Scope.Scope, job.scope)

/** What the kernel has to say stands in the stream's own first part. */
const withWarnings = ({ call }: Job, batch: Batch): Batch => {
  if (call.warnings.length === 0 || batch[0].type !== "stream-start") return batch
  const [start, ...rest] = batch
  return [{ type: "stream-start", warnings: [...call.warnings, ...start.warnings] }, ...rest]
}

/** The request that asks another candidate to go on where the answer was cut. */
const continued = (request: LlmRequest, partial: PartialAnswer): LlmRequest => ({
  ...request,
  messages: [...request.messages, { role: "assistant", content: partial.content }],
})

/** A resumed stream begins no new answer, and its pieces must not be taken for those before the cut. */
const renamed = (batch: Batch, attempt: number): Batch => {
  const out: Array<StreamPart> = []
  for (const part of batch) {
    if (part.type === "stream-start" || part.type === "response-metadata") continue
    const piece = part.type.startsWith("text-") || part.type.startsWith("reasoning-")
    out.push(piece && "id" in part ? ({ ...part, id: `${attempt}:${part.id}` } as StreamPart) : part) // same type, other id
  }
  const [head, ...rest] = out
  return head === undefined ? [{ type: "raw", value: null }] : [head, ...rest]
}
