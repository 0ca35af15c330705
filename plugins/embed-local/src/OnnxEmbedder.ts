import { createHash } from "node:crypto"
import { LlmError } from "@switchyard/core"
import { Embedder, type EmbedOptions, normalisedEmbedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { badModel, openModelFolder, type Pooling, poolings, type Weights, weights } from "./internal/modelFolder.ts"
import { pool, rowsOf } from "./internal/pool.ts"
import { loadTransformers, type OnnxModel, type Tokenizer, type Transformers } from "./internal/transformers.ts"

export interface OnnxEmbedderOptions {
  /** A folder with `config.json`, `tokenizer.json`, `tokenizer_config.json` and `onnx/model.onnx`. */
  readonly folder: string
  /** Which weights: `fp32` (default), `fp16`, `q8`, `int8`, `uint8`, `q4`, each a file of its own in `onnx`. */
  readonly weights?: Weights
  /** Default: what the model's `1_Pooling/config.json` says, else `mean`. */
  readonly pooling?: Pooling
  /** Vectors of length 1. Default: true. */
  readonly normalise?: boolean
  /** Put before each text, by purpose: `{ query: "query: ", document: "passage: " }` for models that were trained so. */
  readonly prefixes?: { readonly query?: string; readonly document?: string }
  /** What is longer is cut, with a warning. Default: the model's own window. */
  readonly maxTokens?: number
  /** Texts at a time. Default: 16. */
  readonly batch?: number
  /** Threads of one computation. Default: 1. */
  readonly threads?: number
}

/**
 * A sentence model in ONNX form, from a local folder, through `@huggingface/transformers` (an optional peer). Nothing is
 * fetched. It is loaded when this is run and unloaded with the scope. The stamp is `onnx/FOLDER`, with a checksum of the
 * weights, the tokenizer and whatever else changes the vectors. Fails with `InvalidRequest` where files are missing or
 * broken, and with `Unsupported` without the library. An interruption takes effect between two batches.
 */
export const makeOnnxEmbedder = (options: OnnxEmbedderOptions): Effect.Effect<Embedder, LlmError, Scope.Scope> =>
  Effect.flatMap(loadTransformers, (library) => onnxEmbedderOf(library, options))

/** Loaded when the layer is built. */
export const layerOnnxEmbedder = (options: OnnxEmbedderOptions): Layer.Layer<Embedder, LlmError> =>
  Layer.effect(Embedder, makeOnnxEmbedder(options))

/** The same with the library given. */
export const onnxEmbedderOf = Effect.fnUntraced(function* (library: Transformers, options: OnnxEmbedderOptions) {
  const { prefixes = {}, batch = 16, threads = 1, normalise = true } = options
  for (const [field, value] of Object.entries({ batch, threads, maxTokens: options.maxTokens ?? 1 }))
    if (!Number.isInteger(value) || value < 1)
      return yield* wrong(field, `${field} must be an integer from 1, and is ${value}`)
  const dtype = options.weights ?? "fp32"
  if (!Object.hasOwn(weights, dtype))
    return yield* wrong("weights", `weights must be one of ${Object.keys(weights).join(", ")}`)
  if (options.pooling !== undefined && !poolings.includes(options.pooling))
    return yield* wrong("pooling", `pooling must be one of ${poolings.join(", ")}`)
  const folder = yield* openModelFolder(options.folder, dtype, options.pooling)
  const { model, tokenizer } = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () => load(library, folder.path, dtype, threads),
      catch: (error) => badModel(`the model in ${folder.path} cannot be loaded: ${messageOf(error)}`),
    }),
    ({ model: loaded }) => Effect.ignore(Effect.tryPromise(() => loaded.dispose())),
  )
  const { pooling } = folder
  const scope = yield* Effect.scope
  const maxTokens = windowOf(tokenizer, model, options.maxTokens)
  const one = yield* Semaphore.make(1)
  const run = (texts: ReadonlyArray<string>) =>
    Effect.flatMap(
      one.withPermits(1)(
        scope.state._tag === "Closed"
          ? Effect.fail(unloaded(folder.path))
          : Effect.uninterruptible(
              Effect.tryPromise({
                try: () => vectorsOf({ model, tokenizer, pooling, maxTokens }, texts),
                catch: (error) =>
                  LlmError.make({
                    _tag: "ProviderInternal",
                    message: `the model in ${folder.path} failed: ${messageOf(error)}`,
                  }),
              }),
            ),
      ),
      ({ vectors, cut }) => (cut === 0 ? Effect.succeed(vectors) : Effect.as(warnCut(cut, maxTokens), vectors)),
    )
  const [first] = yield* run(["."])
  const settings = JSON.stringify([folder.checksum, pooling, maxTokens, prefixes.query, prefixes.document])
  const embedder: Embedder = {
    id: `onnx/${folder.path.split(/[\\/]/).at(-1) ?? "model"}`,
    version: `1-${createHash("sha256").update(settings).digest("hex").slice(0, 8)}`,
    dimensions: first?.length ?? 0,
    embed: (texts, given) => embedBatches(texts.map(prefixed(prefixes, given)), batch, run),
  }
  return normalise ? normalisedEmbedder(embedder) : embedder
})

