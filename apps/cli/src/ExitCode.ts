import { isLlmError } from "@switchyard/core"
import { ConfigurationError, PluginIncompatibleError, SwitchyardError } from "switchyard"
import { MissingPackage } from "./extension.ts"

/** What the process returns. */
export const ExitCode = { ok: 0, callFailed: 1, usage: 2, configuration: 3, interrupted: 130 } as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** Arguments that make no sense together, or that name a file that cannot be read. */
export class UsageError extends Error {
  override readonly name = "UsageError"
}

/** Output that was written already; only the exit code is left. */
export class Ended extends Error {
  override readonly name = "Ended"
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode) {
    super(`exit code ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** A wrong setup is told from a call that failed. */
export const exitCodeOf = (error: unknown): ExitCode => {
  if (error instanceof Ended) return error.exitCode
  if (error instanceof UsageError) return ExitCode.usage
  if (error instanceof MissingPackage) return ExitCode.configuration
  if (error instanceof ConfigurationError || error instanceof PluginIncompatibleError) return ExitCode.configuration
  if (error instanceof SwitchyardError && error.context.operation === "compose") return ExitCode.configuration
  // Parts that are used without a stack: what they refuse is what they were given.
  if (isLlmError(error) && error.reason._tag === "InvalidRequest") return ExitCode.usage
  return ExitCode.callFailed
}
