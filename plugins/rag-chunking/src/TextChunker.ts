import { LlmError, TokenCounter } from "@switchyard/core"
import { type Chunk, type Chunker, type Document, type Embedder, stampName } from "@switchyard/rag"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { checkedOptions, type ChunkingOptions } from "./ChunkingOptions.ts"
import { breakpointsOf } from "./internal/breakpoints.ts"
import { chunksOf, type Cutting } from "./internal/chunksOf.ts"
import { outlineOf } from "./internal/outlineOf.ts"
import type { Outline } from "./internal/Outline.ts"
import { Sentences } from "./internal/sentences.ts"

/** Options, and the parts that they work with. */
export interface ChunkerOptions extends ChunkingOptions {
  /** Counts tokens. Default: the `TokenCounter` of the context, which estimates unless a plugin counts exactly. */
  readonly counter?: TokenCounter
  /** Needed by `semantic`, and by nothing else. */
  readonly embedder?: Embedder
}

/** Chunks that are cut before anybody else may run. */
const batch = 64

/**
 * A chunker. Without overlap the chunks of a document are the document: joined, they give its text back, byte for byte.
 * Wrong options fail with `InvalidRequest` and the path of the field. Cutting itself fails only where an embedder does.
 * The same document gives the same chunks. Memory: the text, and a few chunks at a time.
 */
export const makeChunker = Effect.fnUntraced(function* (given: ChunkerOptions = {}) {
  const { counter = yield* TokenCounter, embedder, ...plain } = given
  const options = yield* checkedOptions(plain)
  const { algorithm = "recursive", model = "default" } = options
  if (algorithm === "semantic" && embedder === undefined) return yield* noEmbedder
  const estimates = counter === Context.get(Context.empty(), TokenCounter)
  const cutting: Cutting = {
    options,
    sentences: new Sentences(options.locale),
    count: estimates ? undefined : (text) => counter.count(text, model).tokens,
  }
  const cut = (document: Document, outline: Outline): Stream.Stream<Chunk> =>
    Stream.fromIterable({ [Symbol.iterator]: () => chunksOf(document, outline, cutting) }, { chunkSize: batch })
  const chunk = (document: Document): Stream.Stream<Chunk, LlmError> => {
    if (algorithm !== "semantic" || embedder === undefined)
      return Stream.unwrap(
        Effect.map(outlined(document, { structure: algorithm === "structure" }), (outline) => cut(document, outline)),
      )
    const breaks = breakpointsOf(document.text, { embedder, cutting })
    const outline = Effect.flatMap(breaks, (found) => outlined(document, { breaks: found }))
    return Stream.unwrap(Effect.map(outline, (found) => cut(document, found)))
  }
  const chunker: Chunker = { id: nameOf(options, embedder), chunk }
  return chunker
})

/** Everything that decides where a text is cut, so that an index is built anew when it changes. */
const nameOf = ({ algorithm = "recursive", ...given }: ChunkingOptions, embedder: Embedder | undefined): string => {
  const by = algorithm === "semantic" && embedder !== undefined ? { embedder: stampName(embedder) } : {}
  const settings = Object.entries({ ...given, ...by }).sort(([a], [b]) => (a < b ? -1 : 1))
  const written = settings.map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  )
  return [`rag-chunking/${algorithm}`, ...written].join(" ")
}

const outlined = (document: Document, options: Parameters<typeof outlineOf>[1]): Effect.Effect<Outline> =>
  Effect.suspend(() => {
    const outline = outlineOf(document, options)
    return outline instanceof Promise ? Effect.promise(() => outline) : Effect.succeed(outline)
  })

const noEmbedder = LlmError.make(
  {
    _tag: "InvalidRequest",
    field: "options",
    message:
      'the options of @switchyard/rag-chunking are wrong: the algorithm "semantic" needs an embedder at ["embedder"]: ' +
      "give one, or use semanticChunking, which takes the stack's",
  },
  { operation: "compose" },
)
