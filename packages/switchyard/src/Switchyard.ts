import {
  type AnyPlugin,
  compose,
  type EmbedRequest,
  type EmbedResponse,
  type Explanation,
  Kernel,
  type KernelShape,
  type LlmError,
  type LlmRequestInput,
  type LlmResponse,
  type Providers,
  type ProvidersShape,
  type Routes,
} from "@switchyard/core"
import { Providers as ProvidersKey } from "@switchyard/core"
import {
  type AnySchema,
  generateObject,
  type ObjectRequest,
  type ObjectResult,
  runTools,
  streamTools,
  type ToolRun,
  type ToolRunOptions,
  type TypeOf,
} from "@switchyard/tools"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import { configurationError } from "./errors.ts"
import { checkConfig } from "./internal/checkConfig.ts"
import { unwrap } from "./internal/outcome.ts"
import { ObjectStream } from "./ObjectStream.ts"
import { ResponseStream, type Source } from "./ResponseStream.ts"
import { ToolStream } from "./ToolStream.ts"

/** A plugin that needs nothing that is not in the stack already. */
export interface ReadyPlugin extends AnyPlugin {
  readonly layer: Layer.Layer<never, unknown, Providers>
}

export interface SwitchyardOptions {
  /** In any order. */
  readonly plugins: ReadonlyArray<ReadyPlugin>
  /** Aliases for models, one or several in order: `{ fast: "openai/gpt-5-mini" }`. */
  readonly routes?: Routes
}

export interface CallOptions {
  /** Aborting it cancels the HTTP request underneath; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** A run with tools: which ones, how many steps, who approves. */
export interface ToolCallOptions extends ToolRunOptions, CallOptions {}

/** A stack of plugins, ready to call models. */
export interface Switchyard extends AsyncDisposable {
  /** The whole answer, or a `SwitchyardError`. */
  readonly generate: (request: LlmRequestInput, options?: CallOptions) => Promise<LlmResponse>
  /** The answer as it comes. Nothing is sent before it is read. */
  readonly stream: (request: LlmRequestInput, options?: CallOptions) => ResponseStream
  /** An object, checked and typed by `request.schema`: of Effect, zod, valibot, arktype, or JSON Schema. */
  readonly generateObject: <S extends AnySchema>(
    request: ObjectRequest<S>,
    options?: CallOptions,
  ) => Promise<ObjectResult<TypeOf<S>>>
  /** The object while it is being written, then checked. Nothing is sent before it is read. */
  readonly streamObject: <S extends AnySchema>(request: ObjectRequest<S>, options?: CallOptions) => ObjectStream<S>
  /** Asks, runs the tools that the model calls, and asks again until it answers: at most `maxSteps` (8) times. */
  readonly runTools: (request: LlmRequestInput, options: ToolCallOptions) => Promise<ToolRun>
  /** The same as it comes. Nothing is sent before it is read. */
  readonly streamTools: (request: LlmRequestInput, options: ToolCallOptions) => ToolStream
  /** One vector per input. */
  readonly embed: (request: EmbedRequest, options?: CallOptions) => Promise<EmbedResponse>
  /** Where a call would go and why, without calling. */
  readonly explain: (request: LlmRequestInput) => Promise<Explanation>
  /** The providers of the stack, once it stands. Rejects when the stack cannot be built. */
  readonly providers: () => Promise<ProvidersShape>
  /** Ends the calls that run, then closes every connection and resource of the plugins, in reverse. Calls after it reject. */
  readonly close: () => Promise<void>
}

const withKernel = <A>(effect: Effect.Effect<A, LlmError, Kernel>, kernel: KernelShape): Effect.Effect<A, LlmError> =>
  Effect.provideService(effect, Kernel, kernel)

type Services = Context.Context<Kernel | Providers>

/** What the plugins make together. */
const stackOf = (options: SwitchyardOptions): Effect.Effect<Layer.Layer<Kernel | Providers, unknown>> =>
  Effect.sync(() => {
    const { plugins, routes } = checkConfig("what createSwitchyard is given", options)
    const layer = compose(plugins, routes === undefined ? {} : { routes })
    return layer as Layer.Layer<Kernel | Providers, unknown> // ReadyPlugin: nothing is missing
  })

/**
 * Builds a stack from plugins. It is built with the first call; what is wrong with it rejects that call with a
 * `ConfigurationError` or `PluginIncompatibleError` before anything is sent.
 */
export const createSwitchyard = (options: SwitchyardOptions): Switchyard => {
  const runtime = ManagedRuntime.make(Layer.unwrap(stackOf(options)))
  let closed = false
  let services: Services | undefined

  const running = new Set<Fiber.Fiber<unknown, unknown>>()
  /** From now on `close` ends it. */
  const onFiberStart = (fiber: Fiber.Fiber<unknown, unknown>): void => {
    running.add(fiber)
    fiber.addObserver(() => running.delete(fiber))
  }

  const ready = async (signal: AbortSignal | undefined): Promise<Services> => {
    if (closed) throw configurationError("this Switchyard was closed: create another one")
    if (services !== undefined) return services
    const exit = await runtime.runPromiseExit(Effect.context<Kernel | Providers>(), signal && { signal })
    services = unwrap(exit, signal)
    return services
  }

  const run = async <A>(use: (kernel: KernelShape) => Effect.Effect<A, LlmError>, signal?: AbortSignal): Promise<A> => {
    signal?.throwIfAborted()
    const context = services === undefined || closed ? await ready(signal) : services
    const kernel = Context.get(context, Kernel)
    const options = signal === undefined ? { onFiberStart } : { onFiberStart, signal }
    return unwrap(await Effect.runPromiseExitWith(context)(use(kernel), options), signal)
  }

  /** A stream that is there to be read; `close` ends it too. */
  const opened = async (
    use: (kernel: KernelShape) => Source["open"],
    signal: AbortSignal | undefined,
  ): Promise<Source> => {
    const context = await ready(signal)
    const open = use(Context.get(context, Kernel))
    const tracked = Effect.withFiber((fiber) => {
      onFiberStart(fiber)
      return open
    })
    return { context, open: tracked }
  }

  const close = async (): Promise<void> => {
    closed = true
    for (const fiber of running) fiber.interruptUnsafe()
    await runtime.dispose()
  }

  return {
    generate: (request, options) => run((kernel) => kernel.generate(request), options?.signal),
    stream: (request, options) =>
      new ResponseStream(() => opened((kernel) => kernel.open(request), options?.signal), options?.signal),
    generateObject: (request, options) => run((kernel) => withKernel(generateObject(request), kernel), options?.signal),
    streamObject: (request, options) =>
      new ObjectStream(request, (asked) => opened((kernel) => kernel.open(asked), options?.signal), options?.signal),
    // Callers without types may leave the options out: the run says what it misses.
    runTools: (request, options) => run((kernel) => withKernel(runTools(request, options), kernel), options?.signal),
    streamTools: (request, options) =>
      new ToolStream((onEnd) => {
        const parts = streamTools(request, { ...options, onEnd })
        return opened((kernel) => Stream.toPull(Stream.provideService(parts, Kernel, kernel)), options?.signal)
      }, options?.signal),
    embed: (request, options) => run((kernel) => kernel.embed(request), options?.signal),
    explain: (request) => run((kernel) => kernel.explain(request)),
    providers: async () => Context.get(await ready(undefined), ProvidersKey),
    close,
    [Symbol.asyncDispose]: close,
  }
}
