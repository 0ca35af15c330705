import { LlmError } from "@switchyard/core"
import type { VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** How many sources a message names. */
const named = 5

/**
 * How many documents of which other sources a namespace holds, most first: `12 documents of "docs", 1 document of "api"`.
 * A record that no indexer wrote counts as a document. Undefined: it holds none.
 */
export const otherSources = Effect.fnUntraced(function* (store: VectorStore, namespace: string, sourceId: string) {
  const documents = new Map<string, Set<unknown>>()
  const listings = store.list({ namespace, filter: { sourceId: { $ne: sourceId } } })
  yield* Stream.runForEach(listings, ({ id, metadata }) =>
    Effect.sync(() => {
      const source = typeof metadata["sourceId"] === "string" ? `"${metadata["sourceId"]}"` : "no source"
      const ids = documents.get(source) ?? new Set()
      documents.set(source, ids.add(metadata["documentId"] ?? id))
    }),
  )
  if (documents.size === 0) return undefined
  const counts = [...documents].map(([source, { size }]) => ({ source, size })).sort((a, b) => b.size - a.size)
  const said = counts.slice(0, named).map(({ source, size }) => `${size} document${size === 1 ? "" : "s"} of ${source}`)
  return counts.length > named ? `${said.join(", ")} and those of ${counts.length - named} more` : said.join(", ")
})

/** A refusal for vectors of another embedder, with how to index again. `others`: what `otherSources` found. */
export const advised = ({ reason, context }: LlmError, others: string | undefined): LlmError => {
  const how =
    others === undefined
      ? `indexSource with "reindex: true" does that, and indexes this source again`
      : `"reindex: true" does not do that here, as the namespace also holds ${others}, which would go: 'reindex: "all"' ` +
        `empties all of it and indexes this source again, and the others are then to be indexed again from their sources`
  const message = `${reason.message}; ${how}. To go on answering meanwhile, index into another namespace and delete this one afterwards`
  return LlmError.make({ ...reason, message }, context)
}
