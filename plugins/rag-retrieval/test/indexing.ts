import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { hashEmbedder } from "@switchyard/embed-local"
import {
  type DocumentSource,
  type Embedder,
  makeExactStore,
  type VectorRecord,
  type VectorStore,
} from "@switchyard/rag"
import { makeChunker } from "@switchyard/rag-chunking"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type IndexOptions, indexSource } from "../src/index.ts"

/** A folder of its own, gone with the scope. */
export const temporaryFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "switchyard-index-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true })),
)

export const write = (folder: string, files: Readonly<Record<string, string | Uint8Array>>): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}

/** Entries of a knowledge base: `key 0`, `key 1`, …. */
export const entries = (count: number, text = "text") =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`key ${at}`, `${text} ${at}`]))

export const embedder = hashEmbedder({ dimensions: 16 })

/** The same embedder, and every text that it was given. */
export const countingEmbedder = (): Embedder & { readonly texts: Array<string> } => {
  const texts: Array<string> = []
  return {
    ...embedder,
    maxBatch: 8,
    texts,
    embed: (given) =>
      Effect.andThen(
        Effect.sync(() => texts.push(...given)),
        embedder.embed(given),
      ),
  }
}

export const chunker = makeChunker({ algorithm: "structure", max: 80 })

/** Indexes with the parts of these tests, unless others are given. */
export const index = Effect.fnUntraced(function* (
  source: DocumentSource,
  store: VectorStore,
  options: Partial<IndexOptions> = {},
) {
  return yield* indexSource({ source, store, embedder, chunker: yield* chunker, ...options })
})

/** All that a store holds, in an order of its own. Fingerprints are left out: they tell of times. */
export const contentOf = (store: VectorStore, namespace = "default") =>
  Effect.map(Stream.runCollect(store.records({ namespace })), (records) =>
    records.map(comparable).sort((a, b) => (a.id < b.id ? -1 : 1)),
  )

const comparable = ({ vector, metadata = {}, ...record }: VectorRecord) => {
  const { fingerprint: _, ...rest } = metadata
  return { ...record, metadata: rest, vector: [...vector].map((value) => Number(value.toFixed(5))) }
}

/** What an index of the source looks like that nothing was in before. */
export const freshIndexOf = Effect.fnUntraced(function* (source: DocumentSource) {
  const store = yield* makeExactStore()
  yield* index(source, store, { allowEmpty: true })
  return yield* contentOf(store)
})

/** Documents of a source, by id: their text, or why they are skipped. */
export const readAll = (source: DocumentSource) =>
  Effect.map(
    Stream.runCollect(
      Stream.mapEffect(source.items, ({ id, read }) => Effect.map(read, (found) => [id, found] as const)),
    ),
    (found) => Object.fromEntries(found),
  )
