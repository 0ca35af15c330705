import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { LlmError, type TimeoutPhase } from "../LlmError.ts"
import { isContent, type StreamPart } from "../StreamPart.ts"

export type Batch = readonly [StreamPart, ...Array<StreamPart>]
export type PartsPull = Pull.Pull<Batch, LlmError>

/** Bounds in ms: of the wait for the first content, of the gap between two pieces, of the whole attempt, and of what is left of the call. */
export interface Limits {
  readonly firstContent: number
  readonly idle: number
  readonly total: number
  readonly call: number
}

/** A stream whose first content has come. `close` lets go of the connection underneath. */
export interface Opened {
  readonly pull: PartsPull
  readonly close: Effect.Effect<void>
}

export const timeout = (phase: TimeoutPhase, ms: number): LlmError => {
  const what = {
    connect: "no connection",
    "first-content": "no content",
    idle: "no further content",
    total: "no end of the answer",
    call: "no answer",
  }
  return LlmError.make({ _tag: "Timeout", phase, ms, message: `${what[phase]} within ${Math.round(ms)} ms` })
}

/**
 * Pulls a stream up to its first content, so that failing before it is an ordinary failure that retry and failover can
 * handle and no preamble is ever sent twice. After that, every wait is bounded by `idle` and `total`.
 */
export const openStream = Effect.fnUntraced(function* (
  parts: Stream.Stream<StreamPart, LlmError>,
  limits: Limits,
  parent: Scope.Scope,
) {
  const scope = yield* Scope.fork(parent)
  const close = Scope.close(scope, Exit.void)
  const clock = yield* Clock.Clock
  const startedAt = now(clock)
  const opening = Effect.flatMap(Effect.provideService(Stream.toPull(parts), Scope.Scope, scope), readHead)
  const first = Math.min(limits.firstContent, limits.total)
  const bounded = Number.isFinite(first)
    ? Effect.timeoutOrElse(opening, {
        duration: first,
        orElse: () => Effect.fail(timeout(limits.firstContent <= limits.total ? "first-content" : "total", first)),
      })
    : opening
  const opened = yield* Effect.onExit(bounded, (exit) => (Exit.isSuccess(exit) ? Effect.void : close))
  const rest = opened.ended ? opened.pull : (yield* watch(opened.pull, limits, startedAt, clock, scope)).parts
  return { pull: withHead(opened.head, rest), close } satisfies Opened
})

const now = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** Reads until something is worth showing. A stream that ends before that is given as it is: the reader judges it. */
const readHead = Effect.fnUntraced(function* (pull: PartsPull) {
  const head: Array<StreamPart> = []
  for (;;) {
    const batch = yield* endAsUndefined(pull)
    if (batch === undefined) return { head, pull: ended, ended: true }
    head.push(...batch)
    if (batch.some(isContent)) return { head, pull, ended: false }
  }
})

const ended: PartsPull = Cause.done()

const endAsUndefined = (pull: PartsPull): Effect.Effect<Batch | undefined, LlmError> =>
  Effect.catchIf(
    pull,
    (error): error is Cause.Done => Cause.isDone(error),
    () => Effect.undefined,
  ) as Effect.Effect<Batch | undefined, LlmError> // Done is caught above; what is left is LlmError

const withHead = (head: ReadonlyArray<StreamPart>, pull: PartsPull): PartsPull => {
  let pending: ReadonlyArray<StreamPart> = head
  return Effect.suspend((): PartsPull => {
    const [first, ...rest] = pending
    if (first === undefined) return pull
    pending = []
    return Effect.succeed([first, ...rest])
  })
}

/** One timer for the whole stream, not one per read: it sleeps until the nearest bound and looks whether it was reached. */
const watch = Effect.fnUntraced(function* (
  pull: PartsPull,
  limits: Limits,
  startedAt: number,
  clock: Clock.Clock,
  scope: Scope.Scope,
) {
  const expired = Deferred.makeUnsafe<never, LlmError>()
  const total = Math.min(limits.total, limits.call)
  let waitingSince: number | undefined
  const watchdog = Effect.gen(function* () {
    for (;;) {
      const at = now(clock)
      const idleLeft = (waitingSince ?? at) + limits.idle - at
      const totalLeft = startedAt + total - at
      if (totalLeft <= 0)
        return yield* Deferred.fail(expired, timeout(limits.total <= limits.call ? "total" : "call", total))
      if (idleLeft <= 0) return yield* Deferred.fail(expired, timeout("idle", limits.idle))
      yield* Effect.sleep(Math.max(1, Math.ceil(Math.min(idleLeft, totalLeft))))
    }
  })
  yield* Effect.forkIn(watchdog, scope)
  const bounded = Effect.raceFirst(pull, Deferred.await(expired))
  const parts = Effect.suspend((): PartsPull => {
    waitingSince = now(clock)
    return Effect.onExit(bounded, () => {
      waitingSince = undefined
      return Effect.void
    })
  })
  return { parts }
})
