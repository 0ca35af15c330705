import {
  compose,
  type Contributions,
  definePlugin,
  Kernel,
  LlmError,
  type LlmRequestInput,
  type ModelInfo,
  type Plugin,
  type PluginKind,
  type Provider,
  type ProviderResponse,
  type Providers,
  type StreamPart,
  textOf,
} from "@switchyard/core"
import { createClient } from "redis"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { redisCache, RedisCacheControl } from "../src/index.ts"

export type GivenOptions = NonNullable<Parameters<typeof redisCache>[0]>

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

export const answer = (text: string, more: Partial<ProviderResponse> = {}): ProviderResponse => ({
  content: [{ type: "text", text }],
  finish: { unified: "stop" },
  usage: { input: { total: 1000 }, output: { total: 100 } },
  warnings: [],
  model: "vendor-model",
  ...more,
})

export const partsOf = (pieces: ReadonlyArray<string>): ReadonlyArray<StreamPart> => [
  { type: "stream-start", warnings: [] },
  { type: "text-start", id: "0" },
  ...pieces.map((text): StreamPart => ({ type: "text-delta", id: "0", text })),
  { type: "text-end", id: "0" },
  { type: "finish", reason: { unified: "stop" }, usage: { input: { total: 1000 }, output: { total: 100 } } },
]

export const ill = () => LlmError.make({ _tag: "Overloaded", message: "scripted" })

const info: ModelInfo = {
  inputMedia: [],
  outputMedia: [],
  tools: false,
  structuredOutput: false,
  reasoning: false,
  acceptsPrefill: false,
  fetchesUrls: false,
  price: { input: 2, output: 10 },
}

/** A provider that counts its calls and answers each by script; at first with "answer 1", "answer 2", … */
export const provider = (more: Partial<Provider> = {}) => {
  const say: { each: (call: number) => Effect.Effect<ProviderResponse, LlmError> } = {
    each: (call) => Effect.succeed(answer(`answer ${call}`)),
  }
  const state = { calls: 0, cancelled: 0, takesMs: 0, say }
  const said = Effect.suspend(() => {
    const call = ++state.calls
    const waited = state.takesMs > 0 ? Effect.sleep(state.takesMs) : Effect.void
    const given = Effect.andThen(
      waited,
      Effect.suspend(() => state.say.each(call)),
    )
    return Effect.onInterrupt(given, () => Effect.sync(() => void state.cancelled++))
  })
  const plugin = plug("provider", { id: "p", models: ["m", "n"], describe: () => info, generate: () => said, ...more })
  return { plugin, state }
}

export const request: LlmRequestInput = { model: "p/m", prompt: "hi" }

interface TestPlugin extends Pick<Plugin, "manifest"> {
  readonly key: unknown
  readonly layer: Layer.Layer<never, LlmError, Providers>
}

/** A stack that stands until the scope ends, and how to call it. */
export const standing = Effect.fnUntraced(function* (plugins: ReadonlyArray<TestPlugin>, options: GivenOptions) {
  const context = yield* Layer.build(compose([...plugins, redisCache(options)]))
  const kernel = Context.get(context, Kernel)
  const control = Context.get(context, RedisCacheControl)
  const call = (input: Partial<LlmRequestInput> = {}) => kernel.generate({ ...request, ...input })
  const ask = (input: Partial<LlmRequestInput> = {}) => Effect.map(call(input), ({ content }) => textOf(content))
  const stream = (input: Partial<LlmRequestInput> = {}) => kernel.stream({ ...request, ...input })
  const collect = (input: Partial<LlmRequestInput> = {}) => Stream.runCollect(stream(input))
  return { call, ask, stream, collect, control, kernel }
})

/** A connection of the test's own, to look at what is there and to spoil it. */
export const redisAt = (url: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const client = createClient({ url })
      client.on("error", () => undefined)
      await client.connect()
      return client
    }),
    (client) => Effect.sync(() => client.destroy()),
  )

/** Looks until it is so: for what other connections and processes do in their own time. */
export const eventually = <E, R>(what: string, isSo: Effect.Effect<boolean, E, R>): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    for (let left = 1000; left > 0; left--) {
      if (yield* isSo) return
      yield* Effect.sleep(10)
    }
    return yield* Effect.die(new Error(`it did not come to be: ${what}`))
  })

let prefixes = 0
export const ownPrefix = (): string => `test:cache:${process.pid}:${++prefixes}:`
