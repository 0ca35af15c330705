import { Fold, type LlmError, type LlmResponse, type StreamPart } from "@switchyard/core"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { thrown } from "./internal/outcome.ts"

interface Source {
  readonly context: Context.Context<never>
  readonly parts: Stream.Stream<StreamPart, LlmError>
}

type Batch = ReadonlyArray<StreamPart>

/**
 * An answer as it comes: iterate it once, then ask for `response()`. Leaving the loop early cancels the HTTP request. A
 * stream that is cut rejects with `TruncatedError`; it never just ends.
 */
export class ResponseStream implements AsyncIterable<StreamPart> {
  readonly #open: () => Promise<Source>
  readonly #signal: AbortSignal | undefined
  readonly #scope = Scope.makeUnsafe()
  readonly #fold = new Fold()
  #pull: { readonly context: Context.Context<never>; readonly next: Pull.Pull<Batch, LlmError> } | undefined
  #state: "new" | "reading" | "ended" | "failed" = "new"
  #failure: unknown

  constructor(open: () => Promise<Source>, signal: AbortSignal | undefined) {
    this.#open = open
    this.#signal = signal
  }

  /** The parts, each as soon as it is there. */
  async *[Symbol.asyncIterator](): AsyncGenerator<StreamPart, void, undefined> {
    if (this.#state !== "new") throw new TypeError("a response stream can be read once")
    this.#state = "reading"
    try {
      for (;;) {
        const batch = await this.#next()
        if (batch === undefined) return
        yield* batch
        if (this.#fold.finish !== undefined) return
      }
    } finally {
      await this.cancel()
    }
  }

  /** Only the text. After a `restart` (policy.stream "restart") the text begins again: use the parts to see it. */
  async *text(): AsyncGenerator<string, void, undefined> {
    for await (const part of this) {
      if (part.type === "text-delta" || part.type === "text") yield part.text
    }
  }

  /** The whole answer: after reading it, or instead of reading it. */
  async response(): Promise<LlmResponse> {
    if (this.#state === "new") for await (const part of this) void part
    if (this.#state === "failed") throw this.#failure
    if (this.#state !== "ended") throw new TypeError("the response is known when the stream has been read to its end")
    return this.#fold.call()
  }

  /** Stops the answer and closes the connection. */
  async cancel(): Promise<void> {
    await Effect.runPromise(Scope.close(this.#scope, Exit.void))
  }

  async #next(): Promise<Batch | undefined> {
    try {
      this.#signal?.throwIfAborted()
      const { context, next } = this.#pull ?? (await this.#start())
      const options = this.#signal === undefined ? undefined : { signal: this.#signal }
      const exit = await Effect.runPromiseExitWith(context)(next, options)
      if (Exit.isFailure(exit)) return this.#stop(exit.cause)
      for (const part of exit.value) this.#fold.push(part)
      // The finish is the last part, by the kernel's promise.
      if (this.#fold.finish !== undefined) this.#state = "ended"
      return exit.value
    } catch (error) {
      this.#state = "failed"
      this.#failure = error
      throw error
    }
  }

  #stop(cause: Cause.Cause<LlmError | Cause.Done>): undefined {
    if (!cause.reasons.some((reason) => reason._tag === "Fail" && Cause.isDone(reason.error))) {
      throw thrown(cause, this.#signal)
    }
    this.#state = "ended"
  }

  async #start() {
    const { context, parts } = await this.#open()
    // Making the pull starts nothing; the first read does. Both are one run.
    const made = Effect.provideService(Stream.toPull(parts), Scope.Scope, this.#scope)
    let pull: Pull.Pull<Batch, LlmError> | undefined
    const next = Effect.suspend(
      (): Pull.Pull<Batch, LlmError> =>
        pull ??
        Effect.flatMap(made, (ready) => {
          pull = ready
          return ready
        }),
    )
    this.#pull = { context, next }
    return this.#pull
  }
}
