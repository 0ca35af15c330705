import { definePlugin } from "@switchyard/core"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { maxHashDimensions } from "./HashEmbedder.ts"
import { makeLocalProvider } from "./LocalProvider.ts"

const Options = Schema.Struct({
  id: Schema.optionalKey(Schema.NonEmptyString),
  dimensions: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: maxHashDimensions }))),
  table: Schema.optionalKey(Schema.NonEmptyString),
})

/**
 * The local embedders as a provider plugin: `compose([embedLocal()])` serves `local/hash` and `local/words`. A wrong option
 * fails the stack with `InvalidRequest` and the path of the field.
 */
export const embedLocal = definePlugin({
  manifest: { name: "@switchyard/embed-local", kind: "provider", contract: 1, permissions: ["filesystem"] },
  options: Options,
  layer: (options, key) => Layer.sync(key, () => makeLocalProvider(options)),
})

export { embedLocal as plugin }
