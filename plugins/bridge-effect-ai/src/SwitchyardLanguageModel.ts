import { Kernel, type KernelShape, isLlmError, LlmError, Providers, type StreamPart } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Cause from "effect/Cause"
import * as Stream from "effect/Stream"
import { CallSettings } from "./CallSettings.ts"
import { AiError, LanguageModel, Model, type Response } from "./internal/ai.ts"
import { type Method, toAiError } from "./internal/out/errors.ts"
import { namesOf, toRequest } from "./internal/out/request.ts"
import { type Declared, toParts } from "./internal/out/response.ts"
import { outState, outStep, type OutState } from "./internal/out/stream.ts"

/** The model to ask for (`"provider/model"`, an alias or `"auto"`), and settings for every call, which a call may override. */
export interface LanguageModelOptions extends Omit<CallSettings, "model" | "dimensions"> {
  readonly model: string
}

/** A call, with its tools by name. */
interface Call {
  readonly kernel: KernelShape
  readonly isProvider: (id: string) => boolean
  readonly defaults: LanguageModelOptions
}

/**
 * Whatever the stack can reach as a `LanguageModel`: routing, retries, failover and cache stay below it. `CallSettings` says
 * per call what `LanguageModel` has no field for.
 *
 * Failures are `AiError`s with the reason that fits; all that Switchyard knows of them is in the reason's metadata under
 * `metadataKey` (of a `NetworkError`, which has none, in its `cause`). A stream that is cut fails.
 */
export const makeLanguageModel = (
  defaults: LanguageModelOptions,
): Effect.Effect<LanguageModel.LanguageModel, never, Kernel> =>
  Effect.gen(function* () {
    const kernel = yield* Kernel
    const providers = Option.getOrUndefined(yield* Effect.serviceOption(Providers))
    const isProvider = (id: string) => providers?.get(id) !== undefined
    const call: Call = { kernel, isProvider, defaults }
    return yield* LanguageModel.make({
      generateText: (options) => Effect.flatMap(CallSettings, (settings) => generate(call, options, settings)),
      streamText: (options) => Stream.unwrap(Effect.map(CallSettings, (settings) => stream(call, options, settings))),
    })
  })

/** `makeLanguageModel` as a layer. */
export const layerLanguageModel = (
  options: LanguageModelOptions,
): Layer.Layer<LanguageModel.LanguageModel, never, Kernel> =>
  Layer.effect(LanguageModel.LanguageModel, makeLanguageModel(options))

/** The same as a `Model`, which names itself: for an `ExecutionPlan`, and for code that asks for `ModelName`. */
export const model = (options: LanguageModelOptions): Model.Model<"switchyard", LanguageModel.LanguageModel, Kernel> =>
  Model.make("switchyard", options.model, layerLanguageModel(options))

const declaredOf = ({ isProvider }: Call, options: LanguageModel.ProviderOptions): Declared => ({
  isProvider,
  names: namesOf(options.tools),
  tools: new Set(options.tools.map((tool) => tool.name)),
})

const requestOf = (
  { defaults }: Call,
  options: LanguageModel.ProviderOptions,
  { names }: Declared,
  settings: CallSettings,
) =>
  Effect.try({
    try: () => toRequest(options, names, { ...defaults, ...settings }),
    // Everything else that could be thrown would be a mistake in here.
    catch: (error) => (isLlmError(error) ? error : LlmError.make({ _tag: "InvalidRequest", message: String(error) })),
  })

const failing = (method: Method) => (error: LlmError) => toAiError(error, method)

const generate = (
  call: Call,
  options: LanguageModel.ProviderOptions,
  settings: CallSettings,
): Effect.Effect<Array<Response.PartEncoded>, AiError.AiError> => {
  const declared = declaredOf(call, options)
  const answer = Effect.flatMap(requestOf(call, options, declared, settings), (request) =>
    call.kernel.generate(request),
  )
  return Effect.flatMap(Effect.mapError(answer, failing("generateText")), (response) => {
    const parts = toParts(response, declared)
    const stray = undeclared(parts, options, declared, "generateText")
    return stray === undefined ? Effect.succeed(parts) : Effect.fail(stray)
  })
}

/** A call of a tool that no toolkit has, unless the caller said that it takes them. */
const undeclared = (
  parts: ReadonlyArray<{ readonly type: string; readonly name?: string }>,
  options: LanguageModel.ProviderOptions,
  { tools }: Declared,
  method: Method,
): AiError.AiError | undefined => {
  if (options.toolCallValidation === "deferred") return undefined
  for (const { type, name } of parts) {
    if (type !== "tool-call" || name === undefined || tools.has(name)) continue
    const reason = new AiError.ToolNotFoundError({ toolName: name, availableTools: [...tools] })
    return AiError.make({ module: "Switchyard", method, reason })
  }
  return undefined
}

const stream = (
  call: Call,
  options: LanguageModel.ProviderOptions,
  settings: CallSettings,
): Stream.Stream<Response.StreamPartEncoded, AiError.AiError> => {
  const declared = declaredOf(call, options)
  return Stream.unwrap(
    Effect.gen(function* () {
      const request = yield* requestOf(call, options, declared, settings)
      const pull = yield* call.kernel.open(request)
      const state = outState(declared)
      return Stream.fromPull(Effect.succeed(translated(pull, state, options)))
    }).pipe(Effect.mapError(failing("streamText"))),
  )
}

type Next = Effect.Effect<
  readonly [Response.StreamPartEncoded, ...Array<Response.StreamPartEncoded>],
  AiError.AiError | Cause.Done
>
type Pulled = Effect.Effect<readonly [StreamPart, ...Array<StreamPart>], LlmError | Cause.Done>

/** Batch by batch. What came before a failure in the same batch is handed over first; a batch without news is passed over. */
const translated = (pull: Pulled, state: OutState, options: LanguageModel.ProviderOptions): Next => {
  let failure: AiError.AiError | undefined
  const step = (batch: ReadonlyArray<StreamPart>): Next => {
    const out: Array<Response.StreamPartEncoded> = []
    try {
      for (const part of batch) outStep(state, part, out)
    } catch (error) {
      if (!isLlmError(error)) return Effect.die(error)
      failure = toAiError(error, "streamText")
    }
    failure ??= undeclared(out, options, state.declared, "streamText")
    const [head, ...rest] = failure === undefined ? out : out.filter(({ type }) => type !== "tool-call")
    return head === undefined ? next : Effect.succeed([head, ...rest])
  }
  const read = Effect.matchEffect(pull, {
    onFailure: (error): Next => Effect.fail(Cause.isDone(error) ? error : toAiError(error, "streamText")),
    onSuccess: step,
  })
  const next: Next = Effect.suspend(() => (failure === undefined ? read : Effect.fail(failure)))
  return next
}
