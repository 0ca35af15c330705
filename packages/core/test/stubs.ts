import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type {
  ActiveSpan,
  AnyPlugin,
  AttemptFailure,
  CallContext,
  ComposeOptions,
  Contributions,
  EmbedRequest,
  Finish,
  LlmRequest,
  LlmRequestInput,
  LlmResponse,
  Middleware,
  Plugin,
  PluginKind,
  Provider,
  ProviderResponse,
  Reason,
  RetryDecision,
  SpanOutcome,
  StreamPart,
  Tracer,
  Usage,
  ValidatorFactory,
  Verdict,
} from "../src/index.ts"
import { compose, definePlugin, Kernel, LlmError } from "../src/index.ts"

export const usage: Usage = { input: { total: 3 }, output: { total: 5 } }

export const finish = (unified: Finish["unified"] = "stop"): StreamPart => ({
  type: "finish",
  reason: { unified },
  usage,
})

/** A whole answer of one text. */
export const answer = (text: string, more: Partial<ProviderResponse> = {}): ProviderResponse => ({
  content: [{ type: "text", text }],
  finish: { unified: "stop" },
  usage,
  warnings: [],
  model: "vendor-model",
  ...more,
})

export const start: StreamPart = { type: "stream-start", warnings: [] }

/** The parts of one text piece, without the stream's start and finish. */
export const textParts = (text: string, id = "0"): ReadonlyArray<StreamPart> => [
  { type: "text-start", id },
  { type: "text-delta", id, text },
  { type: "text-end", id },
]

/** A whole stream of one text. */
export const streamOf = (text: string): ReadonlyArray<StreamPart> => [start, ...textParts(text), finish()]

export const delta = (text: string, id = "0"): StreamPart => ({ type: "text-delta", id, text })

/** A failure of a provider. */
export const ill = (message = "down", tag: "Overloaded" | "RateLimited" | "Network" = "Overloaded"): LlmError =>
  LlmError.make({ _tag: tag, message })

export const provider = (parts: Partial<Provider> = {}): Provider => ({
  id: "p",
  models: ["m"],
  describe: () => undefined,
  ...parts,
})

/** A provider that answers every request with `text`. */
export const saying = (text: string, id = "p"): Provider =>
  provider({
    id,
    generate: () => Effect.succeed(answer(text)),
    stream: () => Stream.fromArray([...streamOf(text)]),
  })

/** A plugin that brings `value`. */
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

export const request: LlmRequestInput = { model: "p/m", prompt: "hi" }

/** What the plugins of these tests can fail with is an LlmError, and they need nothing. */
export interface TestPlugin extends AnyPlugin {
  readonly layer: Layer.Layer<never, LlmError>
}
type Plugins = ReadonlyArray<TestPlugin>

export const within = (plugins: Plugins, options?: ComposeOptions) => compose(plugins, options)

export const generate = (
  plugins: Plugins,
  input: LlmRequestInput = request,
  options?: ComposeOptions,
): Effect.Effect<LlmResponse, LlmError> =>
  Effect.provide(
    Kernel.use((kernel) => kernel.generate(input)),
    within(plugins, options),
  )

export const stream = (
  plugins: Plugins,
  input: LlmRequestInput = request,
  options?: ComposeOptions,
): Stream.Stream<StreamPart, LlmError> =>
  Stream.provide(Stream.unwrap(Kernel.use((kernel) => Effect.succeed(kernel.stream(input)))), within(plugins, options))

export const collect = (plugins: Plugins, input: LlmRequestInput = request, options?: ComposeOptions) =>
  Stream.runCollect(stream(plugins, input, options))

export const embed = (plugins: Plugins, input: EmbedRequest = { model: "p/m", inputs: ["a"] }) =>
  Effect.provide(
    Kernel.use((kernel) => kernel.embed(input)),
    within(plugins),
  )

/** The reason of a call that must fail. */
export const reasonOf = <A, R>(call: Effect.Effect<A, LlmError, R>): Effect.Effect<Reason, A, R> =>
  Effect.map(Effect.flip(call), (error) => error.reason)

/** A retry policy that asks `decide` and keeps what it was told. */
export const retrying = (decide: (failure: AttemptFailure, attempts: number) => RetryDecision) =>
  plug("retry", { next: (failure, history) => Effect.sync(() => decide(failure, history.length)) })

/** Again without waiting, up to `times` attempts in all. */
export const again = (times: number, delayMs = 0) =>
  retrying((_, attempts) => (attempts < times ? { _tag: "Retry", delayMs } : { _tag: "Stop" }))

