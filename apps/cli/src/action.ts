import * as Effect from "effect/Effect"

/** A command's work, as plain async code that gets a signal: Ctrl-C aborts it, and with it the request underneath. */
export const action = (work: (signal: AbortSignal) => Promise<void>): Effect.Effect<void, CommandError> =>
  Effect.tryPromise({ try: work, catch: (cause) => new CommandError(cause) })

/** Whatever a command failed with, on its way to the exit code. */
export class CommandError extends Error {
  readonly _tag = "CommandError"
  readonly failure: unknown

  constructor(failure: unknown) {
    super(failure instanceof Error ? failure.message : String(failure))
    this.failure = failure
  }
}
