import type { LlmError } from "@switchyard/core"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { absent, type Incidents } from "./Incidents.ts"
import { Rejected } from "./internal/guarded.ts"

/** Incidents for users who hand over options and have no layers: it works while the stack stands. */
export interface IncidentsHandle {
  /** For example `handle.use((incidents) => incidents.list({ state: "open" }))`. Rejects with `LlmError`. */
  readonly use: <A>(run: (incidents: Incidents) => Effect.Effect<A, LlmError>) => Promise<A>
  /**
   * Runs async code as `Incidents.safeExecute` does. It gets a signal that is aborted when the time is over; it rejects with
   * what the code rejected with, or with `LlmError` (`Timeout`).
   */
  readonly safeExecute: <A>(
    run: (signal: AbortSignal) => PromiseLike<A>,
    component: string,
    operation: string,
    timeout: Duration.Input,
  ) => Promise<A>
  readonly [handle]: (incidents: Incidents | undefined) => void
}

const handle: unique symbol = Symbol.for("@switchyard/incidents/handle")

export const isIncidentsHandle = (value: unknown): value is IncidentsHandle =>
  typeof value === "object" && value !== null && handle in value

/** Connects a handle with the stack that was given it, and with nothing when the stack is gone. */
export const connect = (given: IncidentsHandle, incidents: Incidents | undefined): void => given[handle](incidents)

/** A handle for `incidents({ handle })`. Without a stack it reads nothing and counts nothing; code runs all the same. */
export const makeIncidentsHandle = (): IncidentsHandle => {
  let current = absent
  return {
    [handle]: (incidents) => void (current = incidents ?? absent),
    use: (run) => Effect.runPromise(Effect.suspend(() => run(current))),
    safeExecute: (run, component, operation, timeout) => {
      const code = Effect.tryPromise({ try: run, catch: (thrown) => new Rejected({ thrown }) })
      return Effect.runPromise(current.safeExecute(code, component, operation, timeout)).catch((error: unknown) => {
        throw error instanceof Rejected ? error.thrown : error
      })
    },
  }
}
