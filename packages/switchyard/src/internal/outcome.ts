import { LlmError } from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import { configurationError, SwitchyardError, toSwitchyardError } from "../errors.ts"

/** The value, or what a caller outside Effect expects to catch. */
export const unwrap = <A>(exit: Exit.Exit<A, unknown>, signal: AbortSignal | undefined): A => {
  if (Exit.isSuccess(exit)) return exit.value
  throw thrown(exit.cause, signal)
}

export const thrown = (cause: Cause.Cause<unknown>, signal: AbortSignal | undefined): unknown => {
  const [reason] = cause.reasons
  if (signal?.aborted === true && Cause.hasInterruptsOnly(cause)) return signal.reason
  const failure = cause.reasons.find((each) => each._tag === "Fail")?.error
  if (failure instanceof LlmError) return toSwitchyardError(failure)
  if (failure instanceof SwitchyardError) return failure
  if (Cause.hasInterruptsOnly(cause))
    return configurationError("the call was interrupted because its Switchyard was closed")
  return failure ?? (reason?._tag === "Die" ? reason.defect : new Error(Cause.pretty(cause)))
}
