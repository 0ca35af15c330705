import { definePlugin, ModelCatalog, Providers, TokenCounter } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Accountant } from "./internal/Accountant.ts"
import { checkDowngrades } from "./internal/checkDowngrades.ts"
import { makeEngine } from "./internal/makeEngine.ts"
import { trackerOf } from "./makeUsage.ts"
import { type Options, UsageOptions } from "./Options.ts"
import { makeModelCatalog } from "./PriceCatalogue.ts"
import { connect } from "./UsageHandle.ts"
import { UsageTracker } from "./UsageTracker.ts"

const made = (options: Options) =>
  Effect.gen(function* () {
    const engine = yield* makeEngine(options)
    const wrong = checkDowngrades(options.budgets ?? [], yield* Providers, engine.pricing)
    if (wrong !== undefined) return yield* wrong
    const tracker = trackerOf(engine)
    const { handle, reservation } = options
    if (handle !== undefined) {
      connect(handle, tracker)
      yield* Effect.addFinalizer(() => Effect.sync(() => connect(handle, undefined)))
    }
    const accountant = new Accountant({
      ...engine,
      maxOutputTokens: reservation?.maxOutputTokens,
      graceMs: reservation?.graceMs ?? 30_000,
    })
    return { tracker, middleware: accountant.middleware, pricing: engine.pricing }
  })

/**
 * Writes every attempt on a ledger, and holds calls to budgets and rate limits. Its layer brings `UsageTracker` and core's
 * `TokenCounter` and `ModelCatalog` too. Wrong options fail the stack with `InvalidRequest` and the path of the field.
 */
export const usage = definePlugin({
  manifest: { name: "@switchyard/usage", kind: "middleware", contract: 1, permissions: ["filesystem", "network"] },
  options: UsageOptions,
  layer: (options, key) =>
    Layer.unwrap(
      Effect.map(made(options), ({ tracker, middleware, pricing }) =>
        Layer.mergeAll(
          Layer.succeed(key, middleware),
          Layer.succeed(UsageTracker, tracker),
          Layer.succeed(TokenCounter, pricing.counter),
          options.catalog === false ? Layer.empty : Layer.succeed(ModelCatalog, makeModelCatalog(pricing.catalogue)),
        ),
      ),
    ),
})
