import { definePlugin, type ModelInfo, type Plugin, type PluginManifest } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SettingsCarrier } from "./CallSettings.ts"
import { makeEffectAi } from "./EffectAiProvider.ts"
import { EmbeddingModel, LanguageModel } from "./internal/ai.ts"

/** A layer, how settings reach what it brings, and what is known of it. */
export interface WithSettings<L> {
  readonly layer: L
  /** Default: none, so that settings come back as warnings. */
  readonly settings?: SettingsCarrier
  /** What the model can do, for routing and checks. Default: not known. */
  readonly info?: ModelInfo
}

type Entry<I> = Layer.Layer<I, unknown, unknown> | WithSettings<Layer.Layer<I, unknown, unknown>>
type LanguageEntry = Entry<LanguageModel.LanguageModel>
type EmbeddingEntry = Entry<EmbeddingModel.EmbeddingModel>

type Table<E> = Readonly<Record<string, E>>
type LayerOf<E> = E extends { readonly layer: infer L } ? L : E
type Built<T> = Extract<LayerOf<T[keyof T]>, Layer.Any>

export interface EffectAiOptions<M extends Table<LanguageEntry>, N extends Table<EmbeddingEntry>> {
  /** First segment of `"provider/model"`. Default "effect". */
  readonly id?: string
  /** Language models by the name that they are asked for with, the default one first. */
  readonly models: M
  /** Embedding models, the same way. */
  readonly embeddings?: N
}

const isFunction = (value: unknown): value is SettingsCarrier["context"] => typeof value === "function"

const Carrier = Schema.Struct({
  honours: Schema.Array(Schema.String),
  context: Schema.declare(isFunction),
})

const entry = <I>() => {
  const isLayer = (value: unknown): value is Layer.Layer<I, unknown, unknown> => Layer.isLayer(value)
  const layer = Schema.declare(isLayer, { identifier: "Layer" })
  const settings = Schema.optionalKey(Carrier)
  return Schema.Union([layer, Schema.Struct({ layer, settings, info: Schema.optionalKey(Schema.Unknown) })])
}

const Options = Schema.Struct({
  id: Schema.optionalKey(Schema.NonEmptyString),
  models: Schema.Record(Schema.NonEmptyString, entry<LanguageModel.LanguageModel>()),
  embeddings: Schema.optionalKey(Schema.Record(Schema.NonEmptyString, entry<EmbeddingModel.EmbeddingModel>())),
})

const manifest = {
  name: "@switchyard/bridge-effect-ai",
  kind: "provider",
  contract: 1,
  permissions: ["network"],
} as const satisfies PluginManifest<"provider">

const layerOf = <I>(given: Entry<I>): WithSettings<Layer.Layer<I, unknown, unknown>> =>
  "layer" in given ? given : { layer: given }

/** Builds the layers once, in the scope of the stack. What they share is built once too. */
const built = <I, A>(table: Table<Entry<I>>, read: (context: Context.Context<I>) => A) =>
  Effect.forEach(Object.entries(table), ([name, given]) => {
    const { layer, settings, info } = layerOf(given)
    return Effect.map(Layer.build(layer), (context) => [name, { ...read(context), settings, info }] as const)
  })

const make = definePlugin({
  manifest,
  options: Options,
  layer: ({ id = "effect", models, embeddings = {} }, key) =>
    Layer.effect(
      key,
      Effect.gen(function* () {
        // The schema has checked the shapes; what a carrier honours is the user's word.
        const languages = yield* built(models as Table<LanguageEntry>, (context) => ({
          model: Context.get(context, LanguageModel.LanguageModel),
        }))
        const others = yield* built(embeddings as Table<EmbeddingEntry>, (context) => ({
          model: Context.get(context, EmbeddingModel.EmbeddingModel),
          dimensions: Option.getOrUndefined(Context.getOption(context, EmbeddingModel.Dimensions)),
        }))
        return makeEffectAi({ id, models: new Map(languages), embeddings: new Map(others) })
      }),
    ),
})

/**
 * Language models of effect/ai as a provider: any layer that brings a `LanguageModel`, under the name that it is to have.
 *
 * ```ts
 * effectAi({ id: "vertex", models: { "gemini-3": GoogleLanguageModel.layer({ model: "gemini-3-pro" }) } })
 * ```
 *
 * The layers are built once, with the stack; what they need and how they fail is in the stack's type.
 */
export const effectAi: {
  <const M extends Table<LanguageEntry>, const N extends Table<EmbeddingEntry> = {}>(
    options: EffectAiOptions<M, N>,
  ): Plugin<
    "provider",
    Layer.Error<Built<M>> | Layer.Error<Built<N>>,
    Layer.Services<Built<M>> | Layer.Services<Built<N>>
  >
  readonly manifest: typeof manifest
} = Object.assign(
  // The schema erases what the layers need and how they fail; the signature above restores it.
  ((options: (typeof Options)["Encoded"]) => make(options)) as never,
  { manifest },
)
