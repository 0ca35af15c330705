import { assert, it } from "@effect/vitest"
import {
  type EmbedRequest,
  type LlmError,
  type LlmResponse,
  type Provider,
  type StreamPart,
  compose,
  foldCall,
  Kernel,
  type KernelShape,
  Providers,
} from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Reply } from "../Reply.ts"
import type { Upstream } from "../Upstream.ts"
import { checkGrammar } from "./checkGrammar.ts"
import type { Ask, ConformanceUpstream, ProviderConformance, Way } from "./Suite.ts"
import type { Wire, WireRequest } from "./wires/Wire.ts"
import { wireOf } from "./wires/index.ts"

/** The key that the provider under test is given. It looks like a real one, so that filters see it too. */
export const secret = "sk-conformance-5ecretK3y-0123456789abcdef"

export type EmbedOptions = Omit<EmbedRequest, "model" | "inputs">

/** A provider in a stack of its own, and the ways to ask it. */
export interface Scene {
  readonly kernel: KernelShape
  readonly provider: Provider
  /** The model as users name it: `provider/model`. */
  readonly model: string
  /** Asks through the kernel, the suite's model unless another is given. Of a stream the grammar is checked and the parts are folded. */
  readonly ask: (way: Way, request: Ask, model?: string) => Effect.Effect<LlmResponse, LlmError>
  /** The parts as the kernel hands them over. Counts as one call. */
  readonly parts: (request: Ask, model?: string) => Stream.Stream<StreamPart, LlmError>
  readonly embed: (inputs: ReadonlyArray<string>, more?: EmbedOptions) => ReturnType<KernelShape["embed"]>
}

/** The same, with the server that answers. */
export interface WireScene extends Scene {
  readonly upstream: Upstream
  readonly wire: Wire
  /** The request at this position (default 0), read. */
  readonly sent: (index?: number) => WireRequest
  /** Tells that so many more requests were sent, by the provider itself and not through the kernel. */
  readonly sending: (count: number) => void
  /** Tells that the last call was refused before anything was sent. */
  readonly sentNothing: () => void
  /** Begins again with this reply: forgets requests, so that answers are numbered from the start. */
  readonly restart: (reply: Reply) => void
}

const grammatical = (parts: ReadonlyArray<StreamPart>): ReadonlyArray<StreamPart> => {
  assert.deepStrictEqual(checkGrammar(parts), [], "the stream's grammar")
  return parts
}

/** A stack of nothing but the provider, closed with the surrounding scope. `onCall` hears of each call. */
const build = Effect.fnUntraced(function* (
  suite: ProviderConformance,
  upstream: ConformanceUpstream,
  onCall: () => void = () => undefined,
) {
  const context = yield* Layer.build(compose([suite.provider(upstream)]))
  const kernel = Context.get(context, Kernel)
  const registered = Context.get(context, Providers).all[0]
  assert.isDefined(registered, "the plugin brings a provider")
  const { provider } = registered
  const named = (model: string) => `${provider.id}/${model}`
  const parts: Scene["parts"] = (request, model = suite.model) =>
    Stream.suspend(() => {
      onCall()
      return kernel.stream({ ...request, model: named(model) })
    })
  const scene: Scene = {
    kernel,
    provider,
    model: named(suite.model),
    parts,
    ask: (way, request, model = suite.model) => {
      if (way === "stream") {
        return Effect.map(Stream.runCollect(parts(request, model)), (all) => foldCall(grammatical(all)))
      }
      return Effect.suspend(() => {
        onCall()
        return kernel.generate({ ...request, model: named(model) })
      })
    },
    embed: (inputs, more) =>
      Effect.suspend(() => {
        onCall()
        return kernel.embed({ ...more, model: named(suite.embeddingModel ?? suite.model), inputs })
      }),
  }
  return scene
})

/** Longest time that one test may take, in ms. Most take a hundredth. */
const testLimitMs = 15_000

type Body<S> = (scene: S) => Effect.Effect<unknown, unknown, Scope.Scope>

/** One test of a provider that needs no upstream. */
export const checkAlone = (suite: ProviderConformance, title: string, body: Body<Scene>): void =>
  it.live(
    title,
    () => Effect.scoped(Effect.flatMap(build(suite, { baseURL: "http://127.0.0.1:9", apiKey: secret }), body)),
    testLimitMs,
  )

export interface CheckOptions {
  /** Puts something between the provider and the upstream; gives its base URL. */
  readonly between?: (upstream: Upstream) => Effect.Effect<string, unknown, Scope.Scope>
}

/**
 * One test of a provider against a scripted upstream. Whatever else it checks: each call was exactly one HTTP request, and
 * none is open once the stack is closed.
 */
export const check = (
  suite: ProviderConformance,
  title: string,
  body: Body<WireScene>,
  options: CheckOptions = {},
): void => it.live(title, () => onStage(suite, body, options), testLimitMs)

const onStage = Effect.fnUntraced(function* (
  suite: ProviderConformance,
  body: Body<WireScene>,
  { between }: CheckOptions,
) {
  const { upstream: name } = suite.capabilities
  if (name === false) return
  const wire = wireOf(name)
  const upstream = yield* Effect.acquireRelease(
    Effect.promise(() => wire.start({ apiKey: secret })),
    (started) => Effect.promise(() => started.close()),
  )
  const baseURL = between === undefined ? upstream.baseURL : yield* between(upstream)
  let calls = 0
  const scene = Effect.map(
    build(suite, { baseURL, apiKey: secret }, () => void calls++),
    (built): WireScene => ({
      ...built,
      upstream,
      wire,
      sent: (index = 0) => {
        const request = upstream.requests[index]
        assert.isDefined(request, `request ${index} arrived`)
        return wire.read(request)
      },
      sending: (count) => void (calls += count),
      sentNothing: () => void calls--,
      restart: (reply) => {
        assert.strictEqual(upstream.requests.length, calls, "HTTP requests, one per call")
        calls = 0
        upstream.reset()
        upstream.always(reply)
      },
    }),
  )
  yield* Effect.scoped(Effect.flatMap(scene, body))
  assert.strictEqual(upstream.requests.length, calls, "HTTP requests, one per call")
  yield* allClosed(upstream)
})

const allClosed = (upstream: Upstream) =>
  Effect.timeoutOrElse(
    Effect.promise(() => Promise.all(upstream.requests.map((request) => request.closed))),
    {
      duration: 1000,
      orElse: () =>
        Effect.sync(() => assert.fail("a request was still open one second after the stack had been closed")),
    },
  )
