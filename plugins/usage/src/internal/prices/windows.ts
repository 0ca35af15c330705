import type { ModelInfo } from "@switchyard/core"
import { MODEL_CONFIGS, type ModelCapabilities } from "llm-zoo"
import { type ModelName, spellings } from "../../ModelNames.ts"

type Config = (typeof MODEL_CONFIGS)[string]

/** By all names under which llm-zoo lists a model; the first entry of a name counts, variants with a mode come later. */
const byName = (): ReadonlyMap<string, Config> => {
  const found = new Map<string, Config>()
  for (const config of Object.values(MODEL_CONFIGS)) {
    const { fullName, openrouterFullName, shortName } = config
    const router = openrouterFullName?.replace(/:.*$/, "")
    for (const name of [fullName, shortName, router?.slice(router.indexOf("/") + 1)]) {
      const key = name?.toLowerCase()
      if (key !== undefined && !found.has(key)) found.set(key, config)
    }
  }
  return found
}

let names: ReadonlyMap<string, Config> | undefined

const inputMedia = (can: ModelCapabilities): ReadonlyArray<string> => [
  "text/plain",
  ...(can.supportsVision ? ["image/*"] : []),
  ...(can.supportsNativePdf ? ["application/pdf"] : []),
  ...(can.supportsNativeAudio ? ["audio/*"] : []),
]

/** What llm-zoo knows of a model: window, largest answer, abilities. What it does not say is `false`: not promised. */
export const inZoo = ({ name }: ModelName): ModelInfo | undefined => {
  names ??= byName()
  const key = spellings(name).find((each) => names?.has(each) === true)
  const config = key === undefined ? undefined : names.get(key)
  if (config === undefined) return undefined
  const { capabilities: can, contextWindow, maxOutputTokens } = config
  return {
    contextWindow,
    maxOutput: maxOutputTokens,
    inputMedia: inputMedia(can),
    outputMedia: ["text/plain"],
    tools: can.supportsFunctionCalling,
    structuredOutput: false,
    reasoning: can.supportsReasoning,
    acceptsPrefill: can.supportsAssistantPrefill,
    fetchesUrls: false,
  }
}
