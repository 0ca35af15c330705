import {
  type EmbedRequest,
  LlmError,
  type ModelInfo,
  type Provider,
  type ProviderEmbedResponse,
} from "@switchyard/core"
import { type Embedder, embedAll } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { defaultHashDimensions, hashEmbedder, maxHashDimensions } from "./HashEmbedder.ts"
import { tokensOf } from "./internal/tokens.ts"
import { loadWordsEmbedder } from "./WordsEmbedder.ts"

export interface LocalProviderOptions {
  /** The first segment of `provider/model`. Default: `"local"`. */
  readonly id?: string
  /** Of `hash`, where a request does not say. Default: 512. */
  readonly dimensions?: number
  /** The path of another word table. */
  readonly table?: string
}

const info: ModelInfo = {
  inputMedia: ["text/plain"],
  outputMedia: [],
  tools: false,
  structuredOutput: false,
  reasoning: false,
  acceptsPrefill: false,
  fetchesUrls: false,
  price: { input: 0, output: 0 },
}

/**
 * A provider that embeds and does nothing else: models `hash` and `words`. It lists no models, as `"auto"` would take them
 * for models that answer. Tokens in `usage` are words.
 */
export const makeLocalProvider = (options: LocalProviderOptions = {}): Provider => {
  const { id = "local", dimensions: usual = defaultHashDimensions, table } = options
  let words: Embedder | undefined
  /** Read once, when first asked for. A failure is not kept: the table may be there the next time. */
  const loadWords = Effect.suspend(() =>
    words !== undefined
      ? Effect.succeed(words)
      : Effect.tap(loadWordsEmbedder(table === undefined ? {} : { table }), (loaded) =>
          Effect.sync(() => {
            words = loaded
          }),
        ),
  )

  const embedderOf = ({ model, dimensions }: EmbedRequest): Effect.Effect<Embedder, LlmError> => {
    if (model === "hash") {
      const asked = dimensions ?? usual
      return asked >= 1 && asked <= maxHashDimensions
        ? Effect.succeed(hashEmbedder({ dimensions: asked }))
        : Effect.fail(wrongDimensions(`${id}/hash makes vectors of 1 to ${maxHashDimensions} dimensions`, asked))
    }
    if (model !== "words") return Effect.fail(unknownModel(id, model))
    return Effect.filterOrFail(
      loadWords,
      (embedder) => dimensions === undefined || dimensions === embedder.dimensions,
      (embedder) => wrongDimensions(`${id}/words makes vectors of ${embedder.dimensions} dimensions`, dimensions),
    )
  }

  return {
    id,
    models: [],
    describe: (model) => (model === "hash" || model === "words" ? info : undefined),
    embed: Effect.fnUntraced(function* (request) {
      const embedder = yield* embedderOf(request)
      const vectors = yield* embedAll(embedder, request.inputs)
      const total = request.inputs.reduce((sum, text) => sum + tokensOf(text).length, 0)
      const response: ProviderEmbedResponse = {
        vectors,
        dimensions: embedder.dimensions,
        model: `${request.model}@${embedder.version}`,
        usage: { input: { total }, output: {} },
      }
      return response
    }),
  }
}

const wrongDimensions = (what: string, asked: number | undefined): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field: "dimensions", message: `${what}, and ${asked} were asked for` })

const unknownModel = (id: string, model: string): LlmError =>
  LlmError.make({
    _tag: "ModelNotFound",
    message: `there is no embedding model "${model}": ${id} has "hash" and "words"`,
  })
