import * as Effect from "effect/Effect"
import type { NamedValidator } from "../Call.ts"
import type { JsonObject } from "../Json.ts"
import { LlmError } from "../LlmError.ts"
import type { LlmRequest } from "../Request.ts"
import type { Stack } from "../Stack.ts"
import type { Validator } from "../Validator.ts"
import { guard } from "./guard.ts"
import { nearest } from "../Nearest.ts"

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
  return Effect.forEach(specs, ({ type, params }) => makeNamed(stack, type, params ?? {}, 0))
}

/** Validators made of validators made of …: nobody means more than this. */
const maxDepth = 16

const makeNamed = (
  stack: Stack,
  name: string,
  params: JsonObject,
  depth: number,
): Effect.Effect<NamedValidator, LlmError> => {
  const registered = stack.validators.get(name)
  if (registered === undefined) return Effect.fail(unknownValidator(name, [...stack.validators.keys()]))
  if (depth > maxDepth) return Effect.fail(tooDeep(name))
  const { factory, plugin } = registered
  const lookup = (inner: string, given: JsonObject): Effect.Effect<Validator, LlmError> =>
    Effect.map(makeNamed(stack, inner, given, depth + 1), blaming)
  const made = guard(plugin, () => factory.make(name, params, lookup))
  return Effect.map(made, (validator) => ({ plugin, validator }))
}

const blaming = ({ plugin, validator }: NamedValidator): Validator => ({
  validate: (response, request, context) => guard(plugin, () => validator.validate(response, request, context)),
})

const tooDeep = (name: string): LlmError =>
  LlmError.make({
    _tag: "InvalidRequest",
    field: "policy.validators",
    message: `validators are nested more than ${maxDepth} deep at "${name}"`,
  })
