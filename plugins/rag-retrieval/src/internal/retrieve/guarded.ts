import { isLlmError, LlmError } from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"

/**
 * Runs a part that somebody else wrote. What it throws, dies of, or fails with that is no `LlmError`, and a result that is no
 * Effect (as from an async function), becomes a `PluginFailure` that names it. An interruption stays one.
 */
export const guarded = <A>(part: string, run: () => Effect.Effect<A, LlmError>): Effect.Effect<A, LlmError> =>
  Effect.catchCause(
    Effect.suspend(() => {
      const effect = run()
      return Effect.isEffect(effect) ? effect : Effect.die(new TypeError("it returned no Effect"))
    }),
    (cause) => Effect.failCause(blamed(part, cause)),
  )

const blamed = (part: string, cause: Cause.Cause<LlmError>): Cause.Cause<LlmError> => {
  for (const reason of cause.reasons) {
    if (reason._tag === "Die") return Cause.fail(broken(part, reason.defect))
    if (reason._tag === "Fail" && !isLlmError(reason.error)) return Cause.fail(broken(part, reason.error))
  }
  return cause
}

const broken = (part: string, defect: unknown): LlmError => {
  const said = defect instanceof Error ? `${defect.name}: ${defect.message}` : String(defect)
  return LlmError.make({ _tag: "PluginFailure", plugin: part, defect: said, message: `${part} died: ${said}` })
}

/** The same for a step of a retriever, within so many ms. */
export const timed = <A>(
  what: string,
  ms: number,
  run: () => Effect.Effect<A, LlmError>,
): Effect.Effect<A, LlmError> => {
  const late = LlmError.make({ _tag: "Timeout", phase: "total", ms, message: `${what} was not done within ${ms} ms` })
  return Effect.timeoutOrElse(guarded(what, run), { duration: ms, orElse: () => Effect.fail(late) })
}
