import * as Effect from "effect/Effect"
import * as Cause from "effect/Cause"
import * as Scope from "effect/Scope"
import { answerPull, answerResponse, openedAnswer, wholeAnswer } from "../Answer.ts"
import type { Cache, CacheHit, Demand } from "../Cache.ts"
import type { Job } from "../Call.ts"
import { LlmError } from "../LlmError.ts"
import type { LlmRequest } from "../Request.ts"
import { requestHash } from "../RequestHash.ts"
import type { LlmResponse } from "../Response.ts"
import type { Stack } from "../Stack.ts"
import type { ActiveCall } from "./ActiveCall.ts"
import { guard, harmless } from "./guard.ts"
import { type PartsPull, withHead } from "./openStream.ts"

/** The key under which the cache knows this request; none where it may not be used, and then nothing is hashed. */
export const cacheKey = (stack: Stack, request: LlmRequest): Effect.Effect<string | undefined> =>
  stack.cache === undefined || request.policy?.cache?.mode === "off" ? Effect.undefined : requestHash(request)

/** An answer from the cache, if there is one. A cache that fails, or whose answer breaks off, is a miss with a warning. */
export const lookup = (job: Job): Effect.Effect<CacheHit | undefined> => {
  const { stack, call, request, key } = job
  const { cache } = stack
  if (cache === undefined || key === undefined) return Effect.undefined
  const mode = request.policy?.cache?.mode ?? "read-write"
  const { release } = cache
  const found = mode === "refresh" || mode === "write-only" ? begun(job, cache, key) : lookUp(job, cache, key)
  if (release === undefined) return found
  const plugin = stack.nameOf("cache")
  let open = true
  call.release = Effect.suspend(() => {
    if (!open) return Effect.void
    open = false
    return harmless(plugin, () => release(key, call))
  })
  return Effect.andThen(Scope.addFinalizer(job.scope, call.release), found)
}

/** The same for a call that has looked up, and joined another that was cut. */
export const lookupAgain = (job: Job): Effect.Effect<CacheHit | undefined> => {
  const { stack, key } = job
  return stack.cache === undefined || key === undefined ? Effect.undefined : lookUp(job, stack.cache, key)
}

/** Nothing is looked up, but what is dropped meanwhile must not be stored. */
const begun = ({ stack, call, request }: Job, { begin }: Cache, key: string): Effect.Effect<undefined> => {
  if (begin === undefined) return Effect.undefined
  const told = inTime(
    call,
    guard(stack.nameOf("cache"), () => begin(key, request, call)),
  )
  return Effect.catch(Effect.as(told, undefined), (error) => skipped(call, "its beginning", error))
}

const lookUp = (job: Job, cache: Cache, key: string): Effect.Effect<CacheHit | undefined> => {
  const { stack, call, request } = job
  const found = guard(stack.nameOf("cache"), () => cache.lookup(key, request, call))
  const usable = Effect.filterOrElse(
    found,
    (hit) => hit?.inFlight === true,
    (hit) => told(job, hit ?? undefined),
  )
  const first = Effect.catch(inTime(call, usable), (error) => skipped(call, "look-up", error))
  return Effect.flatMap(first, (hit) => {
    if (hit?.inFlight !== true) return Effect.succeed(hit)
    call.decide("cache", "joined a call that asks the same")
    const joined = guard(stack.nameOf("cache"), () => join(job, hit))
    return Effect.catch(joined, (error) => {
      call.decide("cache", `the call that was joined gave nothing: ${error.reason.message}`)
      return lookUp(job, cache, key)
    })
  })
}

/** Waits for the answer of the other call, or for its first part where parts flow. */
const join = (job: Job, hit: CacheHit): Effect.Effect<CacheHit, LlmError> => {
  const { call, request, scope } = job
  const counted = (answer: CacheHit["answer"]): CacheHit => {
    call.cacheOutcome = "hit"
    return { ...hit, answer }
  }
  if (job.mode === "whole") {
    return Effect.map(answerResponse(hit.answer, request.model), (read) => counted(wholeAnswer(read)))
  }
  return Effect.gen(function* () {
    const pull = yield* Effect.provideService(answerPull(hit.answer), Scope.Scope, scope)
    const head = yield* Effect.mapError(pull, (error) => (Cause.isDone(error) ? nothingCame : error))
    return counted(openedAnswer(withHead(head, pull), Effect.void))
  })
}

