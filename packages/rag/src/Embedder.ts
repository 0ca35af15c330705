import { LlmError } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { EmbedderStamp } from "./EmbedderStamp.ts"

/** What a text is embedded for. Some models embed a question otherwise than the text that answers it; most ignore it. */
export type EmbedPurpose = "query" | "document"

export interface EmbedOptions {
  readonly purpose?: EmbedPurpose
}

/**
 * Turns texts into vectors. Contract: `embed(texts)[i]` belongs to `texts[i]` and has `dimensions` finite numbers; equal
 * texts have equal vectors; no texts give no vectors; `id`, `version` and `dimensions` change whenever vectors stop being
 * comparable with earlier ones. The vectors may be shared with a cache: nobody writes into them.
 */
export interface Embedder extends EmbedderStamp {
  /** How many texts `embed` takes at once; absent is any number. `embedAll` keeps to it. */
  readonly maxBatch?: number
  readonly embed: (
    texts: ReadonlyArray<string>,
    options?: EmbedOptions,
  ) => Effect.Effect<ReadonlyArray<Float32Array>, LlmError>
}

/** The embedder that the parts of a retrieval stack share. */
export const Embedder = Context.Service<Embedder>("@switchyard/rag/Embedder")

export interface EmbedAllOptions extends EmbedOptions {
  /** Batches at a time. Default: 2. */
  readonly concurrency?: number
}

/** Embeds any number of texts in batches of `maxBatch`. The first batch to fail fails it all, and stops the others. */
export const embedAll = (
  embedder: Embedder,
  texts: ReadonlyArray<string>,
  options: EmbedAllOptions = {},
): Effect.Effect<ReadonlyArray<Float32Array>, LlmError> => {
  const { maxBatch } = embedder
  if (texts.length === 0) return Effect.succeed([])
  if (maxBatch === undefined || texts.length <= maxBatch) return checkedEmbed(embedder, texts, options)
  const batches: Array<ReadonlyArray<string>> = []
  for (let at = 0; at < texts.length; at += maxBatch) batches.push(texts.slice(at, at + maxBatch))
  const embedded = Effect.forEach(batches, (batch) => checkedEmbed(embedder, batch, options), {
    concurrency: options.concurrency ?? 2,
  })
  return Effect.map(embedded, (vectors) => vectors.flat())
}

/** One text. */
export const embedOne = (
  embedder: Embedder,
  text: string,
  options: EmbedOptions = {},
): Effect.Effect<Float32Array, LlmError> =>
  Effect.flatMap(checkedEmbed(embedder, [text], options), ([vector]) =>
    vector === undefined ? Effect.fail(miscounted(embedder, 1, 0)) : Effect.succeed(vector),
  )

const checkedEmbed = (embedder: Embedder, texts: ReadonlyArray<string>, options: EmbedOptions) =>
  Effect.flatMap(embedder.embed(texts, options), (vectors) => {
    if (vectors.length !== texts.length) return Effect.fail(miscounted(embedder, texts.length, vectors.length))
    const wrong = vectors.find((vector) => vector.length !== embedder.dimensions)
    return wrong === undefined ? Effect.succeed(vectors) : Effect.fail(misshapen(embedder, wrong.length))
  })

const miscounted = ({ id }: EmbedderStamp, sent: number, received: number): LlmError =>
  LlmError.make({
    _tag: "InvalidResponse",
    message: `the embedder "${id}" was given ${sent} texts and gave ${received} vectors`,
  })

/** A vector of another size than the embedder says it makes. */
export const misshapen = ({ id, dimensions }: EmbedderStamp, length: number): LlmError =>
  LlmError.make({
    _tag: "InvalidResponse",
    recovery: "none",
    message:
      `the embedder "${id}" says that its vectors have ${dimensions} dimensions and gave one with ${length}: ` +
      `set "dimensions" to what the model makes`,
  })
