import { definePlugin } from "@switchyard/core"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { makeExtractive } from "./ExtractiveProvider.ts"

const Options = Schema.Struct({
  id: Schema.optionalKey(Schema.NonEmptyString),
  maxSentences: Schema.optionalKey(Schema.Natural.check(Schema.isBetween({ minimum: 1, maximum: 50 }))),
  minScore: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
})

/**
 * The extractive provider as a plugin: `compose([extractive()])`. Options as in `ExtractiveOptions`; a wrong one fails
 * the stack with `InvalidRequest` and the path of the field.
 */
export const extractive = definePlugin({
  manifest: { name: "@switchyard/provider-extractive", kind: "provider", contract: 1, permissions: [] },
  options: Options,
  layer: (options, key) => Layer.sync(key, () => makeExtractive(options)),
})

export { extractive as plugin }
