import { definePlugin, Notices, Providers } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { makeFailover } from "./Failover.ts"
import { FailoverControl } from "./FailoverControl.ts"
import { checkOptions } from "./internal/checkOptions.ts"
import { FailoverOptions } from "./Options.ts"

/**
 * Failover as a plugin: `compose([..., failover({ fallbacks: { "openai/*": ["anthropic/claude-opus-5"] } })])`. Its layer
 * brings `FailoverControl` too. Wrong options fail the stack with `InvalidRequest` and the path of the field.
 */
export const failover = definePlugin({
  manifest: { name: "@switchyard/failover", kind: "failover", contract: 1, permissions: [] },
  options: FailoverOptions,
  layer: (options, key) =>
    Layer.unwrap(
      Effect.gen(function* () {
        const wrong = checkOptions(options, yield* Providers)
        if (wrong !== undefined) return yield* wrong
        const { failover: service, control } = yield* makeFailover(options)
        const notices = yield* Notices
        control.onTransition(({ model, from, to, why }) => notices.tell({ kind: "breaker", model, from, to, why }))
        return Layer.mergeAll(Layer.succeed(key, service), Layer.succeed(FailoverControl, control))
      }),
    ),
})
