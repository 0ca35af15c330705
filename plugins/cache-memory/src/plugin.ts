import { definePlugin } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { makeMemoryCache } from "./MemoryCache.ts"
import { MemoryCacheControl } from "./MemoryCacheControl.ts"
import { MemoryCacheOptions } from "./Options.ts"

/**
 * Keeps answers in memory, and in a file where `persist` names one. Its layer brings `MemoryCacheControl` too. Wrong options
 * fail the stack with `InvalidRequest` and the path of the field; a file that fails later costs misses and no call.
 */
export const memoryCache = definePlugin({
  manifest: { name: "@switchyard/cache-memory", kind: "cache", contract: 1, permissions: ["filesystem"] },
  options: MemoryCacheOptions,
  layer: (options, key) =>
    Layer.unwrap(
      Effect.map(makeMemoryCache(options), ({ cache, control }) =>
        Layer.mergeAll(Layer.succeed(key, cache), Layer.succeed(MemoryCacheControl, control)),
      ),
    ),
})
