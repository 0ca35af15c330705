import type { SharedV4ProviderOptions } from "@ai-sdk/provider"
import { type EmbedRequest, LlmError, type ProviderEmbedResponse, unknownUsage, type Usage } from "@switchyard/core"
import { namespaceOf } from "./namespace.ts"
import type { AnyEmbeddingModel } from "./models.ts"
import { isObject } from "./plain.ts"
import { toOptions } from "./providerData.ts"

const invalid = (message: string): LlmError => LlmError.make({ _tag: "InvalidResponse", message })

/** One vector per text, all of one length. */
const vectorsOf = (embeddings: unknown, count: number): ReadonlyArray<Float32Array> => {
  if (!Array.isArray(embeddings)) throw invalid("the model gave no list of vectors")
  if (embeddings.length !== count) throw invalid(`${count} texts were sent and ${embeddings.length} vectors came back`)
  const vectors = embeddings.map((numbers: ArrayLike<number>) => Float32Array.from(numbers))
  const length = vectors[0]?.length ?? 0
  if (length === 0) throw invalid("a vector is empty")
  if (vectors.some((vector) => vector.length !== length)) throw invalid("the vectors differ in length")
  return vectors
}

const usageOf = (tokens: unknown): Usage =>
  typeof tokens === "number" && Number.isInteger(tokens) && tokens >= 0
    ? { input: { total: tokens }, output: {} }
    : unknownUsage

/** The AI SDK does not say which model answered; its raw body may. */
const modelOf = (body: unknown): string | undefined =>
  isObject(body) && typeof body["model"] === "string" ? body["model"] : undefined

/** Specifications before V4 have no field for the number of dimensions: vendors take it as an option of their own. */
const sized = (
  options: SharedV4ProviderOptions | undefined,
  dimensions: number,
  namespace: string,
): SharedV4ProviderOptions => ({ ...options, [namespace]: { dimensions, ...options?.[namespace] } })

/** One call of an embedding model of any version. */
export const toEmbedding = async (
  model: AnyEmbeddingModel,
  request: EmbedRequest,
  naming: { readonly id: string; readonly namespace: string | undefined },
  abortSignal: AbortSignal,
): Promise<ProviderEmbedResponse> => {
  const namespace = naming.namespace ?? namespaceOf(model.provider)
  const { dimensions } = request
  const given = toOptions(request.providerData, { id: naming.id, namespace })
  const older = model.specificationVersion !== "v4"
  const options = dimensions !== undefined && older ? sized(given, dimensions, namespace) : given
  const call = {
    values: [...request.inputs],
    abortSignal,
    ...(options === undefined ? {} : { providerOptions: options }),
  }
  const result =
    model.specificationVersion === "v4"
      ? await model.doEmbed(dimensions === undefined ? call : { ...call, dimensions })
      : model.specificationVersion === "v3"
        ? await model.doEmbed(call)
        : await model.doEmbed(call as Parameters<typeof model.doEmbed>[0]) // options are JSON in both
  const vectors = vectorsOf(result.embeddings, request.inputs.length)
  return {
    vectors,
    dimensions: vectors[0]?.length ?? 0,
    model: modelOf(result.response?.body) ?? request.model,
    usage: usageOf(result.usage?.tokens),
  }
}
