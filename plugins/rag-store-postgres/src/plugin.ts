import type { LlmError } from "@switchyard/core"
import { VectorStore } from "@switchyard/rag"
import * as Layer from "effect/Layer"
import { makePostgresStore } from "./PostgresStore.ts"
import type { PostgresStoreOptions } from "./PostgresStoreOptions.ts"

/**
 * The store of a retrieval stack, closed with it. A store takes no part in calls, so this is a layer and no plugin of the
 * kernel. A server or folder that cannot be opened and wrong options fail the layer with `InvalidRequest`.
 */
export const layerPostgresStore = (options: PostgresStoreOptions = {}): Layer.Layer<VectorStore, LlmError> =>
  Layer.effect(VectorStore, makePostgresStore(options))
