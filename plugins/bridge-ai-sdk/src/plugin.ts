import { definePlugin, type ModelInfo } from "@switchyard/core"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { makeAiSdk } from "./AiSdkProvider.ts"
import { type AnyProvider, isProvider, isRecord, type ModelRecord, modelsOf } from "./internal/models.ts"

const isModels = (value: unknown): value is ModelRecord | AnyProvider => isProvider(value) || isRecord(value)

const isDescribe = (value: unknown): value is (model: string) => ModelInfo | undefined => typeof value === "function"

const Options = Schema.Struct({
  /** First segment of `"provider/model"`, and the key of `providerData`. */
  id: Schema.NonEmptyString.check(Schema.isPattern(/^[^\s/]+$/)),
  /** Models by name, or a provider of an AI SDK package: `{ smart: anthropic("claude-opus-4-5") }`, `openai`. */
  models: Schema.declare(isModels, {
    expected: "AI SDK models of specification V2, V3 or V4 by name, or an AI SDK provider",
  }),
  /** With a provider: models to list, the default one first. Others can be called too. */
  list: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  /** What is known of a model, since the AI SDK does not say. */
  describe: Schema.optionalKey(Schema.declare(isDescribe, { expected: "a function" })),
  /** Key of the vendor's own options in the AI SDK. Default: the first word of the model's provider name. */
  namespace: Schema.optionalKey(Schema.NonEmptyString),
  /** Keys that never may stand in an error, if they do not look like keys. */
  secrets: Schema.optionalKey(Schema.Array(Schema.String)),
})

/** Any model of the AI SDK as a Switchyard provider: every vendor that has an AI SDK package. */
export const aiSdk = definePlugin({
  manifest: { name: "@switchyard/bridge-ai-sdk", kind: "provider", contract: 1, permissions: ["network"] },
  options: Options,
  layer: ({ id, models, list, describe, namespace, secrets }, key) =>
    Layer.sync(key, () =>
      makeAiSdk({
        id,
        models: modelsOf(models, list ?? []),
        describe: describe ?? (() => undefined),
        namespace,
        secrets: secrets ?? [],
      }),
    ),
})
