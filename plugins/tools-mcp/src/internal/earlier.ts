// A codec: what was said before the answer, as the JSON that `providerData` holds.
import { type JsonObject, Part, type ProviderResponse } from "@switchyard/core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const encode = Schema.encodeResult(Schema.toCodecJson(Schema.Array(Part)))

/**
 * The answer with what was said and done in the steps before it under `providerData.mcp.earlier`, in order: who rejects the
 * answer and asks again can show the model what it knew.
 */
export const withEarlier = (answer: ProviderResponse, earlier: ReadonlyArray<Part>): ProviderResponse => {
  if (earlier.length === 0) return answer
  const written = encode(earlier)
  if (Result.isFailure(written)) return answer
  const mcp: JsonObject = { ...answer.providerData?.["mcp"], earlier: written.success }
  return { ...answer, providerData: { ...answer.providerData, mcp } }
}
