import { Kernel, LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { AnySchema, TypeOf } from "./AnySchema.ts"
import { objectCall, objectIn, type ObjectRequest, type ObjectResult } from "./internal/objectAnswer.ts"

export type { ObjectRequest, ObjectResult } from "./internal/objectAnswer.ts"

/**
 * Asks for an object and gives it back checked and typed by its schema. The model is given the JSON Schema; the answer may
 * stand in a code fence, and nothing else of it is mended here.
 *
 * Fails with `InvalidRequest` for a schema that no vendor takes, before anything is sent; `OutputInvalid` with the faults
 * (path and message) in `verdicts` and the answer in `text`; `ContentFiltered` for a refusal; and as `generate` does.
 */
export const generateObject = <S extends AnySchema>(
  request: ObjectRequest<S>,
): Effect.Effect<ObjectResult<TypeOf<S>>, LlmError, Kernel> =>
  Effect.gen(function* () {
    const call = objectCall(request)
    if (call instanceof LlmError) return yield* call
    const kernel = yield* Kernel
    return yield* objectIn(call.read, yield* kernel.generate(call.request))
  })
