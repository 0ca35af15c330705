import type { LlmRequest } from "@switchyard/core"
import type { Warnings } from "@switchyard/transport/provider"

type Setting = "temperature" | "topP" | "presencePenalty" | "frequencyPenalty"

/** OpenAI's reasoning models refuse sampling settings; the call goes without them. */
export const dropSampling = (
  request: LlmRequest,
  settings: ReadonlyArray<Setting>,
  warnings: Warnings,
): Pick<LlmRequest, Setting> => {
  for (const setting of settings) {
    if (request[setting] !== undefined) warnings.unsupported(setting, `${request.model} is a reasoning model`)
  }
  return {}
}
