import { definePlugin } from "@switchyard/core"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { makeCompositeValidators } from "./CompositeValidators.ts"

const Options = Schema.Struct({
  /** The longest that a member may take which names no time of its own, in ms. Default: 60,000. */
  timeoutMs: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3_600_000 }))),
  /** What a member that gives no verdict in time amounts to. Default: `reject`. */
  onTimeout: Schema.optionalKey(Schema.Literals(["reject", "fail"])),
})

/**
 * Validators made of the other validators of the stack, by name: `all`, `any`, `weighted`, `staged`, `not`. Wrong
 * parameters, at any depth, fail the call with `InvalidRequest` and their path before anything is sent.
 */
export const validateCompose = definePlugin({
  manifest: { name: "@switchyard/validate-compose", kind: "validator", contract: 1, permissions: [] },
  options: Options,
  layer: ({ timeoutMs, onTimeout }, key) =>
    Layer.succeed(key, makeCompositeValidators({ timeoutMs: timeoutMs ?? 60_000, onTimeout: onTimeout ?? "reject" })),
})
