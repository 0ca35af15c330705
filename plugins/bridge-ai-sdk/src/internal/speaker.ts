import type {
  LanguageModelV2,
  LanguageModelV3,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
} from "@ai-sdk/provider"
import type { PartSource } from "./parts.ts"

/** A language model of any version of the specification, told apart by its `specificationVersion`. */
export type AnyLanguageModel = LanguageModelV2 | LanguageModelV3 | LanguageModelV4

/** What a version of the specification has no field for. */
export interface Gaps {
  readonly reasoning: boolean
  readonly strictTools: boolean
  readonly strictOutput: boolean
  readonly files: boolean
  readonly approvals: boolean
}

export interface StreamAnswer {
  readonly parts: PartSource
  readonly headers: Readonly<Record<string, string>> | undefined
}

/** A model in the words of the newest specification. Each older version has a reader that translates, file `v2.ts` and `v3.ts`. */
export interface Speaker {
  readonly provider: string
  readonly modelId: string
  readonly gaps: Gaps
  readonly generate: (options: LanguageModelV4CallOptions) => Promise<LanguageModelV4GenerateResult>
  readonly stream: (options: LanguageModelV4CallOptions) => Promise<StreamAnswer>
}
