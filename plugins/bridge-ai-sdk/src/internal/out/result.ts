import type { LanguageModelV4GenerateResult, LanguageModelV4Usage, SharedV4ProviderMetadata } from "@ai-sdk/provider"
import type { FinishPart, Json, LlmResponse, ProviderData, Usage, Warning } from "@switchyard/core"
import { toFinish } from "../finish.ts"
import { isObject } from "../plain.ts"
import { withSwitchyard } from "../providerData.ts"
import { toWarning } from "../settings.ts"
import { type Handing, metadataOf, toContent } from "./content.ts"

/** Token counts in the AI SDK's words. A cost goes into the metadata. */
export const toUsage = ({ input, output, raw }: Usage): LanguageModelV4Usage => ({
  inputTokens: {
    total: input.total,
    noCache: input.uncached,
    cacheRead: input.cacheRead,
    cacheWrite: input.cacheWrite,
  },
  outputTokens: { total: output.total, text: output.text, reasoning: output.reasoning },
  ...(isObject(raw) ? { raw: raw as NonNullable<LanguageModelV4Usage["raw"]> } : {}), // JSON is JSON
})

type Told = Pick<FinishPart, "provider" | "model" | "verdict" | "cached" | "route"> & { readonly usage: Usage }

/** What the stack has to say of the call, under `switchyard`: who answered, what it cost, the verdict, the cache, the route. */
export const callMetadata = (
  told: Told,
  data: ProviderData | undefined,
  warnings: ReadonlyArray<Warning>,
): SharedV4ProviderMetadata => {
  const { provider, model, verdict, cached, route } = told
  const notes: Record<string, unknown> = {}
  if (provider !== undefined) notes["provider"] = provider
  if (model !== undefined) notes["model"] = model
  if (told.usage.cost !== undefined) notes["cost"] = told.usage.cost
  if (verdict !== undefined) notes["verdict"] = verdict
  if (cached !== undefined) notes["cached"] = cached
  if (route !== undefined) notes["route"] = route
  if (warnings.length > 0) notes["warnings"] = warnings
  return withSwitchyard(metadataOf(data).providerMetadata, notes as { [key: string]: Json }) // core's own plain data
}

/** A whole answer of the stack as a result of `doGenerate`. */
export const toResult = (
  response: LlmResponse,
  handing: Handing,
  warnings: ReadonlyArray<Warning>,
): LanguageModelV4GenerateResult => ({
  content: toContent(response.content, handing, { provider: response.provider, model: response.model }),
  finishReason: toFinish(response.finish),
  usage: toUsage(response.usage),
  providerMetadata: callMetadata(response, response.providerData, []),
  response: { ...(response.id === undefined ? {} : { id: response.id }), modelId: response.model },
  warnings: [...warnings, ...response.warnings].map(toWarning),
})
