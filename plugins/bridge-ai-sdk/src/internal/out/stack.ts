import type {
  EmbedRequest,
  EmbedResponse,
  KernelShape,
  LlmError,
  LlmRequestInput,
  LlmResponse,
  StreamPart,
} from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** What the bridge needs of a stack: `createSwitchyard()` has it, and so has Effect's `Kernel`. */
export interface Stack {
  readonly generate: (
    request: LlmRequestInput,
    options?: CallOptions,
  ) => PromiseLike<LlmResponse> | Effect.Effect<LlmResponse, LlmError>
  readonly stream: (
    request: LlmRequestInput,
    options?: CallOptions,
  ) => AsyncIterable<StreamPart> | Stream.Stream<StreamPart, LlmError>
  readonly embed: (
    request: EmbedRequest,
    options?: CallOptions,
  ) => PromiseLike<EmbedResponse> | Effect.Effect<EmbedResponse, LlmError>
  /** Batch by batch, where the stack offers it. */
  readonly open?: KernelShape["open"]
}

/** Services that the effects of a kernel run with: a tracer, a clock. */
export type Services = Context.Context<never>

/** An answer that flows. */
export interface Flow {
  /** The next parts, at least one; `undefined` at the end. */
  readonly next: () => Promise<ReadonlyArray<StreamPart> | undefined>
  /** Stops it and closes the connection underneath. */
  readonly cancel: () => Promise<void>
}

/** What an effect failed with; of an abort the signal's reason. */
const failureOf = (cause: Cause.Cause<unknown>, signal: AbortSignal | undefined): unknown =>
  signal?.aborted === true && Cause.hasInterruptsOnly(cause) ? signal.reason : Cause.squash(cause)

const runExit = <A>(
  effect: Effect.Effect<A, unknown>,
  services: Services,
  signal: AbortSignal | undefined,
): Promise<Exit.Exit<A, unknown>> =>
  Effect.runPromiseExitWith(services)(effect, signal === undefined ? undefined : { signal })

export const answered = async <A>(
  result: PromiseLike<A> | Effect.Effect<A, LlmError>,
  services: Services,
  signal: AbortSignal | undefined,
): Promise<A> => {
  if (!Effect.isEffect(result)) return result
  signal?.throwIfAborted()
  const exit = await runExit(result, services, signal)
  if (Exit.isFailure(exit)) throw failureOf(exit.cause, signal)
  return exit.value
}

/** Starts an answer. It rejects with what fails before the first part. */
export const flowing = async (
  stack: Stack,
  request: LlmRequestInput,
  services: Services,
  signal: AbortSignal | undefined,
): Promise<Flow> => {
  signal?.throwIfAborted()
  if (stack.open !== undefined) return pulling(stack.open(request), services, signal)
  const parts = stack.stream(request, signal === undefined ? {} : { signal })
  return Stream.isStream(parts) ? pulling(Stream.toPull(parts), services, signal) : iterating(parts, signal)
}

type Open = ReturnType<KernelShape["open"]>

const pulling = async (open: Open, services: Services, signal: AbortSignal | undefined): Promise<Flow> => {
  const scope = Scope.makeUnsafe()
  const cancel = (): Promise<void> => {
    signal?.removeEventListener("abort", abandoned)
    return Effect.runPromise(Scope.close(scope, Exit.void))
  }
  const abandoned = () => void cancel().catch(() => undefined) // whoever reads next is told
  const opened = await runExit(Effect.provideService(open, Scope.Scope, scope), services, signal)
  if (Exit.isFailure(opened)) {
    await cancel()
    throw failureOf(opened.cause, signal)
  }
  // An abort closes the connection also while nobody reads.
  signal?.addEventListener("abort", abandoned)
  const pull = Effect.catchIf(opened.value, Cause.isDone, () => Effect.undefined)
  const next = async () => {
    const exit = await runExit(pull, services, signal)
    if (Exit.isFailure(exit) || exit.value === undefined) await cancel()
    if (Exit.isFailure(exit)) throw failureOf(exit.cause, signal)
    return exit.value
  }
  return { next, cancel }
}

const iterating = (parts: AsyncIterable<StreamPart>, signal: AbortSignal | undefined): Flow => {
  const iterator = parts[Symbol.asyncIterator]()
  const cancel = async (): Promise<void> => {
    signal?.removeEventListener("abort", abandoned)
    await iterator.return?.()
  }
  const abandoned = () => void cancel().catch(() => undefined) // whoever reads next is told
  signal?.addEventListener("abort", abandoned)
  const next = async () => {
    const { value, done } = await iterator.next()
    if (done !== true) return [value]
    signal?.removeEventListener("abort", abandoned)
    return undefined
  }
  return { next, cancel }
}
