import { isLlmError } from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import { configurationError, SwitchyardError, toSwitchyardError } from "../errors.ts"

/** The value, or what a caller outside Effect expects to catch. */
export const unwrap = <A>(exit: Exit.Exit<A, unknown>, signal: AbortSignal | undefined): A => {
  if (Exit.isSuccess(exit)) return exit.value
  throw thrown(exit.cause, signal)
}

const messageOf = (failure: unknown): string =>
  failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure)

export const thrown = (cause: Cause.Cause<unknown>, signal: AbortSignal | undefined): unknown => {
  const [reason] = cause.reasons
  if (signal?.aborted === true && Cause.hasInterruptsOnly(cause)) return signal.reason
  const failure = cause.reasons.find((each) => each._tag === "Fail")?.error
  if (isLlmError(failure)) return toSwitchyardError(failure)
  if (failure instanceof SwitchyardError) return failure
  if (Cause.hasInterruptsOnly(cause))
    return configurationError("the call was interrupted because its Switchyard was closed")
  // A plugin's layer may fail with anything; callers are promised a SwitchyardError.
  if (failure !== undefined) return configurationError(`the stack could not be built: ${messageOf(failure)}`)
  return reason?._tag === "Die" ? reason.defect : new Error(Cause.pretty(cause))
}
