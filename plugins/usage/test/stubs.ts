import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  compose,
  type Contributions,
  definePlugin,
  type EmbedRequest,
  Kernel,
  LlmError,
  type LlmRequestInput,
  type ModelInfo,
  type Plugin,
  type PluginKind,
  type ProviderEmbedResponse,
  type ProviderResponse,
  type Providers,
  type Reason,
  type StreamPart,
  unfold,
  type Usage,
} from "@switchyard/core"
import { makeOpenAi } from "@switchyard/openai-wire"
import { makeTransport } from "@switchyard/transport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { makeUsageHandle, usage, type UsageTracker } from "../src/index.ts"

export type GivenOptions = NonNullable<Parameters<typeof usage>[0]>

export const plug = <K extends PluginKind>(
  kind: K,
  value: Contributions[K],
  name = `test-${kind}`,
): Plugin<K, never, never> =>
  definePlugin({
    manifest: { name, kind, contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) => Layer.succeed(key, value),
  })()

/** 1 USD per million tokens in, 2 USD per million out. */
export const info = (more: Partial<ModelInfo> = {}): ModelInfo => ({
  maxOutput: 1000,
  inputMedia: [],
  outputMedia: [],
  tools: true,
  structuredOutput: true,
  reasoning: false,
  acceptsPrefill: false,
  fetchesUrls: false,
  price: { input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1 },
  ...more,
})

export const used = (input: number, output: number): Usage => ({
  input: { total: input, uncached: input, cacheRead: 0, cacheWrite: 0 },
  output: { total: output, text: output, reasoning: 0 },
})

export const answer = (text: string, usageOf: Usage = used(10, 20)): ProviderResponse => ({
  content: [{ type: "text", text }],
  finish: { unified: "stop" },
  usage: usageOf,
  warnings: [],
  model: "vendor-model",
})

/** A vector for each input. */
export const vectors = ({ inputs, model }: EmbedRequest, usageOf: Usage): ProviderEmbedResponse => ({
  vectors: inputs.map(() => new Float32Array([1])),
  dimensions: 1,
  model,
  usage: usageOf,
})

export const failed = (reason: Reason["_tag"], more: Partial<Reason> = {}): LlmError => {
  const made: unknown = { _tag: reason, message: "it went wrong", ...more }
  return LlmError.make(made as Reason) // the tests give what the reason needs
}

/** A provider that does what it is told to at the moment. */
export const provider = (id = "p", describe: (model: string) => ModelInfo | undefined = () => info()) => {
  const state: {
    calls: number
    models: Array<string>
    generate: (calls: number) => Effect.Effect<ProviderResponse, LlmError>
    stream: Stream.Stream<StreamPart, LlmError> | undefined
    embed: (request: EmbedRequest, calls: number) => Effect.Effect<ProviderEmbedResponse, LlmError>
  } = {
    calls: 0,
    models: [],
    generate: () => Effect.succeed(answer("fine")),
    stream: undefined,
    embed: (request) => Effect.succeed(vectors(request, { input: used(7, 0).input, output: {} })),
  }
  const plugin = plug(
    "provider",
    {
      id,
      models: ["m", "cheap"],
      describe,
      generate: ({ model }) =>
        Effect.suspend(() => {
          state.models.push(model)
          return state.generate(++state.calls)
        }),
      stream: () => {
        state.calls++
        return state.stream ?? Stream.fromArray(unfold(answer("fine")))
      },
      embed: (request) => Effect.suspend(() => state.embed(request, ++state.calls)),
    },
    `provider-${id}`,
  )
  return { plugin, state }
}

interface TestPlugin extends Pick<Plugin, "manifest"> {
  readonly key: unknown
  readonly layer: Layer.Layer<never, LlmError, Providers>
}

/** A stack that stands until the test is over, and how to call it. */
export const standing = Effect.fnUntraced(function* (
  plugins: ReadonlyArray<TestPlugin>,
  options: GivenOptions = {},
  routes: Readonly<Record<string, string | ReadonlyArray<string>>> = {},
) {
  const handle = makeUsageHandle()
  const listed = [...plugins, usage({ store: ":memory:", handle, ...options })]
  const context = yield* Layer.build(compose(listed, { routes }))
  const call = (input: Partial<LlmRequestInput> = {}) =>
    Effect.provide(
      Kernel.use((kernel) => kernel.generate({ model: "p/m", prompt: "hi", ...input })),
      context,
    )
  const stream = (input: Partial<LlmRequestInput> = {}) =>
    Stream.provide(
      Stream.unwrap(Kernel.use((kernel) => Effect.succeed(kernel.stream({ model: "p/m", prompt: "hi", ...input })))),
      context,
    )
  const embed = (input: Partial<EmbedRequest> = {}) =>
    Effect.provide(
      Kernel.use((kernel) => kernel.embed({ model: "p/m", inputs: ["hi"], ...input })),
      context,
    )
  const use = <A>(run: (tracker: UsageTracker) => Effect.Effect<A, LlmError>): Effect.Effect<A> =>
    Effect.promise(() => handle.use(run))
  return { call, stream, embed, use, handle, context }
})

export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "switchyard-usage-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

/** What is logged. */
export const logging = () => {
  const lines: Array<string> = []
  return { lines, layer: Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))]) }
}

/** The official client to a scripted server over real HTTP. */
export const upstreamProvider = (baseURL: string, id = "p"): Plugin<"provider", LlmError, never> =>
  definePlugin({
    manifest: { name: `provider-${id}`, kind: "provider", contract: 1, permissions: ["network"] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.effect(
        key,
        Effect.map(
          Effect.acquireRelease(
            Effect.sync(() => makeTransport()),
            (transport) => Effect.promise(() => transport.close()),
          ),
          ({ fetch }) => ({
            ...makeOpenAi({
              id,
              api: "chat",
              apiKey: Redacted.make("sk-test"),
              vendor: false,
              baseURL,
              models: ["m"],
              organization: undefined,
              project: undefined,
              headers: {},
              query: {},
              fetch,
            }),
            describe: () => info(),
          }),
        ),
      ),
  })()

/** Polls, for 15 seconds at most of real time. */
export const until = (is: () => boolean): Effect.Effect<void> =>
  Effect.promise(async () => {
    for (let round = 0; round < 1500 && !is(); round++) await new Promise((resolve) => setTimeout(resolve, 10))
    if (!is()) throw new Error("it did not come about within 15 s")
  })
