import type { LlmError } from "@switchyard/core"
import { VectorStore } from "@switchyard/rag"
import * as Layer from "effect/Layer"
import { makeMemoryStore } from "./MemoryStore.ts"
import type { MemoryStoreOptions } from "./MemoryStoreOptions.ts"

/**
 * The store of a retrieval stack, saved and closed with it. A store takes no part in calls, so this is a layer and no plugin
 * of the kernel. A file that cannot be used and wrong options fail the layer with `InvalidRequest` and the field.
 */
export const layerMemoryStore = (options: MemoryStoreOptions = {}): Layer.Layer<VectorStore, LlmError> =>
  Layer.effect(VectorStore, makeMemoryStore(options))
