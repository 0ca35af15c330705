import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { absent, type UsageTracker } from "./UsageTracker.ts"

/** Usage for users who hand over options and have no layers: it works while the stack stands. */
export interface UsageHandle {
  /** For example `handle.use((usage) => usage.usageStats({ by: "tenant" }))`. Rejects with `LlmError`. */
  readonly use: <A>(run: (usage: UsageTracker) => Effect.Effect<A, LlmError>) => Promise<A>
  readonly [handle]: (usage: UsageTracker | undefined) => void
}

const handle: unique symbol = Symbol.for("@switchyard/usage/handle")

export const isUsageHandle = (value: unknown): value is UsageHandle =>
  typeof value === "object" && value !== null && handle in value

/** Connects a handle with the stack that was given it, and with nothing when the stack is gone. */
export const connect = (given: UsageHandle, usage: UsageTracker | undefined): void => given[handle](usage)

/** A handle for `usage({ handle })`. Without a stack there is nothing to read. */
export const makeUsageHandle = (): UsageHandle => {
  let current = absent
  return {
    [handle]: (usage) => void (current = usage ?? absent),
    use: (run) => Effect.runPromise(Effect.suspend(() => run(current))),
  }
}
