import { definePlugin } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { CodeChecker } from "./CodeChecker.ts"
import { codeValidators } from "./CodeValidators.ts"

const Options = Schema.Struct({
  /** Longest answer that is parsed, in UTF-16 units. Default: 1,000,000. */
  maxChars: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
  /** Longest time for one block, in ms. Default: 10,000. */
  timeoutMs: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
  /** Allows validators to run `tests` behind an answer's code, in a process without network. Default: not allowed. */
  run: Schema.optionalKey(
    Schema.Struct({
      /** Time for the tests, in ms. Default: 10,000. */
      timeoutMs: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 600_000 }))),
      /** Memory for the tests, in MB. Default: 256. */
      memoryMb: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 16, maximum: 65_536 }))),
    }),
  ),
})

/**
 * Validators that parse the code in an answer: `code`, and one per language. Issues carry line, column and the span in the
 * answer's text. Wrong options fail the stack with `InvalidRequest` and the path of the field.
 */
export const validateCode = definePlugin({
  manifest: {
    name: "@switchyard/validate-code",
    kind: "validator",
    contract: 1,
    permissions: ["process", "filesystem"],
  },
  options: Options,
  layer: ({ maxChars, timeoutMs, run }, key) =>
    Layer.effect(
      key,
      Effect.map(CodeChecker.make({ maxChars, timeoutMs }), (checker) =>
        codeValidators(checker, run && { timeoutMs: run.timeoutMs ?? 10_000, memoryMb: run.memoryMb ?? 256 }),
      ),
    ),
})
