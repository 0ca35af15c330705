import type { SharedV4Warning } from "@ai-sdk/provider"
import type { Usage, Warning } from "@switchyard/core"

/** Fields of a request that the AI SDK names otherwise. */
const names: ReadonlyArray<readonly [ours: string, theirs: string]> = [
  ["stop", "stopSequences"],
  ["output", "responseFormat"],
  ["reasoningEffort", "reasoning"],
]

const ours = new Map(names.map(([our, their]) => [their, our]))
const theirs = new Map<string, string>(names)

/** The request's field that an AI SDK warning is about. Tools are named in many ways. */
const settingOf = (feature: string): string => ours.get(feature) ?? (/\btools?\b/i.test(feature) ? "tools" : feature)

/** A model's warning as ours. */
export const fromWarning = (warning: SharedV4Warning): Warning => {
  switch (warning.type) {
    case "unsupported":
    case "compatibility": {
      const setting = settingOf(warning.feature)
      const supported = warning.type === "unsupported" ? "is not supported by the model" : "is supported in part"
      return { type: warning.type, setting, message: warning.details ?? `${warning.feature} ${supported}` }
    }
    case "deprecated":
      return { type: "other", setting: warning.setting, message: warning.message }
    default:
      return { type: "other", message: warning.message }
  }
}

/** Our warning for AI SDK users. */
export const toWarning = ({ type, message, setting }: Warning): SharedV4Warning => {
  if (type !== "unsupported" && type !== "compatibility") return { type: "other", message }
  if (setting === undefined) return { type: "other", message }
  return { type, feature: theirs.get(setting) ?? setting, details: message }
}

/** Tokens were put out and nothing came: the package may drop what it does not know, and nothing is lost in silence. */
export const emptyAnswer = ({ output }: Usage): ReadonlyArray<Warning> =>
  (output.total ?? 0) > 0
    ? [
        {
          type: "degraded",
          message: `the answer has no content, though the model put out ${output.total} tokens: its AI SDK package may not know what it sent`,
        },
      ]
    : []
