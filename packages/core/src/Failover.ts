import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { CallContext } from "./CallContext.ts"
import type { LlmError, PartialAnswer } from "./LlmError.ts"
import type { Timeouts } from "./Request.ts"
import type { AttemptTrace, Candidate, SettledDetail } from "./RouteTrace.ts"

/**
 * What to do when a stream fails after content has flowed: let another candidate continue the partial answer, begin
 * again (the caller is told by a `restart` part), or fail with `Truncated`.
 */
export type Rescue =
  | { readonly _tag: "Resume"; readonly candidate: Candidate; readonly options?: DispatchOptions }
  | { readonly _tag: "Restart"; readonly candidates: readonly [Candidate, ...ReadonlyArray<Candidate>] }
  | { readonly _tag: "Fail" }

/**
 * How a candidate is asked. `timeouts` (ms) hold where the request sets none. `withinMs` is the most time that all attempts
 * at it together may take until its answer begins, or is whole; the request cannot give it more. `degraded` says why its
 * answer is less than what was asked for.
 */
export interface DispatchOptions {
  readonly timeouts?: Timeouts
  readonly withinMs?: number
  readonly degraded?: string
}

/** In `run`, the cache's answer whatever its age; dispatching it fails with `NoRoute` when the cache holds none. */
export const cachedAnswer: Candidate = { provider: "@cache", model: "any-age" }

/** Is it `cachedAnswer`, of this copy of the package or of another? */
export const isCachedAnswer = ({ provider }: Candidate): boolean => provider === cachedAnswer.provider

/**
 * Decides who is tried, when and in what order; one function for generate, stream and embed. `dispatch` asks one
 * candidate, as often as the retry policy wants. `settled` is told how each attempt ended, streams after their last part.
 */
export interface Failover {
  readonly run: <A>(
    candidates: readonly [Candidate, ...ReadonlyArray<Candidate>],
    dispatch: (candidate: Candidate, options?: DispatchOptions) => Effect.Effect<A, LlmError>,
    context: CallContext,
  ) => Effect.Effect<A, LlmError>
  readonly rescue: (failure: LlmError, partial: PartialAnswer, context: CallContext) => Effect.Effect<Rescue>
  readonly settled?: (attempt: AttemptTrace, context: CallContext, detail: SettledDetail) => Effect.Effect<void>
}

const fail: Effect.Effect<Rescue> = Effect.succeed({ _tag: "Fail" })

/** The default: nobody steps in. */
export const noFailover: Failover = { run: (candidates, dispatch) => dispatch(candidates[0]), rescue: () => fail }

/** Default: the first candidate, once; a cut stream fails. */
export const Failover = Context.Reference<Failover>("@switchyard/core/Failover", { defaultValue: () => noFailover })
