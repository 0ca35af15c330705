import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { answerPull, cut } from "./Answer.ts"
import { conclude, dispatch, type Job, type Obtained, outcomeOf, rejection, validate } from "./Call.ts"
import type { Rescue } from "./Failover.ts"
import { finishOfCall, Fold } from "./Fold.ts"
import { given, guard } from "./internal/guard.ts"
import { relayed } from "./internal/callScope.ts"
import type { Batch, PartsPull } from "./internal/openStream.ts"
import { continued, renamed, withoutStart } from "./internal/continued.ts"
import { askedAnew, continuedAlone, isContinuable } from "./internal/ownAnswer.ts"
import type { LlmError } from "./LlmError.ts"
import type { LlmRequest } from "./Request.ts"
import type { ProviderResponse } from "./Response.ts"
import { type Candidate, candidateName } from "./RouteTrace.ts"

/** A complete answer may be judged and kept for at least this long, even if its reader took all the time of the call. */
const judgingMs = 1000

type Next = Effect.Effect<Batch, LlmError | Cause.Done>

/** Hands a flowing answer over, batch by batch as it comes. */
export const flow = (job: Job, first: Obtained): Effect.Effect<{ readonly parts: PartsPull }> => {
  const reading = new Reading(job, first)
  const opened = Effect.flatMap(reading.take(first), () => Scope.addFinalizer(job.scope, reading.left))
  if (job.key === undefined) return Effect.as(opened, { parts: reading.next })
  return Effect.as(Effect.andThen(opened, reading.relayed), { parts: reading.parts })
}

/**
 * The state of one flowing answer. Its `finish` is held back until the whole has been judged and concluded; a stream that
 * breaks, or ends without a finish, goes to Failover's `rescue` if the caller's contract allows it, and fails otherwise.
 */
class Reading {
  readonly #job: Job
  /** Somebody judges or keeps the whole: then what came is shown before they do. With nobody, it and its end are one batch. */
  readonly #awaited: boolean
  #from: Obtained
  #fold = new Fold()
  #pull: PartsPull = Cause.done()
  #begun = false
  #resumed = false
  /** Another call's, and gone on with by this one: it is not kept. */
  #mixed = false
  /** Cached answers that broke off. */
  #cuts = 0
  /** Who was asked to go on: nobody is asked twice. */
  #askedToResume: ReadonlyArray<string> = []
  #phase: "flowing" | "finishing" | "done" = "flowing"

  constructor(job: Job, first: Obtained) {
    this.#job = job
    this.#from = first
    this.#awaited = job.validators.length > 0 || job.stack.onResponse.length > 0 || job.key !== undefined
  }

  /** From now on the parts are those of this answer. */
  take(from: Obtained): Effect.Effect<void> {
    this.#from = from
    return Effect.map(Effect.provideService(answerPull(from.answer), Scope.Scope, this.#job.scope), (pull) => {
      this.#pull = pull
      this.#phase = "flowing"
    })
  }

