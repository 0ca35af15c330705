import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type {
  ChatWrapper,
  LlamaContextSequence,
  LlamaEmbeddingContext,
  LlamaModel,
  ResolveChatWrapperWithModelOptions,
  Token,
} from "node-llama-cpp"
import type { Backend } from "./backend.ts"
import { fromLibrary } from "./errors.ts"
import { checkFile } from "./file.ts"
import type { GgufHeader } from "./gguf/header.ts"
import { defaultContext, type ModelSpec, presetOf } from "./models.ts"
import { shared } from "./shared.ts"

/** A model that answers: its template, and places to evaluate conversations in. */
export interface Chat {
  readonly backend: Backend
  readonly model: LlamaModel
  readonly wrapper: ChatWrapper
  /** Tokens that one conversation may have, answer included. */
  readonly contextSize: number
  /**
   * A place of its own for one call, given back with the scope; while all are taken the call waits. Of the free ones it
   * is the one that has most of these tokens evaluated already.
   */
  readonly lease: (tokens: Array<Token>) => Effect.Effect<LlamaContextSequence, never, Scope.Scope>
}

/** A model that embeds. */
export interface Embedder {
  readonly model: LlamaModel
  readonly context: LlamaEmbeddingContext
  readonly contextSize: number
}

/** One file: loaded when first needed, and only once for what is needed of it. */
export interface LocalModel {
  readonly spec: ModelSpec
  readonly chat: Effect.Effect<Chat, LlmError>
  readonly embedder: Effect.Effect<Embedder, LlmError>
  /** Tokens of the context, once it is there. */
  readonly loadedContext: () => number | undefined
}

interface Loaded {
  readonly backend: Backend
  readonly model: LlamaModel
  readonly hasTemplate: boolean
}

interface Disposable {
  readonly dispose: () => Promise<void>
}

/** Something native: making it can be aborted, and it goes with the scope. */
const acquire = <A extends Disposable>(
  make: (signal: AbortSignal) => Promise<A>,
  toError: (error: unknown) => LlmError,
) =>
  Effect.acquireRelease(
    Effect.tryPromise({ try: make, catch: toError }),
    (made) => Effect.promise(() => made.dispose()),
    { interruptible: true },
  )

const load = Effect.fnUntraced(function* (backend: Backend, spec: ModelSpec, { hasTemplate }: GgufHeader) {
  const { path } = spec
  const gpuLayers = spec.gpuLayers === undefined ? {} : { gpuLayers: spec.gpuLayers }
  const model = yield* acquire(
    (loadSignal) => backend.llama.loadModel({ modelPath: path, loadSignal, ...gpuLayers }),
    (error) => {
      const log = backend.lastComplaint()
      return fromLibrary(error, { path, ...(log === undefined ? {} : { log }) })
    },
  )
  return { backend, model, hasTemplate } satisfies Loaded
})

const sizeFor = (spec: ModelSpec, model: LlamaModel): number =>
  spec.contextSize ?? Math.min(defaultContext, model.trainContextSize)

/** A template that is no Jinja is passed over: the library would say so on the console, and then do the same. */
const wrapperFor = ({ backend, model, hasTemplate }: Loaded, spec: ModelSpec): ChatWrapper => {
  const { resolveChatWrapper } = backend.library
  const type = spec.template ?? (hasTemplate ? "auto" : (presetOf(spec)?.template ?? "auto"))
  const options: ResolveChatWrapperWithModelOptions = { type, warningLogs: false }
  try {
    return resolveChatWrapper(model, { ...options, fallbackToOtherWrappersOnJinjaError: false })
  } catch {
    return resolveChatWrapper(model, { ...options, noJinja: true })
  }
}

const makeChat = Effect.fnUntraced(function* (loaded: Loaded, spec: ModelSpec) {
  const { backend, model } = loaded
  const parallel = spec.parallel ?? 1
  const threads = spec.threads === undefined ? {} : { threads: spec.threads }
  const options = { contextSize: sizeFor(spec, model), sequences: parallel, ...threads }
  const context = yield* acquire(
    (createSignal) => model.createContext({ ...options, createSignal }),
    (error) => fromLibrary(error, { path: spec.path }),
  )
  const wrapper = yield* Effect.try({
    try: () => wrapperFor(loaded, spec),
    catch: (error) => fromLibrary(error, { path: spec.path }),
  })
  const free = Array.from({ length: parallel }, () => context.getSequence())
  const places = Semaphore.makeUnsafe(parallel)
  const lease: Chat["lease"] = (tokens) =>
    Effect.acquireRelease(
      Effect.map(places.take(1), () => takeBest(free, tokens)),
      (sequence) => {
        free.push(sequence)
        return places.release(1)
      },
      { interruptible: true },
    )
  return { backend, model, wrapper, contextSize: context.contextSize, lease } satisfies Chat
})

/** Takes out the sequence that shares most tokens with the prompt. There is one: the semaphore counts them. */
const takeBest = (free: Array<LlamaContextSequence>, tokens: Array<Token>): LlamaContextSequence => {
  const overlap = free.map((sequence) => sequence.compareContextTokens(tokens).firstDifferentIndex)
  const [best] = free.splice(overlap.indexOf(Math.max(...overlap)), 1)
  if (best === undefined) throw new Error("no sequence is free though a place was")
  return best
}

const makeEmbedder = Effect.fnUntraced(function* ({ model }: Loaded, spec: ModelSpec) {
  const contextSize = sizeFor(spec, model)
  const threads = spec.threads === undefined ? {} : { threads: spec.threads }
  const context = yield* acquire(
    (createSignal) => model.createEmbeddingContext({ contextSize, createSignal, ...threads }),
    (error) => fromLibrary(error, { path: spec.path }),
  )
  return { model, context, contextSize } satisfies Embedder
})

/** A model of the user's. Nothing is loaded yet; all that will be goes with the scope, last loaded first. */
export const makeLocalModel = (
  spec: ModelSpec,
  backend: Effect.Effect<Backend, LlmError>,
  scope: Scope.Scope,
): LocalModel => {
  let contextSize: number | undefined
  // The file first: a wrong one is told without loading the library.
  const ready = Effect.flatMap(checkFile(spec.path), (header) => Effect.map(backend, (made) => ({ header, made })))
  const loaded = shared(scope, ready, ({ header, made }) => load(made, spec, header))
  const chat = shared(scope, loaded, (model) =>
    Effect.tap(makeChat(model, spec), (made) => Effect.sync(() => (contextSize = made.contextSize))),
  )
  const embedder = shared(scope, loaded, (model) => makeEmbedder(model, spec))
  return { spec, chat, embedder, loadedContext: () => contextSize }
}
