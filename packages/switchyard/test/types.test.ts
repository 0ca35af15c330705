// @effect-diagnostics missingLayerContext:off
import { definePlugin, type Middleware } from "@switchyard/core"
import { extractive } from "@switchyard/provider-extractive"
import { openai } from "@switchyard/provider-openai"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { expect, expectTypeOf, it } from "vitest"
import { createSwitchyard, defineConfig, type LlmResponse, type StreamPart, type Switchyard } from "../src/index.ts"

class Database extends Context.Service<Database, { readonly url: string }>()("test/Database") {}

const needy = definePlugin({
  manifest: { name: "needy", kind: "middleware", contract: 1, permissions: [] },
  options: Schema.Struct({ size: Schema.optionalKey(Schema.Finite) }),
  layer: (_, key) =>
    Layer.effect(
      key,
      Effect.map(Database, ({ url }): Middleware => ({ name: url, stage: "guard" })),
    ),
})

// Only compiled: what the types refuse is refused here.
export const refused = (switchyard: Switchyard): void => {
  createSwitchyard({ plugins: [extractive(), openai()], routes: { fast: "openai/small", auto: ["openai/small"] } })
  // @ts-expect-error the plugin needs a Database that nothing brings
  createSwitchyard({ plugins: [needy()] })
  // @ts-expect-error so it does in a config
  defineConfig({ plugins: [extractive(), needy()] })
  // @ts-expect-error a plugin has to be called
  createSwitchyard({ plugins: [openai] })
  // @ts-expect-error an option of the wrong type
  openai({ api: "telegraph" })
  // @ts-expect-error an option that is not there
  openai({ apikey: "sk" })
  // @ts-expect-error routes lead to names of models
  defineConfig({ plugins: [], routes: { fast: 5 } })
  // @ts-expect-error a field that is not there
  defineConfig({ plugins: [], pluginz: [] })
  // @ts-expect-error a call names a model
  void switchyard.generate({ prompt: "Hi" })
  // @ts-expect-error a temperature is a number
  void switchyard.generate({ model: "auto", prompt: "Hi", temperature: "hot" })
}

it("results have the types that are promised, and what a plugin needs can be given to it", async () => {
  expectTypeOf<Awaited<ReturnType<Switchyard["generate"]>>>().toEqualTypeOf<LlmResponse>()
  expectTypeOf<ReturnType<Switchyard["stream"]>>().toExtend<AsyncIterable<StreamPart>>()
  const plugin = needy()
  const provided = { ...plugin, layer: Layer.provide(plugin.layer, Layer.succeed(Database, { url: "memory" })) }
  await using switchyard = createSwitchyard({ plugins: [extractive(), provided] })
  expect((await switchyard.providers()).all).toHaveLength(1)
})