  /** From now on others may follow, if the answer is this call's own. */
  readonly relayed: Effect.Effect<void> = Effect.suspend(() => {
    if (this.#job.key === undefined || this.#from.cached !== undefined || this.#parts !== this.next) return Effect.void
    return Effect.map(relayed(this.#job, this.next), (parts) => {
      this.#parts = parts
    })
  })

  /** The reader went away before the end. */
  readonly left: Effect.Effect<void> = Effect.suspend(() => this.#from.settle({ interrupted: true }))

  readonly next: PartsPull = Effect.mapError(
    Effect.suspend((): Next => {
      if (this.#phase === "done") return Cause.done()
      if (this.#phase === "finishing") return this.#finish
      return Effect.matchEffect(this.#pull, {
        onSuccess: (batch) => this.#show(batch),
        onFailure: (error) => this.#broke(Cause.isDone(error) ? undefined : error),
      })
    }),
    (error) => (Cause.isDone(error) ? error : this.#job.call.failed(error)),
  )

  /** The same through what others follow, as soon as they may. */
  readonly parts: PartsPull = Effect.suspend(() => this.#parts)
  #parts: PartsPull = this.next

  #show(batch: Batch): Next {
    for (const part of batch) this.#fold.push(part)
    const shown = this.#begun ? (this.#resumed ? withoutStart(batch) : batch) : this.#begin(batch)
    if (this.#fold.finish === undefined) return Effect.succeed(shown)
    this.#phase = "finishing"
    const [head, ...rest] = shown.filter((part) => part.type !== "finish")
    if (head === undefined) return this.#finish
    return this.#awaited
      ? Effect.succeed([head, ...rest])
      : Effect.map(this.#finish, (last): Batch => [head, ...rest, ...last])
  }

  /** The first batch begins with `stream-start`, whatever the provider sent, and holds what the kernel has to say. */
  #begin(batch: Batch): Batch {
    this.#begun = true
    const [first] = batch
    const warned = this.#job.call.warnings.length > 0
    if (first.type === "stream-start" && !warned) return batch
    const own = batch.flatMap((part) => (part.type === "stream-start" ? part.warnings : []))
    const rest = batch.filter((part) => part.type !== "stream-start")
    return [{ type: "stream-start", warnings: this.#job.call.allWarnings(own) }, ...rest]
  }

  readonly #finish: Next = Effect.suspend(() => {
    const response = this.#fold.response(this.#from.candidate.model)
    return this.#awaited ? this.#inTime(this.#judge(response), judgingMs) : this.#conclude(response)
  })

  /** A cached answer was judged when it was stored. */
  #judge(response: ProviderResponse): Next {
    const from = this.#from
    if (from.cached !== undefined) return this.#conclude(response)
    const verdict = Effect.tapError(validate(this.#job, response, this.#job.request), (error) => from.settle({ error }))
    return Effect.flatMap(verdict, (given) => {
      if (given === undefined || given.ok) return this.#conclude(response, given)
      const settled = from.settle({ ...outcomeOf(response), verdict: given })
      return Effect.andThen(settled, this.#rescue(rejection(from.candidate, given)))
    })
  }

  #conclude(response: ProviderResponse, verdict?: Parameters<typeof conclude>[3]): Next {
    const outcome = outcomeOf(response)
    const settled = this.#from.settle(verdict === undefined ? outcome : { ...outcome, verdict })
    return Effect.flatMap(settled, () => {
      this.#phase = "done"
      const job = this.#mixed ? { ...this.#job, key: undefined } : this.#job
      return Effect.map(conclude(job, this.#from, response, verdict), (whole): Batch => [finishOfCall(whole)])
    })
  }

  #broke(error?: LlmError): Next {
    const { provider, model } = this.#from.candidate
    const failure = cut(this.#fold, error).in({ operation: "stream", provider, model })
    const settled = this.#from.settle({ error: failure })
    // With no time left there is nobody to ask: the failure itself says more than the deadline.
    const over = this.#job.call.remainingMs() <= 0
    return Effect.andThen(settled, over ? this.#fail(failure) : this.#inTime(this.#rescue(failure), 0))
  }

  /** `failure` is what the caller is told when nobody helps; `last` why the latest candidate could not. */
  #rescue(failure: LlmError, last = failure): Next {
    const { answer } = this.#from
    const contract = this.#job.request.policy?.stream
    const resumable = this.#fold.finish === undefined && !this.#fold.writesToolCall
    this.#phase = "done"
    // The broken connection is not kept while another candidate is asked.
    const closed = answer._tag === "Flowing" && answer.close !== undefined ? answer.close : Effect.void
    if (this.#isJoined) return Effect.andThen(closed, this.#alone(failure, resumable))
    return Effect.flatMap(Effect.andThen(closed, this.#decide(last)), (decided): Next => {
      if (decided._tag === "Restart" && contract === "restart") {
        return this.#restart(failure, this.#run(decided.candidates))
      }
      if (decided._tag === "Resume" && contract === "resume" && resumable) {
        if (!this.#askedToResume.includes(candidateName(decided.candidate))) {
          return this.#resume(failure, decided)
        }
      }
      return Effect.fail(failure)
    })
  }

  /** The answer was another call's, which this one joined: nobody was asked for it yet. */
  get #isJoined(): boolean {
    return this.#from.cached !== undefined && this.#from.degraded === undefined
  }

  /** What a call that joined another does by itself when that one is cut. */
  #alone(failure: LlmError, resumable: boolean): Next {
    const contract = this.#job.request.policy?.stream
    if (contract === "restart") return this.#restart(failure, askedAnew(this.#job, ++this.#cuts))
    if (contract !== "resume" || !resumable || !isContinuable(this.#fold.partial())) return Effect.fail(failure)
    const begun = Effect.sync(() => {
      this.#mixed = true
    })
    return this.#goOn(failure, Effect.tap(continuedAlone(this.#job, this.#unfinished), begun), () =>
      Effect.fail(failure),
    )
  }

  #fail(failure: LlmError): Next {
    this.#phase = "done"
    return Effect.fail(failure)
  }

  #decide(failure: LlmError): Effect.Effect<Rescue, LlmError> {
    const { stack, call, request } = this.#job
    const contract = request.policy?.stream
    if (contract !== "resume" && contract !== "restart") return Effect.succeed({ _tag: "Fail" })
    return given(stack.nameOf("failover"), "a decision", () =>
      stack.failover.rescue(failure, this.#fold.partial(), call),
    )
  }

  #run(candidates: readonly [Candidate, ...ReadonlyArray<Candidate>]): Effect.Effect<Obtained, LlmError> {
    const { stack, call, request } = this.#job
    return guard(stack.nameOf("failover"), () =>
      stack.failover.run(candidates, (candidate, options) => dispatch(this.#job, candidate, request, options), call),
    )
  }

  #restart(failure: LlmError, again: Effect.Effect<Obtained, LlmError>): Next {
    this.#job.call.decide("failover", `restart: ${failure.reason.message}`)
    const taken = Effect.map(
      Effect.flatMap(again, (from) => this.take(from)),
      () => {
        this.#fold = new Fold()
        this.#begun = false
        this.#resumed = false
        this.#mixed = false
      },
    )
    return Effect.as(Effect.andThen(taken, this.relayed), [{ type: "restart", reason: failure.reason._tag }])
  }

  #resume(failure: LlmError, { candidate, options }: Extract<Rescue, { _tag: "Resume" }>): Next {
    this.#askedToResume = [...this.#askedToResume, candidateName(candidate)]
    // The caller's answer was cut, whoever else could not go on with it.
    return this.#goOn(failure, dispatch(this.#job, candidate, this.#unfinished, options), (error) =>
      this.#rescue(failure, error),
    )
  }

  /** The request that ends with what came of its answer. */
  get #unfinished(): LlmRequest {
    const { provider, model } = this.#from.candidate
    return continued(this.#job.request, this.#fold.partial(), { provider, model })
  }

  #goOn(failure: LlmError, asked: Effect.Effect<Obtained, LlmError>, otherwise: (error: LlmError) => Next): Next {
    const { call } = this.#job
    call.decide("failover", `resume: ${failure.reason.message}`)
    return Effect.matchEffect(
      Effect.flatMap(asked, (from) => this.take(from)),
      {
        onFailure: otherwise,
        onSuccess: (): Next => {
          const attempt = call.attempts.length
          this.#resumed = true
          this.#pull = Effect.map(this.#pull, (batch) => renamed(batch, attempt))
          const [head, ...rest] = this.#fold.closing()
          return head === undefined ? this.next : Effect.succeed([head, ...rest])
        },
      },
    )
  }

  /** What happens after the parts is within the call's deadline too. What came by then is in the failure. */
  #inTime(effect: Next, least: number): Next {
    const { call } = this.#job
    return Effect.suspend(() => {
      const duration = Math.max(call.remainingMs(), least)
      const gone = Effect.suspend(() => Effect.andThen(this.left, Effect.fail(cut(this.#fold, call.deadlinePassed()))))
      return duration <= 0 ? gone : Effect.timeoutOrElse(effect, { duration, orElse: () => gone })
    })
  }
}
