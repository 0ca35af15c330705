import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { compose, Kernel, type Routes } from "../src/index.ts"
import { listening, plug, provider, saying } from "./stubs.ts"

const openai = plug("provider", { ...saying("x", "openai"), models: ["gpt-5", "shared"] })
const local = plug("provider", { ...saying("x", "local"), models: ["llama", "shared", "meta/llama-4"] })
const bare = plug("provider", provider({ id: "bare", models: [] }))

const explain = (model: string, plugins = [openai, local, bare], routes: Routes = {}) =>
  Effect.provide(
    Kernel.use((kernel) => kernel.explain({ model, prompt: "x" })),
    compose(plugins, { routes }),
  )

const goes = (
  name: string,
  model: string,
  to: ReadonlyArray<string>,
  strategy = "by-name",
  routes: Routes = {},
  plugins = [openai, local, bare],
) =>
  it.effect(name, () =>
    Effect.gen(function* () {
      const route = yield* explain(model, plugins, routes)
      assert.deepStrictEqual(
        route.candidates.map(({ provider, model }) => `${provider}|${model}`),
        to,
      )
      assert.strictEqual(route.strategy, strategy)
      assert.strictEqual(route.models.length, to.length)
    }),
  )

const nowhere = (
  name: string,
  model: string,
  words: ReadonlyArray<RegExp>,
  routes: Routes = {},
  plugins = [openai, local, bare],
) =>
  it.effect(name, () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(explain(model, plugins, routes))
      assert.strictEqual(error.reason._tag, "NoRoute")
      for (const word of words) assert.match(error.message, word)
    }),
  )

const embedding = plug("provider", provider({ id: "vectors", models: ["e5"], embed: () => Effect.die("unasked") }))

describe("a model leads to candidates", () => {
  goes("auto, beside a provider that only embeds", "auto", ["openai|gpt-5"], "by-name", {}, [openai, embedding, bare])
  goes("provider/model", "openai/gpt-5", ["openai|gpt-5"])
  goes("a model nobody lists, at a provider", "openai/gpt-99", ["openai|gpt-99"])
  goes("slashes in the model", "openai/ft:org/a/b", ["openai|ft:org/a/b"])
  goes("a bare model that one provider lists", "llama", ["local|llama"])
  goes("a bare model with a slash in its name", "meta/llama-4", ["local|meta/llama-4"])
  goes("an alias for one", "fast", ["openai|gpt-5"], "alias", { fast: "openai/gpt-5" })
  goes("an alias for several, in order", "best", ["local|llama", "openai|gpt-5"], "alias", {
    best: ["llama", "openai/gpt-5"],
  })
  goes("an alias goes before a provider's own name", "llama", ["openai|gpt-5"], "alias", { llama: "openai/gpt-5" })
  goes("auto with one provider that lists models", "auto", ["openai|gpt-5"], "by-name", {}, [openai, bare])
  goes("auto as an alias", "auto", ["local|llama", "openai|gpt-5"], "alias", { auto: ["local/llama", "openai/gpt-5"] })
})

describe("a model leads nowhere, and the message says why", () => {
  nowhere("two providers list it", "shared", [/"shared" is listed by local and openai/, /write provider\/model/])
  nowhere("auto with many providers", "auto", [/"auto" needs a router plugin/, /bare, local, openai/])
  nowhere("auto with none", "auto", [/installed providers: none/], {}, [])
  nowhere("an unknown provider, nearly right", "opnai/gpt-5", [
    /no provider "opnai" is installed/,
    /Did you mean "openai\/gpt-5"\?/,
  ])
  nowhere("an unknown model, far from all", "zzzzzzzzzzzzzzz", [
    /no provider lists a model "zzzzzzzzzzzzzzz"/,
    /installed providers: bare, local, openai\)/,
  ])
  nowhere("a bare model, nearly right", "gpt-6", [/Did you mean "/])
  nowhere("a provider without a model", "openai/", [/names a provider and no model/])
  nowhere("an alias for nothing", "none", [/route "none" has no models/], { none: [] })
  nowhere("a name that every object has is no alias", "constructor", [/no provider lists a model "constructor"/])
})

it.effect("a route to a provider that is not there is found when the stack is built", () =>
  Effect.gen(function* () {
    const layer = compose([openai], { routes: { x: ["openai/gpt-5", "nobody/m"] } })
    const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
    assert.strictEqual(error.reason._tag, "InvalidRequest")
    assert.match(error.message, /route "x" leads to "nobody\/m".*providers: openai/)
  }),
)

it.effect("explain asks no provider and says what is known of the models", () =>
  Effect.gen(function* () {
    const info = {
      inputMedia: [],
      outputMedia: [],
      tools: true,
      structuredOutput: false,
      reasoning: false,
      acceptsPrefill: false,
      fetchesUrls: false,
    }
    const { plugin, seen } = listening({ ...saying("x"), describe: (model) => (model === "m" ? info : undefined) })
    const route = yield* explain("p/m", [plugin])
    assert.deepStrictEqual(route.models, [
      { candidate: { provider: "p", model: "m", reason: "named by the request" }, info },
    ])
    assert.deepStrictEqual(seen, [])
  }),
)

it.effect("a describe that throws is blamed on its plugin, not on the kernel", () =>
  Effect.gen(function* () {
    const throwing = plug("provider", {
      ...saying("x"),
      describe: () => {
        throw new Error("boom")
      },
    })
    const exit = yield* Effect.result(explain("p/m", [throwing]))
    if (exit._tag === "Failure") assert.strictEqual(exit.failure.reason._tag, "PluginFailure")
    else assert.strictEqual(exit.success.models[0]?.info, undefined)
  }),
)
