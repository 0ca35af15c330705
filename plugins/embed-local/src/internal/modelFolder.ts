import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { access, readFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { pipeline } from "node:stream/promises"
import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** How the weights are kept, by the name of the file that holds them. */
export const weights = {
  fp32: "model.onnx",
  fp16: "model_fp16.onnx",
  q8: "model_quantized.onnx",
  int8: "model_int8.onnx",
  uint8: "model_uint8.onnx",
  q4: "model_q4.onnx",
} as const

export type Weights = keyof typeof weights

/** How the vectors of the tokens become the one of the text. */
export const poolings = ["mean", "cls", "last"] as const
export type Pooling = (typeof poolings)[number]

/** A folder as sentence models are published in: its path, what its weights are, and how they want to be pooled. */
export interface ModelFolder {
  readonly path: string
  /** Of all that makes its vectors: the weights, the tokenizer, the settings of both. */
  readonly checksum: string
  readonly pooling: Pooling
}

export const badModel = (message: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field: "folder", message }, { operation: "config" })

/** Looks at the folder: nothing is loaded, and the checksum reads the weights once. */
export const openModelFolder = Effect.fnUntraced(function* (folder: string, dtype: Weights, pooling?: Pooling) {
  if (typeof folder !== "string" || folder === "") return yield* badModel("give the model's folder")
  const path = resolve(folder)
  const needed = ["config.json", "tokenizer.json", "tokenizer_config.json", join("onnx", weights[dtype])]
  for (const file of needed) {
    if (!(yield* isThere(join(path, file))))
      return yield* badModel(
        `the model folder ${path} has no ${file}. It needs ${needed.join(", ")}: the files of an ONNX export, as ` +
          `sentence-transformers models are published with`,
      )
  }
  // Large weights stand in a file of their own.
  const data = join("onnx", `${weights[dtype]}_data`)
  const files = (yield* isThere(join(path, data))) ? [...needed, data] : needed
  const checksum = yield* Effect.tryPromise({
    try: (signal) =>
      checksumOf(
        files.map((file) => join(path, file)),
        signal,
      ),
    catch: (error) =>
      badModel(`the model in ${path} cannot be read: ${error instanceof Error ? error.message : error}`),
  })
  const found: ModelFolder = { path, checksum, pooling: pooling ?? (yield* poolingOf(path)) }
  return found
})

const checksumOf = async (files: ReadonlyArray<string>, signal: AbortSignal): Promise<string> => {
  const hash = createHash("sha256")
  for (const file of files) await pipeline(createReadStream(file), hash, { end: false, signal })
  return hash.digest("hex").slice(0, 8)
}

const isThere = (path: string): Effect.Effect<boolean> =>
  Effect.promise(() =>
    access(path).then(
      () => true,
      () => false,
    ),
  )

const PoolingConfig = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
const decodePooling = Schema.decodeUnknownOption(PoolingConfig)

const modes: Readonly<Record<string, Pooling>> = {
  pooling_mode_mean_tokens: "mean",
  pooling_mode_cls_token: "cls",
  pooling_mode_lasttoken: "last",
}

/** What the model's authors say in `1_Pooling/config.json`; without it the mean, as most models have it. */
const poolingOf = Effect.fnUntraced(function* (path: string) {
  const file = join(path, "1_Pooling", "config.json")
  if (!(yield* isThere(file))) return "mean" as const
  const text = yield* Effect.promise(() => readFile(file, "utf8").catch(() => ""))
  const said = Option.getOrUndefined(decodePooling(text))
  if (said === undefined)
    return yield* badModel(`${file} is no JSON object: mend it, or say how to pool with "pooling"`)
  const asked = Object.keys(said).filter((mode) => mode.startsWith("pooling_mode_") && said[mode] === true)
  const [mode, ...more] = asked
  const pooling = mode === undefined ? "mean" : modes[mode]
  if (pooling !== undefined && more.length === 0) return pooling
  return yield* badModel(
    `${file} asks for ${asked.join(" and ")}, which is not known here: say how to pool with "pooling"`,
  )
})
