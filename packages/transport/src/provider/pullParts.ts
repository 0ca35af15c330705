import { isLlmError, type LlmError } from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import { network } from "./network.ts"
import type { Batch, PartReader } from "./PartReader.ts"

/** The parts of a streamed answer. The scope's end lets go of the connection. */
export const pullParts = Effect.fnUntraced(function* (reader: PartReader, redact: (error: LlmError) => LlmError) {
  yield* Scope.addFinalizer(
    yield* Effect.scope,
    Effect.sync(() => reader.close()),
  )
  const read = Effect.tryPromise({
    try: () => reader.next(),
    catch: (error) => redact(isLlmError(error) ? error : network(error)),
  })
  const parts: Pull.Pull<Batch, LlmError> = Effect.filterOrElse(
    read,
    (batch) => batch !== undefined,
    () => Cause.done(),
  )
  return { parts }
})
