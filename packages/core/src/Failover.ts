import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { CallContext } from "./CallContext.ts"
import type { LlmError, PartialAnswer } from "./LlmError.ts"
import type { Candidate } from "./RouteTrace.ts"

/**
 * What to do when a stream fails after content has flowed: let another candidate continue the partial answer, begin
 * again (the caller is told by a `restart` part), or fail with `Truncated`.
 */
export type Rescue =
  | { readonly _tag: "Resume"; readonly candidate: Candidate }
  | { readonly _tag: "Restart"; readonly candidates: readonly [Candidate, ...ReadonlyArray<Candidate>] }
  | { readonly _tag: "Fail" }

/** Decides who is tried, when and in what order; one function for generate, stream and embed. */
export interface Failover {
  readonly run: <A>(
    candidates: readonly [Candidate, ...ReadonlyArray<Candidate>],
    dispatch: (candidate: Candidate) => Effect.Effect<A, LlmError>,
    context: CallContext,
  ) => Effect.Effect<A, LlmError>
  readonly rescue: (failure: LlmError, partial: PartialAnswer, context: CallContext) => Effect.Effect<Rescue>
}

const fail: Effect.Effect<Rescue> = Effect.succeed({ _tag: "Fail" })

/** The default: nobody steps in. */
export const noFailover: Failover = { run: (candidates, dispatch) => dispatch(candidates[0]), rescue: () => fail }

/** Default: the first candidate, once; a cut stream fails. */
export const Failover = Context.Reference<Failover>("@switchyard/core/Failover", { defaultValue: () => noFailover })
