import { isLlmError, LlmError } from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import { clean } from "./clean.ts"

const longest = 300

const textOf = (thrown: unknown): string => {
  if (thrown instanceof Error) return thrown.message === "" ? thrown.name : thrown.message
  return typeof thrown === "string" ? thrown : `a ${typeof thrown} was thrown`
}

/** In ms; `undefined` for what is no time that can pass. */
const millisOf = (timeout: Duration.Input): number | undefined => {
  try {
    const ms = Duration.toMillis(Duration.fromInputUnsafe(timeout))
    return Number.isFinite(ms) && ms > 0 ? ms : undefined
  } catch {
    return undefined
  }
}

/** Bounded by the timeout; what it dies of is a failure that names it. */
export const guarded = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  component: string,
  operation: string,
  timeout: Duration.Input,
): Effect.Effect<A, E | LlmError, R> => {
  const ms = millisOf(timeout)
  const what = `${component}.${operation}`
  if (ms === undefined) {
    const message = `the timeout of ${what} must be a time above 0, such as "30 seconds"`
    return Effect.fail(LlmError.make({ _tag: "InvalidRequest", field: "timeout", message }))
  }
  const late = () => {
    const message = `${what} did not end within ${ms} ms: allow it more time where safeExecute is called`
    return LlmError.make({ _tag: "Timeout", phase: "total", ms, recovery: "none", message })
  }
  const died = (defect: unknown) =>
    LlmError.make({ _tag: "ToolFailed", tool: what, message: `${what} died: ${clean(textOf(defect), longest)}` })
  const bounded: Effect.Effect<A, E | LlmError, R> = Effect.timeoutOrElse(effect, {
    duration: ms,
    orElse: () => Effect.fail(late()),
  })
  return Effect.catchDefect(bounded, (defect) => Effect.fail(died(defect)))
}

/** What a user's promise was rejected with. */
export class Rejected extends Data.TaggedError("Rejected")<{ readonly thrown: unknown }> {}

/** What went wrong, as it is counted: the reason of an `LlmError`, the `_tag` or name of another error. */
export interface Wrong {
  readonly kind: string
  readonly message: string
}

/** `undefined` for what was only interrupted. */
export const wrongOf = (exit: Exit.Failure<unknown, unknown>): Wrong | undefined => {
  if (Cause.hasInterruptsOnly(exit.cause)) return undefined
  for (const reason of exit.cause.reasons) {
    if (reason._tag === "Fail") return describe(reason.error)
    if (reason._tag === "Die") return describe(reason.defect)
  }
  return undefined
}

const describe = (error: unknown): Wrong => {
  if (error instanceof Rejected) return describe(error.thrown)
  const message = clean(textOf(error), longest)
  if (isLlmError(error)) return { kind: error.reason._tag, message: clean(error.reason.message, longest) }
  if (typeof error === "object" && error !== null && "_tag" in error && typeof error._tag === "string") {
    return { kind: error._tag, message }
  }
  return { kind: error instanceof Error ? error.name : "Failure", message }
}
