import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CallContext } from "./CallContext.ts"
import type { JsonObject } from "./Json.ts"
import type { LlmError } from "./LlmError.ts"
import type { LlmRequest } from "./Request.ts"
import type { ProviderResponse } from "./Response.ts"
import type { Verdict } from "./Verdict.ts"

/** Says whether an answer is good. */
export interface Validator {
  readonly validate: (
    response: ProviderResponse,
    request: LlmRequest,
    context: CallContext,
  ) => Effect.Effect<Verdict, LlmError>
}

/** Another validator of the stack by its name, for those that are made of others. Its failures are those of `make`. */
export type ValidatorLookup = (name: string, params: JsonObject) => Effect.Effect<Validator, LlmError>

/**
 * Named validators of one plugin. A call, or a JSON config, asks for one by name and parameters; `make` checks the
 * parameters before anything is sent. What a looked-up validator throws is blamed on the plugin that brought it.
 */
export interface ValidatorFactory {
  readonly names: ReadonlyArray<string>
  readonly make: (name: string, params: JsonObject, lookup: ValidatorLookup) => Effect.Effect<Validator, LlmError>
}

export interface RegisteredValidator {
  readonly factory: ValidatorFactory
  readonly plugin: string
}

/** The validators of a stack, by name. Default: none, so every answer is accepted. */
export const Validators = Context.Reference<ReadonlyMap<string, RegisteredValidator>>("@switchyard/core/Validators", {
  defaultValue: () => new Map(),
})

/** The verdict on an answer that nobody was asked to judge. */
export const accepted: Verdict = { ok: true, score: 1, issues: [] }

/**
 * All verdicts on one answer as one: ok when each is, undecided when none says no and one cannot tell, the lowest score,
 * every issue. The last repair counts: each validator judges what the ones before it made of the answer.
 */
export const mergeVerdicts = (verdicts: ReadonlyArray<Verdict>): Verdict => {
  if (verdicts.length === 1 && verdicts[0] !== undefined) return verdicts[0]
  let repaired: Verdict["repaired"]
  let score = 1
  for (const verdict of verdicts) {
    repaired = verdict.repaired ?? repaired
    score = Math.min(score, verdict.score)
  }
  const ok = verdicts.every((v) => v.ok)
  const undecided = !ok && verdicts.every((v) => v.ok || v.undecided === true)
  const issues = verdicts.flatMap((v) => v.issues)
  return { ok, ...(undecided ? { undecided } : {}), score, issues, ...(repaired === undefined ? {} : { repaired }) }
}