/** Every candidate in order; a cut stream is rescued by `rescue`. */
export const inTurn = (rescue: Contributions["failover"]["rescue"] = () => Effect.succeed({ _tag: "Fail" })) =>
  plug("failover", {
    run: ([first, ...rest], dispatch) =>
      rest.reduce((tried, next) => Effect.catchTag(tried, "LlmError", () => dispatch(next)), dispatch(first)),
    rescue,
  })

/** The validator "v", which judges the text of an answer. */
export const validator = (judge: (text: string) => Verdict, name = "v"): ValidatorFactory => ({
  names: [name],
  make: () =>
    Effect.succeed({
      validate: (response) =>
        Effect.sync(() => judge(response.content.map((part) => ("text" in part ? part.text : "")).join(""))),
    }),
})

export const bad = (message = "not good"): Verdict => ({ ok: false, score: 0, issues: [{ validator: "v", message }] })
export const good: Verdict = { ok: true, score: 1, issues: [] }

export const judged: LlmRequestInput = { ...request, policy: { validators: [{ type: "v" }] } }

export const middleware = (parts: Partial<Middleware>, name = parts.name ?? "test") =>
  plug("middleware", { name, stage: "context", ...parts }, `middleware-${name}`)

/** A tracer that writes down what ends, and how. */
export const recorder = () => {
  const ended: Array<{ readonly what: string; readonly outcome: SpanOutcome }> = []
  const span = (what: string): ActiveSpan => ({
    span: undefined,
    end: (outcome) =>
      Effect.sync(() => {
        ended.push({ what, outcome })
      }),
  })
  const tracer: Tracer = {
    startCall: () => Effect.sync(() => span("call")),
    startAttempt: (candidate) => Effect.sync(() => span(`${candidate.provider}/${candidate.model}`)),
  }
  const attempts = () => ended.filter(({ what }) => what !== "call")
  return { plugin: plug("tracer", tracer), ended, attempts }
}

/** Remembers the requests that a provider was sent. */
export const listening = (inner: Provider) => {
  const seen: Array<LlmRequest> = []
  const { generate: whole, stream: flowing } = inner
  const spied: Provider = {
    ...inner,
    ...(whole && {
      generate: (sent) =>
        Effect.andThen(
          Effect.sync(() => seen.push(sent)),
          whole(sent),
        ),
    }),
    ...(flowing && {
      stream: (sent) =>
        Stream.unwrap(
          Effect.as(
            Effect.sync(() => seen.push(sent)),
            flowing(sent),
          ),
        ),
    }),
  }
  return { plugin: plug("provider", spied), seen }
}

/** A middleware that hands out the context of each call. */
export const contexts = () => {
  const seen: Array<CallContext> = []
  const plugin = middleware({
    name: "contexts",
    request: (current, context) =>
      Effect.sync(() => {
        seen.push(context)
        return current
      }),
  })
  return { plugin, seen }
}

/**
 * How an effect ends that must end after exactly `ms` of the test's clock: neither sooner nor later. The clock moves once
 * `begun` is there: what waits for the machine itself, such as a hash, takes no time of the test's.
 */
export const endingAt = <A, E, R>(
  ms: number,
  effect: Effect.Effect<A, E, R>,
  begun: Effect.Effect<unknown> = Effect.void,
): Effect.Effect<Exit.Exit<A, E>, never, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* begun
    yield* TestClock.adjust(ms - 1)
    const early = fiber.pollUnsafe()
    assert.isUndefined(early, `it ended before ${ms} ms: ${JSON.stringify(early)}`)
    yield* TestClock.adjust(1)
    const exit = fiber.pollUnsafe()
    if (exit === undefined) yield* Fiber.interrupt(fiber)
    assert.isDefined(exit, `it did not end within ${ms} ms`)
    return yield* Fiber.await(fiber)
  })

/** Stops for good, and notes that it was told to. */
export const stuck = (interrupted: Array<string> = [], name = "stuck"): Effect.Effect<never> =>
  Effect.onInterrupt(Effect.never, () => Effect.sync(() => void interrupted.push(name)))

/** These parts, `ms` before each. */
export const paced = (ms: number, ...parts: ReadonlyArray<StreamPart>): Stream.Stream<StreamPart> =>
  Stream.mapEffect(Stream.rechunk(Stream.fromArray(parts), 1), (part) => Effect.as(Effect.sleep(ms), part))
