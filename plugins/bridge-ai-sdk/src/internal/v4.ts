import type { LanguageModelV4 } from "@ai-sdk/provider"
import { streamAnswer, wholeAnswer } from "./form.ts"
import { StreamParts } from "./parts.ts"
import type { Gaps, Speaker } from "./speaker.ts"

const none: Gaps = { reasoning: false, strictTools: false, strictOutput: false, files: false, approvals: false }

const same = <P>(part: P): P => part

/** A model of specification V4: its words are the bridge's own. */
export const speakV4 = (model: LanguageModelV4): Speaker => ({
  provider: model.provider,
  modelId: model.modelId,
  gaps: none,
  generate: async (options) => wholeAnswer(await model.doGenerate(options)),
  stream: async (options) => {
    const { stream, response } = streamAnswer(await model.doStream(options))
    return { parts: new StreamParts(stream, same), headers: response?.headers }
  },
})
