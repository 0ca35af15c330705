import { definePlugin } from "@switchyard/core"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { makeTextValidators } from "./TextValidators.ts"

const Options = Schema.Struct({
  /** Most UTF-16 units that a check reads which looks at every one. A longer answer is rejected by it. Default: 1,000,000. */
  maxChars: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1_000, maximum: 100_000_000 }))),
  /** The longest that a regex of the user may run, in ms. Default: 100. */
  regexMs: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))),
})

/**
 * Validators of text by name: length, content, regex, language, similarity, format, refusals, secrets, personal data and
 * leaks of the system prompt. All work offline. Wrong parameters of a call fail it with `InvalidRequest` before anything
 * is sent.
 */
export const validateText = definePlugin({
  manifest: { name: "@switchyard/validate-text", kind: "validator", contract: 1, permissions: [] },
  options: Options,
  layer: ({ maxChars, regexMs }, key) =>
    Layer.succeed(key, makeTextValidators({ maxChars: maxChars ?? 1_000_000, regexMs: regexMs ?? 100 })),
})
