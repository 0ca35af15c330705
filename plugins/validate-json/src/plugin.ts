import { definePlugin } from "@switchyard/core"
import * as Layer from "effect/Layer"
import { jsonValidators, Settings } from "./JsonValidators.ts"

/**
 * Validators that get JSON out of any answer, repair it, read it as its schema means it, and check its fields. Wrong options
 * fail the stack with `InvalidRequest` and the path of the field.
 */
export const validateJson = definePlugin({
  manifest: { name: "@switchyard/validate-json", kind: "validator", contract: 1, permissions: [] },
  options: Settings,
  layer: (settings, key) => Layer.succeed(key, jsonValidators(settings)),
})
