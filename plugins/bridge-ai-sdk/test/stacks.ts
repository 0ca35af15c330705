import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import {
  type AnyPlugin,
  compose,
  definePlugin,
  Kernel,
  type KernelShape,
  type Providers,
  type Routes,
} from "@switchyard/core"
import { startUpstream, type Upstream } from "@switchyard/testkit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { aiSdk, type Stack } from "../src/index.ts"

/** Tries one candidate after the other. */
export const nextOne = definePlugin({
  manifest: { name: "test-failover", kind: "failover", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_, key) =>
    Layer.succeed(key, {
      run: ([first, ...rest], dispatch) =>
        rest.reduce((before, candidate) => Effect.catch(before, () => dispatch(candidate)), dispatch(first)),
      rescue: () => Effect.succeed({ _tag: "Fail" }),
    }),
})

interface Ready extends AnyPlugin {
  readonly layer: Layer.Layer<never, unknown, Providers>
}

export const kernelOf = (
  plugins: ReadonlyArray<Ready>,
  routes: Routes = {},
): Effect.Effect<KernelShape, unknown, Scope.Scope> =>
  Effect.map(Layer.build(compose(plugins, { routes })), (context) => Context.get(context, Kernel))

/** The same stack for those who do without Effect, in the shape of the front door's. */
export const facade = (kernel: KernelShape): Stack => ({
  generate: (request, { signal } = {}) =>
    Effect.runPromise(kernel.generate(request), signal === undefined ? {} : { signal }),
  stream: (request) => Stream.toAsyncIterable(kernel.stream(request)),
  embed: (request, { signal } = {}) => Effect.runPromise(kernel.embed(request), signal === undefined ? {} : { signal }),
})

export const upstreamOf: Effect.Effect<Upstream, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => startUpstream({ apiKey: "sk-up" })),
  (started) => Effect.promise(() => started.close()),
)

/** A real client of a vendor's package as a provider. */
export const vendor = (id: string, baseURL: string) =>
  aiSdk({
    id,
    models: createOpenAICompatible({
      name: id,
      baseURL,
      apiKey: "sk-up",
      supportsStructuredOutputs: true,
      includeUsage: true,
    }),
  })

/** Nothing listens there any more. */
export const nowhere = Effect.promise(async () => {
  const gone = await startUpstream()
  await gone.close()
  return gone.baseURL
})

/** A stack whose first provider is down, and the upstream of its second. */
export const downAndUp = Effect.gen(function* () {
  const upstream = yield* upstreamOf
  const plugins = [vendor("down", yield* nowhere), vendor("up", upstream.baseURL), nextOne()]
  const kernel = yield* kernelOf(plugins, { chat: ["down/m", "up/m"] })
  return { upstream, kernel }
})
