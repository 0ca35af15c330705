import * as Effect from "effect/Effect"
import type { LlmError } from "../LlmError.ts"
import type { Verdict } from "../Verdict.ts"
import { pluginFailure } from "./guard.ts"

/** Types promise a verdict; authors without types may give something else, and a score may come out of anywhere. */
export const checkedVerdict = (
  plugin: string,
  verdict: Verdict | null | undefined,
): Effect.Effect<Verdict, LlmError> => {
  if (typeof verdict !== "object" || verdict === null) return wrong(plugin, "it gave no verdict")
  const { ok, score, issues } = verdict
  if (typeof ok !== "boolean" || !Array.isArray(issues)) return wrong(plugin, "it gave a verdict without ok or issues")
  return score >= 0 && score <= 1 ? Effect.succeed(verdict) : wrong(plugin, `its score is ${score}, and not 0 to 1`)
}

const wrong = (plugin: string, what: string): Effect.Effect<never, LlmError> =>
  Effect.fail(pluginFailure(plugin, new TypeError(what)))
