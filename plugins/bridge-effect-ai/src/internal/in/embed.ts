import { type EmbedRequest, LlmError, type ProviderEmbedResponse } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { CallSettings, Setting, SettingsCarrier } from "../../CallSettings.ts"
import type { AiError, EmbeddingModel } from "../ai.ts"
import { alive } from "./alive.ts"
import { around } from "./request.ts"

interface Built {
  readonly model: EmbeddingModel.EmbeddingModel
  readonly settings?: SettingsCarrier | undefined
  readonly dimensions?: number | undefined
}

/**
 * Texts through an embedding model of effect/ai. It does not say which model answered: the name is the one asked for.
 * Vectors have no warnings, so dimensions that cannot be asked for are refused before anything is sent.
 */
export const embedThrough = (
  { model, settings, dimensions }: Built,
  request: EmbedRequest,
  id: string,
): Effect.Effect<ProviderEmbedResponse, AiError.AiError | LlmError> => {
  const honoured = (setting: Setting): boolean => settings !== undefined && settings.honours.includes(setting)
  const wanted = request.dimensions
  const asked = wanted !== undefined && honoured("dimensions")
  if (wanted !== undefined && !asked && wanted !== dimensions) return Effect.fail(fixed(id, request, dimensions))
  const given: CallSettings = {
    ...(asked ? { dimensions: wanted } : {}),
    ...(request.providerData !== undefined && honoured("providerData") ? { providerData: request.providerData } : {}),
  }
  const called = Effect.provideContext(
    alive(id, request.model, () => model.embedMany(request.inputs)),
    around(settings, given),
  )
  return Effect.flatMap(called, (response) => toVectors(response, request))
}

const fixed = (id: string, { model, dimensions }: EmbedRequest, known: number | undefined): LlmError =>
  LlmError.make({
    _tag: "Unsupported",
    feature: "dimensions",
    message: `${id}/${model}: ${dimensions} dimensions cannot be asked for through effect/ai: ${
      known === undefined ? "make the model's layer with them" : `its layer was made with ${known}`
    }`,
  })

const toVectors = ({ embeddings, usage }: EmbeddingModel.EmbedManyResponse, request: EmbedRequest) => {
  const vectors = embeddings.map(({ vector }) => Float32Array.from(vector))
  const dimensions = vectors[0]?.length ?? 0
  if (vectors.length !== request.inputs.length || dimensions === 0 || vectors.some((v) => v.length !== dimensions)) {
    const message = `${request.inputs.length} vectors of one length were expected: ${vectors.map((v) => v.length).join(", ") || "none"} came`
    return Effect.fail(LlmError.make({ _tag: "InvalidResponse", message: message.slice(0, 300) }))
  }
  const total = usage.inputTokens
  const counted = total !== undefined && Number.isInteger(total) && total >= 0 ? { total } : {}
  return Effect.succeed({ vectors, dimensions, model: request.model, usage: { input: counted, output: {} } })
}
