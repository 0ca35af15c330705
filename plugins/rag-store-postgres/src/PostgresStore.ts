import type { LlmError } from "@switchyard/core"
import type { VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { openDatabase } from "./internal/Database.ts"
import { storeOn } from "./internal/storeOn.ts"
import type { VectorEngine } from "./internal/VectorEngine.ts"
import { checkedOptions, type PostgresStoreOptions } from "./PostgresStoreOptions.ts"

/** A Postgres store also says where it is, without a password, and how it compares vectors. */
export interface PostgresStore extends VectorStore {
  readonly location: string
  readonly engine: VectorEngine
  readonly search: NonNullable<VectorStore["search"]>
}

/**
 * A store on Postgres: a server that any number of machines share, or an embedded one in a folder, for one program at a
 * time. Queries compare with every vector that the filter lets through, by pgvector, until a namespace has more than
 * `indexAbove` records; then by an HNSW index, and again with every vector where the index finds too few. Scores are of the
 * vectors as 32-bit floats. Without pgvector the vectors are read and compared here. Up to 16,000 dimensions.
 *
 * It is closed with the scope. What cannot be opened and wrong options are `InvalidRequest`; what fails later is
 * `PluginFailure`, or `Timeout` when its time is over. Interrupting a call cancels the statement on a server.
 */
export const makePostgresStore = Effect.fnUntraced(function* (
  options: PostgresStoreOptions = {},
): Effect.fn.Return<PostgresStore, LlmError, Scope> {
  const database = yield* Effect.flatMap(checkedOptions(options), openDatabase)
  const { engine, name, settings } = database
  if (engine._tag === "scan" && settings.pgvector === "auto") {
    yield* Effect.logWarning(`the store ${name} works without pgvector, slower: ${engine.why}`)
  }
  return storeOn(database)
})
