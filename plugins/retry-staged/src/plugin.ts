import { resolve } from "node:path"
import { definePlugin, LlmError, Providers, type ProvidersShape } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { makeAttemptLog } from "./internal/AttemptLog.ts"
import { RetryBudget } from "./internal/RetryBudget.ts"
import { contradictions } from "./internal/contradictions.ts"
import { fields, type Given } from "./internal/settings.ts"
import { makeStagedRetry } from "./StagedRetry.ts"

const Budget = Schema.Struct({
  /** Retries that one provider may be given at once, over all calls. */
  capacity: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1)),
  /** Retries that it earns back per second. */
  refillPerSecond: Schema.Finite.check(Schema.isGreaterThan(0)),
  /** Retries that each answer earns back. Default: 0.1. */
  perSuccess: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))),
})

const Options = Schema.Struct({
  ...fields,
  /** Default: 100 at once, 10 more per second. `false`: retries are bounded per call only. */
  budget: Schema.optionalKey(Schema.Union([Schema.Literal(false), Budget])),
  /** Default: `.switchyard/attempts.jsonl`, from where the program runs. */
  debugFile: Schema.optionalKey(Schema.NonEmptyString),
  /** Bytes; then the file is put aside as `FILE.1`. Default: 10 MB. */
  maxDebugFileBytes: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1024))),
}).check(Schema.makeFilter((options: Given) => contradictions(options).map(({ path, issue }) => ({ path, issue }))))

/** A stronger model that nobody can ask. */
const missing = ({ strongerModel }: Given, providers: ProvidersShape): LlmError | undefined => {
  const id = strongerModel?.slice(0, strongerModel.indexOf("/"))
  if (id === undefined || providers.get(id) !== undefined) return undefined
  const installed = providers.all.map(({ provider }) => provider.id).join(", ") || "none"
  const message = `the options of @switchyard/retry-staged are wrong: strongerModel names the provider "${id}", which is not installed (installed: ${installed})`
  return LlmError.make({ _tag: "InvalidRequest", field: "strongerModel", message }, { operation: "compose" })
}

/**
 * Retries that wait as they should, tell the model what was wrong with its answer, and go up stage by stage: feedback, a
 * tool, a stronger model, a person. Wrong options fail the stack with `InvalidRequest` and the path of the field.
 */
export const stagedRetry = definePlugin({
  manifest: { name: "@switchyard/retry-staged", kind: "retry", contract: 1, permissions: ["filesystem"] },
  options: Options,
  layer: ({ budget, debugFile, maxDebugFileBytes, ...options }, key) =>
    Layer.effect(
      key,
      Effect.gen(function* () {
        const wrong = missing(options, yield* Providers)
        if (wrong !== undefined) return yield* wrong
        const file = resolve(debugFile ?? ".switchyard/attempts.jsonl")
        const log = yield* makeAttemptLog(file, maxDebugFileBytes ?? 10_000_000)
        const size = { capacity: 100, refillPerSecond: 10, perSuccess: 0.1, ...(budget === false ? {} : budget) }
        return makeStagedRetry({ options, budget: budget === false ? undefined : new RetryBudget(size), log })
      }),
    ),
})
