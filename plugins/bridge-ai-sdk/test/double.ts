import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider"
import {
  definePlugin,
  type FinishPart,
  type KernelShape,
  type LlmRequest,
  type Provider,
  type ProviderResponse,
  type StreamPart,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { aiSdk, languageModel } from "../src/index.ts"
import { kernelOf } from "./stacks.ts"

/** What a provider saw and what it will say. */
export interface Recorder {
  readonly seen: Array<LlmRequest>
  answer: ProviderResponse
  parts: ReadonlyArray<StreamPart>
}

export const nothing: ProviderResponse = {
  content: [],
  finish: { unified: "stop" },
  usage: { input: {}, output: {} },
  warnings: [],
  model: "m",
}

const recording = (recorder: Recorder) =>
  definePlugin({
    manifest: { name: "test-recorder", kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) => {
      const see = <A>(request: LlmRequest, say: () => A): A => {
        recorder.seen.push(request)
        return say()
      }
      const provider: Provider = {
        id: "b",
        models: ["m"],
        describe: () => undefined,
        generate: (request) => Effect.sync(() => see(request, () => recorder.answer)),
        stream: (request) => Stream.suspend(() => see(request, () => Stream.fromIterable(recorder.parts))),
      }
      return Layer.succeed(key, provider)
    },
  })()

/** A stack ("a") on a model of the AI SDK that is a stack itself ("b"): through the bridge and back. */
export const double: Effect.Effect<{ readonly outer: KernelShape; readonly inner: Recorder }, unknown, Scope.Scope> =
  Effect.gen(function* () {
    const inner: Recorder = { seen: [], answer: nothing, parts: [] }
    const behind = yield* kernelOf([recording(inner)])
    const outer = yield* kernelOf([aiSdk({ id: "a", models: { m: languageModel(behind, "b/m") } })])
    return { outer, inner }
  })

/** A model of the AI SDK that keeps what it is asked and says what it is told. */
export interface Double {
  readonly model: LanguageModelV4
  readonly asked: Array<LanguageModelV4CallOptions>
  result: Awaited<ReturnType<LanguageModelV4["doGenerate"]>>
  parts: ReadonlyArray<LanguageModelV4StreamPart>
}

const streamOf = <A>(parts: ReadonlyArray<A>): ReadableStream<A> =>
  new ReadableStream({
    start: (controller) => {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })

/** A model of the AI SDK over a stack whose provider is a model of the AI SDK: the other way round. */
export const backAndForth: Effect.Effect<
  { readonly model: LanguageModelV4; readonly inner: Double },
  unknown,
  Scope.Scope
> = Effect.gen(function* () {
  const asked: Array<LanguageModelV4CallOptions> = []
  const inner: Double = {
    asked,
    parts: [],
    result: {
      content: [],
      finishReason: { unified: "stop", raw: "stop" },
      usage: {
        inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
        outputTokens: { total: undefined, text: undefined, reasoning: undefined },
      },
      warnings: [],
    },
    model: {
      specificationVersion: "v4",
      provider: "v.chat",
      modelId: "m",
      supportedUrls: {},
      doGenerate: async (options) => {
        asked.push(options)
        return inner.result
      },
      doStream: async (options) => {
        asked.push(options)
        return { stream: streamOf(inner.parts) }
      },
    },
  }
  const kernel = yield* kernelOf([aiSdk({ id: "v", models: { m: inner.model } })])
  return { model: languageModel(kernel, "v/m"), inner }
})

export const finishPart: FinishPart = { type: "finish", reason: { unified: "stop" }, usage: { input: {}, output: {} } }
