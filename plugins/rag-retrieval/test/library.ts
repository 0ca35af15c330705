import { hashEmbedder } from "@switchyard/embed-local"
import { type Document, type DocumentSource, type Embedder, makeExactStore, type VectorStore } from "@switchyard/rag"
import { makeChunker } from "@switchyard/rag-chunking"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { indexSource } from "../src/index.ts"

/** A page of a library's documentation. */
const page = (id: string, title: string, text: string, metadata: Record<string, string> = {}): Document => ({
  id,
  source: `docs/${id}.md`,
  title,
  text,
  mediaType: "text/markdown",
  metadata,
})

/** A small documentation, each section long enough to be a chunk of its own. */
export const pages: ReadonlyArray<Document> = [
  page(
    "plugins",
    "Plugins",
    "# Plugins\n\n## Writing\n\nTo write a plugin, call definePlugin with a manifest and a layer.\n\n" +
      "## Publishing\n\nTo publish a plugin, give the package the keyword switchyard-plugin and run npm publish.\n\n" +
      "## Versions\n\nContract versions are integers, one for each kind of plugin.\n",
    { lang: "en", team: "core" },
  ),
  page(
    "errors",
    "Errors",
    "# Errors\n\n## Rate limits\n\nRateLimited says how long the provider asks to wait.\n\n" +
      "## Empty accounts\n\nQuotaExhausted means that the account is empty, and waiting does not help.\n",
    { lang: "en", team: "core" },
  ),
  page(
    "cache",
    "Cache",
    "# Cache\n\n## Redis\n\nWhen Redis is slow, a call goes on without the cache.\n\n" +
      "## Memory\n\nAnswers in memory are dropped when maxEntries is reached.\n",
    { lang: "en", team: "storage" },
  ),
  page(
    "speicher",
    "Speicher",
    "# Speicher\n\nWenn Redis langsam ist, geht ein Aufruf ohne Zwischenspeicher weiter.\n",
    {
      lang: "de",
      team: "storage",
    },
  ),
]

export const sourceOf = (documents: ReadonlyArray<Document>, id = "library"): DocumentSource => ({
  id,
  items: Stream.fromIterable(documents.map((document) => ({ id: document.id, read: Effect.succeed(document) }))),
})

export const embedder: Embedder = hashEmbedder()

/** An exact store with these pages in it, cut by structure, as the indexer writes them. */
export const libraryOf = (documents: ReadonlyArray<Document> = pages, namespace = "default") =>
  Effect.gen(function* () {
    const store = yield* makeExactStore()
    yield* indexInto(store, documents, namespace)
    return store
  })

export const indexInto = (store: VectorStore, documents: ReadonlyArray<Document>, namespace = "default") =>
  Effect.gen(function* () {
    const chunker = yield* makeChunker({ algorithm: "structure", max: 140 })
    return yield* indexSource({ source: sourceOf(documents), chunker, embedder, store, namespace })
  })