const nothingCame = LlmError.make({ _tag: "EmptyResponse", message: "it ended before any content" })

/** Hands the parts of this call on to those who joined it. */
export const published = ({ stack, call, key }: Job, parts: PartsPull): PartsPull => {
  const progress = stack.cache?.progress
  if (progress === undefined || key === undefined) return parts
  const plugin = stack.nameOf("cache")
  return Effect.tap(parts, (batch) => harmless(plugin, () => progress(key, batch, call)))
}

/** As many bytes of the answer may be read ahead for those who follow; `undefined` where nobody may. */
export const shared = (
  { stack, call, key }: Job,
  told: (demand: Demand) => void,
): Effect.Effect<number | undefined> => {
  const share = stack.cache?.share
  if (share === undefined || key === undefined) return Effect.undefined
  const asked = guard(stack.nameOf("cache"), () => share(key, call, told))
  return Effect.catchCause(asked, (cause) =>
    Effect.as(Effect.logWarning(`${stack.nameOf("cache")} failed and was skipped`, cause), undefined),
  )
}

/** The cache's answer whatever its age, if it keeps such. */
export const lookupStale = (job: Job): Effect.Effect<CacheHit | undefined> => {
  const { stack, call, request, key } = job
  const find = stack.cache?.lookupStale
  if (find === undefined || key === undefined || request.policy?.cache?.mode === "write-only") return Effect.undefined
  const found = guard(stack.nameOf("cache"), () => find(key, request, call))
  const usable = inTime(
    call,
    Effect.flatMap(found, (hit) => told(job, hit ?? undefined)),
  )
  return Effect.catch(usable, (error) => skipped(call, "look-up", error))
}

const told = (job: Job, hit: CacheHit | undefined): Effect.Effect<CacheHit | undefined, LlmError> => {
  const { call } = job
  if (hit === undefined) {
    call.cacheOutcome = "miss"
    call.decide("cache", "miss")
    return Effect.undefined
  }
  // Where a whole answer is due it is read here, so that one that breaks off in the cache is still a miss.
  const answer =
    job.mode === "flowing"
      ? Effect.succeed(hit.answer)
      : Effect.map(answerResponse(hit.answer, job.request.model), wholeAnswer)
  return Effect.map(
    guard(job.stack.nameOf("cache"), () => answer),
    (read): CacheHit => {
      call.cacheOutcome = "hit"
      call.decide("cache", `hit (${hit.cached.kind})`)
      return { ...hit, answer: read }
    },
  )
}

/** Keeps a whole, valid answer. A cache that fails costs a warning. */
export const store = ({ stack, call, request, key }: Job, response: LlmResponse): Effect.Effect<void> => {
  const { cache } = stack
  if (cache === undefined || key === undefined || request.policy?.cache?.mode === "read-only") return Effect.void
  const stored = inTime(
    call,
    guard(stack.nameOf("cache"), () => cache.store(key, response, request, call)),
  )
  return Effect.catch(stored, (error) => Effect.asVoid(skipped(call, "store", error)))
}

/** A cache saves time: one that takes longer than this is left out, as one that fails. */
const patienceMs = 2000

const inTime = <A>(call: ActiveCall, effect: Effect.Effect<A, LlmError>): Effect.Effect<A, LlmError> =>
  Effect.suspend(() => {
    // Some of the call's time is kept, so that a slow cache cannot cost the answer.
    const ms = Math.max(1, Math.min(patienceMs, call.remainingMs() * 0.9))
    const message = `the cache did not answer within ${Math.round(ms)} ms`
    return Effect.timeoutOrElse(effect, {
      duration: ms,
      orElse: () => Effect.fail(LlmError.make({ _tag: "Timeout", phase: "total", ms, message })),
    })
  })

const skipped = (call: ActiveCall, what: string, error: LlmError): Effect.Effect<undefined> =>
  Effect.suspend(() => {
    const first = call.cacheOutcome !== "failed"
    call.cacheOutcome = "failed"
    call.decide("cache", `${what} failed: ${error.reason.message}`)
    if (!first) return Effect.undefined
    call.warn({ type: "degraded", message: `the cache failed and was skipped: ${error.reason.message}` })
    return Effect.as(Effect.logWarning(`the cache failed and was skipped: ${error.message}`), undefined)
  })
