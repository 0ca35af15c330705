import { type EmbedRequest, LlmError, type ProviderEmbedResponse } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { fromLibrary } from "./errors.ts"
import type { Embedder } from "./LocalModel.ts"

/** What every input must be, told before the first is evaluated. Gives the tokens of all. */
const check = ({ context, contextSize, model }: Embedder, { inputs, dimensions }: EmbedRequest): number | LlmError => {
  const size = model.embeddingVectorSize
  if (dimensions !== undefined && dimensions !== size) {
    const message = `this model's vectors have ${size} dimensions and cannot be made to have ${dimensions}: leave dimensions out`
    return LlmError.make({ _tag: "Unsupported", feature: "dimensions", message })
  }
  let total = 0
  for (const [index, input] of inputs.entries()) {
    const tokens = context.calculateInputLength(input)
    if (input === "" || tokens === 0) {
      const field = `inputs[${index}]`
      return LlmError.make({ _tag: "InvalidRequest", field, message: `${field} is empty: it has no embedding` })
    }
    if (tokens > contextSize) {
      const message = `inputs[${index}] has ${tokens} tokens, and the model's context holds ${contextSize}`
      return LlmError.make({ _tag: "ContextTooLong", limit: contextSize, requested: tokens, message })
    }
    total += tokens
  }
  return total
}

/** A vector of length 1, so that dot product and cosine are the same. */
const unit = (values: ReadonlyArray<number>): Float32Array => {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  return Float32Array.from(values, (value) => (length === 0 ? 0 : value / length))
}

/** Embeds the inputs one after the other: the processor is busy with one already. Interruption ends it between two. */
export const embed = Effect.fnUntraced(function* (embedder: Embedder, request: EmbedRequest) {
  const total = yield* Effect.try({ try: () => check(embedder, request), catch: (error) => fromLibrary(error) })
  if (typeof total !== "number") return yield* total
  const vectors = yield* Effect.forEach(request.inputs, (input) =>
    Effect.uninterruptible(
      Effect.tryPromise({
        try: async () => unit((await embedder.context.getEmbeddingFor(input)).vector),
        catch: (error) => fromLibrary(error),
      }),
    ),
  )
  const response: ProviderEmbedResponse = {
    vectors,
    dimensions: embedder.model.embeddingVectorSize,
    model: request.model,
    usage: { input: { total }, output: {} },
  }
  return response
})
