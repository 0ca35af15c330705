import { definePlugin } from "@switchyard/core"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { makeAgentValidators } from "./AgentValidators.ts"
import { budget, own } from "./internal/settings.ts"

/**
 * Validators in which another model judges the answer: `agent_task`, `judge`, `pairwise`, `self_consistency`,
 * `contradiction`. Wrong options fail the stack with `InvalidRequest` and the path of the field.
 */
export const validateAgent = definePlugin({
  manifest: { name: "@switchyard/validate-agent", kind: "validator", contract: 1, permissions: [] },
  options: Schema.Struct({ ...own, ...budget }),
  layer: (options, key) => Layer.sync(key, () => makeAgentValidators(options)),
})
