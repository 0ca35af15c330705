import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"

/** The one file that knows `@huggingface/transformers`: as much of it as is used, and how it is loaded. */

export interface Tensor {
  readonly dims: ReadonlyArray<number>
  readonly data: ArrayLike<number | bigint>
}

export interface Encoded {
  readonly attention_mask: Tensor
  readonly [input: string]: Tensor
}

export interface Tokenizer {
  (texts: ReadonlyArray<string>, options: { padding: true; truncation: true; max_length: number }): Encoded
  readonly encode: (text: string) => ReadonlyArray<number>
  readonly model_max_length?: number
}

export interface OnnxModel {
  (inputs: Encoded): Promise<Readonly<Record<string, Tensor>>>
  readonly config: { readonly max_position_embeddings?: number }
  readonly dispose: () => Promise<unknown>
}

interface ModelOptions {
  readonly local_files_only: true
  readonly device: "cpu"
  readonly dtype: string
  readonly session_options: { readonly intraOpNumThreads: number; readonly interOpNumThreads: number }
}

export interface Transformers {
  readonly AutoTokenizer: {
    readonly from_pretrained: (folder: string, options: { local_files_only: true }) => Promise<Tokenizer>
  }
  readonly AutoModel: { readonly from_pretrained: (folder: string, options: ModelOptions) => Promise<OnnxModel> }
}

const name = "@huggingface/transformers"

/** Loads the library where it is installed. */
export const loadTransformers: Effect.Effect<Transformers, LlmError> = Effect.tryPromise({
  try: async () => (await import(/* @vite-ignore */ name)) as Transformers, // an optional peer: its types may not be there
  catch: (error) =>
    LlmError.make(
      {
        _tag: "Unsupported",
        feature: "ONNX models",
        message:
          error instanceof Error && /^(?:Cannot find|Could not resolve)/.test(error.message)
            ? `ONNX models need ${name}: install it with npm install ${name}`
            : `${name} could not be loaded: ${error instanceof Error ? error.message : String(error)}`,
      },
      { operation: "config" },
    ),
})