const load = async (library: Transformers, path: string, dtype: Weights, threads: number) => {
  const tokenizer = await library.AutoTokenizer.from_pretrained(path, { local_files_only: true })
  const session_options = { intraOpNumThreads: threads, interOpNumThreads: 1 }
  const given = { local_files_only: true, device: "cpu", dtype, session_options } as const
  return { tokenizer, model: await library.AutoModel.from_pretrained(path, given) }
}

/** Tokenizers without a bound say a huge number. */
const windowOf = ({ model_max_length: said = Infinity }: Tokenizer, { config }: OnnxModel, asked = Infinity): number =>
  Math.min(asked, said, config.max_position_embeddings ?? 512)

const prefixed =
  ({ query = "", document = "" }: NonNullable<OnnxEmbedderOptions["prefixes"]>, given: EmbedOptions = {}) =>
  (text: string): string =>
    given.purpose === "query" ? query + text : given.purpose === "document" ? document + text : text

/** Texts of like length together, since all of a batch are as long as its longest. */
const embedBatches = Effect.fnUntraced(function* (
  texts: ReadonlyArray<string>,
  batch: number,
  run: (texts: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Float32Array>, LlmError>,
) {
  const order = texts.map((_, index) => index).sort((a, b) => (texts[a]?.length ?? 0) - (texts[b]?.length ?? 0))
  const vectors: Array<Float32Array> = []
  for (let at = 0; at < order.length; at += batch) {
    const places = order.slice(at, at + batch)
    const made = yield* run(places.map((place) => texts[place] ?? ""))
    for (const [index, place] of places.entries()) {
      const vector = made[index]
      if (vector !== undefined) vectors[place] = vector
    }
  }
  return vectors
})

interface Loaded {
  readonly model: OnnxModel
  readonly tokenizer: Tokenizer
  readonly pooling: Pooling
  readonly maxTokens: number
}

/** A token is hardly longer than this; what is further behind cannot be within the window. Units. */
const longestToken = 100

const vectorsOf = async ({ model, tokenizer, pooling, maxTokens }: Loaded, texts: ReadonlyArray<string>) => {
  let fitting = texts.map((text) => text.slice(0, maxTokens * longestToken))
  const options = { padding: true, truncation: true, max_length: maxTokens } as const
  let encoded = tokenizer(fitting, options)
  let cut = 0
  if ((encoded.attention_mask.dims[1] ?? 0) >= maxTokens) {
    // The library cuts the closing token off as well, without which models were not trained.
    const fitted = fitting.map((text) => fit(text, tokenizer, maxTokens))
    cut = fitted.filter((text, index) => text !== texts[index]).length
    fitting = fitted
    if (cut > 0) encoded = tokenizer(fitting, options)
  }
  const { sentence_embedding: pooled, last_hidden_state, token_embeddings } = await model(encoded)
  const hidden = last_hidden_state ?? token_embeddings
  if (pooled !== undefined) return { vectors: rowsOf(pooled), cut }
  if (hidden === undefined) throw new Error("it gives neither sentence_embedding nor last_hidden_state")
  return { vectors: pool(hidden, encoded.attention_mask, pooling), cut }
}

/** As much of the beginning as is at most `maxTokens`, about. */
const fit = (text: string, tokenizer: Tokenizer, maxTokens: number): string => {
  let fitting = text
  for (let tokens = Infinity; (tokens = tokenizer.encode(fitting).length) > maxTokens && fitting.length > 0;)
    fitting = fitting.slice(0, Math.min(fitting.length - 1, Math.floor((fitting.length * maxTokens) / tokens)))
  return fitting
}

const warnCut = (texts: number, maxTokens: number) =>
  Effect.logWarning(
    `${texts} ${texts === 1 ? "text was" : "texts were"} cut at ${maxTokens} tokens, the model's window: embed shorter chunks`,
  )

const unloaded = (path: string): LlmError =>
  badModel(`the model in ${path} was unloaded with its scope: keep the scope open as long as it is used`)

const wrong = (field: string, message: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field, message }, { operation: "config" })

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
