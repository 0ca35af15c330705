import type { EmbeddingModelV4, EmbeddingModelV4CallOptions, EmbeddingModelV4Result } from "@ai-sdk/provider"
import type { EmbedResponse } from "@switchyard/core"
import * as Context from "effect/Context"
import { isObject } from "./internal/plain.ts"
import { fromOptions, switchyardKey } from "./internal/providerData.ts"
import { toApiCallError } from "./internal/out/errors.ts"
import type { CallSettings } from "./internal/out/request.ts"
import { callMetadata } from "./internal/out/result.ts"
import { answered, type Services, type Stack } from "./internal/out/stack.ts"

/** Settings of an embedding model over a stack. */
export interface EmbeddingSettings extends Pick<CallSettings, "tenant" | "tags"> {
  /** Name of the AI SDK provider. Default: `"switchyard"`. */
  readonly provider?: string
  /** The AI SDK splits longer lists into several calls. Default: 2048, OpenAI's limit. */
  readonly maxEmbeddingsPerCall?: number
  /** Of a stack that is Effect's `Kernel`: the services that its calls run with. */
  readonly services?: Services
}

/** A stack's embeddings as an embedding model of the AI SDK (specification V4): `embed` and `embedMany` run on it. */
export const embeddingModel = (stack: Stack, modelId: string, settings: EmbeddingSettings = {}): EmbeddingModelV4 => {
  const services = settings.services ?? Context.empty()

  const doEmbed = async (options: EmbeddingModelV4CallOptions): Promise<EmbeddingModelV4Result> => {
    const { values, dimensions, abortSignal, headers } = options
    const { [switchyardKey]: own, ...providerData } = fromOptions(options.providerOptions) ?? {}
    const tenant = typeof own?.["tenant"] === "string" ? own["tenant"] : settings.tenant
    const tags = isObject(own?.["tags"]) ? (own["tags"] as Readonly<Record<string, string>>) : settings.tags
    const request = {
      model: modelId,
      inputs: values,
      ...(dimensions === undefined ? {} : { dimensions }),
      ...(Object.keys(providerData).length === 0 ? {} : { providerData }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(tags === undefined ? {} : { tags }),
    }
    try {
      const call = stack.embed(request, abortSignal === undefined ? {} : { signal: abortSignal })
      const response: EmbedResponse = await answered(call, services, abortSignal)
      const tokens = response.usage.input.total
      const extra = Object.keys(headers ?? {}).filter((name) => name.toLowerCase() !== "user-agent")
      return {
        embeddings: response.vectors.map((vector) => Array.from(vector)),
        ...(tokens === undefined ? {} : { usage: { tokens } }),
        providerMetadata: callMetadata(response, undefined, []),
        warnings: extra.length === 0 ? [] : [{ type: "unsupported", feature: "headers", details: lost(extra) }],
      }
    } catch (error) {
      throw abortSignal?.aborted === true ? abortSignal.reason : toApiCallError(error, modelId)
    }
  }

  return {
    specificationVersion: "v4",
    provider: settings.provider ?? "switchyard",
    modelId,
    maxEmbeddingsPerCall: settings.maxEmbeddingsPerCall ?? 2048,
    supportsParallelCalls: true,
    doEmbed,
  }
}

const lost = (names: ReadonlyArray<string>): string =>
  `the headers ${names.join(", ")} were not sent: embeddings of Switchyard have none`
