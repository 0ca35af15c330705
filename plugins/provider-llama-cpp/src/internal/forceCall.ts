import type {
  ChatWrapper,
  ChatWrapperGenerateContextStateOptions,
  ChatWrapperGeneratedContextState,
  ChatWrapperSettings,
} from "node-llama-cpp"
import type { Library } from "./backend.ts"

/**
 * The same chat template, which begins the answer with a tool call: the model may choose which one, not whether. That is
 * what `toolChoice: "required"` means.
 */
export const forceCall = (library: Library, template: ChatWrapper): ChatWrapper => {
  class Forced extends library.ChatWrapper {
    readonly wrapperName = template.wrapperName
    override readonly settings: ChatWrapperSettings = template.settings

    override generateContextState(options: ChatWrapperGenerateContextStateOptions): ChatWrapperGeneratedContextState {
      const { contextText, stopGenerationTriggers } = template.generateContextState(options)
      const inject = library.LlamaText([])
      return {
        contextText,
        stopGenerationTriggers,
        detectFunctionCalls: true,
        noPrefixTrigger: { type: "functionCall", inject },
      }
    }
  }
  return new Forced()
}
