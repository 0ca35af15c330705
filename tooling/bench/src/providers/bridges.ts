import { aiSdk, languageModel } from "@switchyard/bridge-ai-sdk"
import { effectAi, makeLanguageModel } from "@switchyard/bridge-effect-ai"
import { compose, definePlugin, Kernel, type Provider } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { LanguageModel } from "effect/ai"
import { load, prompt, type Untyped } from "../field.ts"
import { compare } from "../measure.ts"
import { report, say } from "../report.ts"

/** One turn of the event loop, as a call takes that costs nothing. */
const turn = <A>(value: A): Promise<A> => new Promise((resolve) => setImmediate(resolve, value))

const native: Provider = {
  id: "native",
  models: ["one"],
  describe: () => undefined,
  generate: () =>
    Effect.promise(() =>
      turn({
        content: [{ type: "text", text: "hello" }],
        finish: { unified: "stop" },
        usage: { input: { total: 10 }, output: { total: 5 } },
        warnings: [],
        model: "one",
      } as const),
    ),
}

const nativePlugin = definePlugin({
  manifest: { name: "native", kind: "provider", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_, key) => Layer.succeed(key, native),
})

const sdkModel: Untyped = {
  specificationVersion: "v4",
  provider: "stub",
  modelId: "one",
  supportedUrls: {},
  doGenerate: () =>
    turn({
      content: [{ type: "text", text: "hello" }],
      finishReason: { unified: "stop", raw: "stop" },
      usage: {
        inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 5, text: 5, reasoning: 0 },
      },
      warnings: [],
    }),
  doStream: () => Promise.reject(new Error("unused")),
}

const effectLayer = Layer.effect(
  LanguageModel.LanguageModel,
  LanguageModel.make({
    generateText: () =>
      Effect.promise(() =>
        turn([
          { type: "text" as const, text: "hello" },
          {
            type: "finish" as const,
            reason: "stop" as const,
            response: undefined,
            usage: {
              inputTokens: { total: 10, uncached: undefined, cacheRead: undefined, cacheWrite: undefined },
              outputTokens: { total: 5, text: undefined, reasoning: undefined },
            },
          },
        ]),
      ),
    streamText: () => Stream.empty,
  }),
)

/**
 * What each bridge adds to a call, in us of CPU: the whole minus the two sides that it joins, each measured alone over a
 * model that answers in one turn of the event loop.
 */
export const measureBridges = async (suite: string): Promise<void> => {
  say("bridges: what they add to a call, 30,000 calls each, medians of 5 rounds in turns")
  const plugins = [
    nativePlugin(),
    aiSdk({ id: "sdk", models: { one: sdkModel } }),
    effectAi({ id: "eff", models: { one: effectLayer } }),
  ] as const
  const runtime = ManagedRuntime.make(Layer.merge(compose(plugins), effectLayer))
  const context = await runtime.context()
  const kernel = Context.get(context, Kernel)
  const run = Effect.runPromiseWith(context)
  const bare = Context.get(context, LanguageModel.LanguageModel)
  const overKernel = await run(makeLanguageModel({ model: "native/one" }))
  const sdkOverKernel = languageModel(kernel, "native/one")
  const { generateText } = await load("ai")
  const promptOfSdk: Untyped = { prompt: [{ role: "user", content: [{ type: "text", text: prompt }] }] }
  const contestants = [
    { name: "turn", call: () => run(Effect.promise(() => turn(0))) },
    { name: "kernel", call: () => run(kernel.generate({ model: "native/one", prompt })) },
    { name: "doGenerate", call: () => sdkModel.doGenerate(promptOfSdk) },
    { name: "sdk in", call: () => run(kernel.generate({ model: "sdk/one", prompt })) },
    { name: "sdk out", call: () => sdkOverKernel.doGenerate(promptOfSdk) },
    { name: "generateText", call: () => generateText({ model: sdkModel, prompt }) },
    { name: "generateText out", call: () => generateText({ model: sdkOverKernel, prompt }) },
    { name: "effect", call: () => run(bare.generateText({ prompt })) },
    { name: "effect in", call: () => run(kernel.generate({ model: "eff/one", prompt })) },
    { name: "effect out", call: () => run(overKernel.generateText({ prompt })) },
  ]
  const costs = await compare(contestants, { calls: 30_000, rounds: 5, concurrency: 64, warmUp: 10_000 })
  const us = (name: string): number => costs.get(name)?.cpuUs ?? Number.NaN
  const joined = (whole: string, ...sides: ReadonlyArray<string>): number =>
    us(whole) - sides.reduce((sum, side) => sum + us(side), 0) + us("turn") * (sides.length - 1)
  const added = (name: string, ours: number): void => report({ suite, name, ours, unit: "us/call" })
  added("bridge-ai-sdk in, added", joined("sdk in", "kernel", "doGenerate"))
  added("bridge-ai-sdk out, added", joined("sdk out", "kernel", "doGenerate"))
  added("bridge-effect-ai in, added", joined("effect in", "kernel", "effect"))
  added("bridge-effect-ai out, added", joined("effect out", "kernel", "effect"))
  const against = (name: string, ours: string, peer: string, of: string): void =>
    report({ suite, name, ours: us(ours), peer, peer_value: us(of), unit: "us/call" })
  against("generateText over a stack", "generateText out", "ai", "generateText")
  against("a stack over a model of the AI SDK", "sdk in", "ai", "generateText")
  against("LanguageModel over a stack", "effect out", "effect", "effect")
  against("a stack over a LanguageModel", "effect in", "effect", "effect")
  await runtime.dispose()
}
