import type { LlmError } from "@switchyard/core"
import { VectorStore } from "@switchyard/rag"
import * as Layer from "effect/Layer"
import { makeSqliteStore, type SqliteStoreOptions } from "./SqliteStore.ts"

/**
 * The store of a retrieval stack, closed with it. A store takes no part in calls, so this is a layer and no plugin of the
 * kernel. A file that cannot be opened and wrong options fail the layer with `InvalidRequest` and the field.
 */
export const layerSqliteStore = (options: SqliteStoreOptions = {}): Layer.Layer<VectorStore, LlmError> =>
  Layer.effect(VectorStore, makeSqliteStore(options))
