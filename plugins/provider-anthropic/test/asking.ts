import { compose, foldCall, Kernel, type KernelShape, type LlmRequestInput, type Providers } from "@switchyard/core"
import { startAnthropicUpstream, type Upstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { anthropic } from "../src/index.ts"

export type Options = NonNullable<Parameters<typeof anthropic>[0]>
export type Ask = Omit<LlmRequestInput, "model">

export interface Scene {
  readonly upstream: Upstream
  readonly kernel: KernelShape
  readonly generate: (model: string, request: Ask) => ReturnType<KernelShape["generate"]>
  /** The response that the stream folds to. */
  readonly stream: (model: string, request: Ask) => ReturnType<KernelShape["generate"]>
  /** The body of the last request. */
  readonly body: () => Readonly<Record<string, unknown>>
}

const key = "sk-ant-test-0123456789"

/** The plugin in a stack of its own, in front of a scripted upstream that asks for the key. */
export const asking = <A, E>(use: (scene: Scene) => Effect.Effect<A, E, Providers>, options: Options = {}) =>
  Effect.acquireUseRelease(
    Effect.promise(() => startAnthropicUpstream({ apiKey: key })),
    (upstream) =>
      Effect.provide(
        Kernel.use((kernel) => use(sceneOf(upstream, kernel))),
        compose([anthropic({ apiKey: key, baseURL: upstream.baseURL, ...options })]),
      ),
    (upstream) => Effect.promise(() => upstream.close()),
  )

const sceneOf = (upstream: Upstream, kernel: KernelShape): Scene => ({
  upstream,
  kernel,
  generate: (model, request) => kernel.generate({ ...request, model: `anthropic/${model}` }),
  stream: (model, request) =>
    Effect.map(Stream.runCollect(kernel.stream({ ...request, model: `anthropic/${model}` })), foldCall),
  body: () => upstream.requests.at(-1)?.body ?? {},
})
