import { LlmError } from "@switchyard/core"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { guarded } from "./internal/guarded.ts"
import type { Aggregate, Occurrence, Place } from "./Failure.ts"
import type { Incident } from "./Incident.ts"

export interface IncidentFilter {
  /** Default: all, the open ones first, then the latest first. */
  readonly state?: Incident["state"]
  /** Default: 100. */
  readonly limit?: number
}

export interface AggregateFilter {
  readonly component?: string
  readonly provider?: string
  readonly model?: string
  /** Seen at this time or later, in ms since 1970. */
  readonly since?: number
  /** Default: 100, those with the highest counts. */
  readonly limit?: number
}

/** An incident that a person opens. It closes by hand only. */
export interface Declaration extends Omit<Place, "operation"> {
  readonly summary: string
  readonly operation?: string
}

/**
 * Incidents and counted failures. What reads or writes the store fails with `PluginFailure` that names it, or with
 * `InvalidRequest` when it cannot be opened; `record` and `safeExecute` never wait for it.
 */
export interface Incidents {
  readonly list: (filter?: IncidentFilter) => Effect.Effect<ReadonlyArray<Incident>, LlmError>
  readonly get: (id: string) => Effect.Effect<Incident | undefined, LlmError>
  /** Failures by provider, model, kind, component and operation. */
  readonly aggregates: (filter?: AggregateFilter) => Effect.Effect<ReadonlyArray<Aggregate>, LlmError>
  /** Opens one by hand. Where one is open already, that one is given. */
  readonly open: (declaration: Declaration) => Effect.Effect<Incident, LlmError>
  /** Closes one by hand, in the name of `by`. `undefined`: there is none. One that is closed stays as it is. */
  readonly close: (id: string, by: string) => Effect.Effect<Incident | undefined, LlmError>
  /** Counts a failure, or with `"ok"` a success, as the plugin counts those of calls. */
  readonly record: (occurrence: Occurrence | { readonly ok: Place }) => Effect.Effect<void>
  /**
   * Runs the user's own code under the same treatment: counted under component and operation, a failure categorised by
   * its kind (the reason of an `LlmError`, else its `_tag` or name). Its own errors stay as they are; `timeout` interrupts
   * it and fails with `Timeout`; what it dies of is a `ToolFailed` that names component and operation; a timeout that is none
   * is an `InvalidRequest`, and nothing runs. An interruption is neither success nor failure.
   */
  readonly safeExecute: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    component: string,
    operation: string,
    timeout: Duration.Input,
  ) => Effect.Effect<A, E | LlmError, R>
  /** Writes what waits, now. */
  readonly flush: Effect.Effect<void, LlmError>
}

const nothing = Effect.succeed([])

/** Nothing is counted or kept. */
export const absent: Incidents = {
  list: () => nothing,
  get: () => Effect.undefined,
  aggregates: () => nothing,
  open: () =>
    Effect.fail(
      LlmError.make({
        _tag: "NoRoute",
        message: "no incidents plugin is installed: list incidents() among the plugins",
      }),
    ),
  close: () => Effect.undefined,
  record: () => Effect.void,
  safeExecute: (effect, component, operation, timeout) => guarded(effect, component, operation, timeout),
  flush: Effect.void,
}

/** The incidents of the stack, in its context. Default: nothing is counted or kept, and `safeExecute` guards all the same. */
export const Incidents = Context.Reference<Incidents>("@switchyard/incidents/Incidents", {
  defaultValue: () => absent,
})
