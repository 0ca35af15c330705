import * as Effect from "effect/Effect"
import type { NamedValidator } from "../Call.ts"
import { LlmError } from "../LlmError.ts"
import type { LlmRequest } from "../Request.ts"
import type { Stack } from "../Stack.ts"
import { guard } from "./guard.ts"
import { nearest } from "./nearest.ts"

const none: ReadonlyArray<NamedValidator> = []

const unknownValidator = (name: string, known: ReadonlyArray<string>): LlmError => {
  const close = nearest(name, known)
  const hint =
    close === undefined
      ? `known: ${known.join(", ") || "none, since no validator plugin is installed"}`
      : `did you mean "${close}"?`
  return LlmError.make({
    _tag: "InvalidRequest",
    field: "policy.validators",
    message: `there is no validator "${name}" (${hint})`,
  })
}

/** The validators that a request names, with their parameters checked before anything is sent. */
export const chooseValidators = (
  stack: Stack,
  request: LlmRequest,
): Effect.Effect<ReadonlyArray<NamedValidator>, LlmError> => {
  const specs = request.policy?.validators
  if (specs === undefined || specs.length === 0) return Effect.succeed(none)
  return Effect.forEach(specs, ({ type, params }) => {
    const registered = stack.validators.get(type)
    if (registered === undefined) return Effect.fail(unknownValidator(type, [...stack.validators.keys()]))
    const { factory, plugin } = registered
    return Effect.map(
      guard(plugin, () => factory.make(type, params ?? {})),
      (validator) => ({ plugin, validator }),
    )
  })
}
