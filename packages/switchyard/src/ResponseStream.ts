import { Fold, type KernelShape, type LlmError, type LlmResponse, type StreamPart } from "@switchyard/core"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { thrown } from "./internal/outcome.ts"

/** An open stream of the kernel, or of what stands on it. */
export interface Source {
  readonly context: Context.Context<never>
  readonly open: ReturnType<KernelShape["open"]>
}

type Batch = ReadonlyArray<StreamPart>

const cancelled = (): DOMException => new DOMException("the response stream was cancelled", "AbortError")

type Result = IteratorResult<StreamPart, undefined>

const end: IteratorReturnResult<undefined> = { value: undefined, done: true }

interface Waiter {
  readonly resolve: (batch: Batch | undefined) => void
  readonly reject: (error: unknown) => void
}

/**
 * An answer as it comes: iterate it once, then ask for `response()`. Leaving the loop early cancels the HTTP request. A
 * stream that is cut rejects with `TruncatedError`; it never just ends.
 *
 * One fiber reads the kernel's stream and stands still between two reads of its consumer.
 */
export class ResponseStream implements AsyncIterable<StreamPart> {
  readonly #open: () => Promise<Source>
  readonly #signal: AbortSignal | undefined
  readonly #fold = new Fold()
  #state: "new" | "reading" | "ended" | "failed" | "cancelled" = "new"
  #failure: unknown
  #drained: Promise<void> | undefined
  #fiber: Fiber.Fiber<void, LlmError> | undefined
  #exit: Exit.Exit<void, LlmError> | undefined
  #waiter: Waiter | undefined
  #goOn: (() => void) | undefined

  constructor(open: () => Promise<Source>, signal: AbortSignal | undefined) {
    this.#open = open
    this.#signal = signal
  }

  /** The parts, each as soon as it is there. Written out, since a generator costs three promises per part. */
  [Symbol.asyncIterator](): AsyncIterator<StreamPart, undefined> {
    if (this.#state === "cancelled") throw cancelled()
    if (this.#state !== "new") throw new TypeError("a response stream can be read once")
    this.#state = "reading"
    let batch: Batch = []
    let at = 0
    let last: Promise<Result> | undefined
    const refill = async (): Promise<Result> => {
      // The finish is the last part, by the kernel's promise.
      const over = this.#state !== "reading" || this.#fold.finish !== undefined
      batch = (over ? undefined : await this.#read()) ?? []
      at = 1
      const [value] = batch
      if (value !== undefined) return { value, done: false }
      await this.cancel()
      return end
    }
    const step = (): Promise<Result> => {
      const value = batch[at++]
      return value === undefined ? refill() : Promise.resolve({ value, done: false })
    }
    return {
      next: () => {
        if (last === undefined && at < batch.length) return step()
        // A second question before the first is answered waits for its turn.
        const result: Promise<Result> = last === undefined ? step() : last.then(step, step)
        last = result
        const settled = () => {
          if (last === result) last = undefined
        }
        result.then(settled, settled)
        return result
      },
      return: async () => {
        batch = []
        await this.cancel()
        return end
      },
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
    if (this.#state === "new") this.#drained = this.#drain()
    await this.#drained
    if (this.#state === "failed") throw this.#failure
    if (this.#state === "cancelled") throw cancelled()
    if (this.#state !== "ended") throw new TypeError("the response is known when the stream has been read to its end")
    return this.#fold.call()
  }

  async #drain(): Promise<void> {
    for await (const part of this) void part
  }

  /** Stops the answer and closes the connection: whoever still reads gets an `AbortError`. Does nothing to one that has ended. */
  async cancel(): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#abort)
    if (this.#state === "new" || this.#state === "reading") this.#state = "cancelled"
    if (this.#fiber === undefined || this.#exit !== undefined) return
    // A finished answer has only to be let go of; any other is stopped.
    if (this.#state === "ended") return this.#goOn?.()
    await Effect.runPromise(Fiber.interrupt(this.#fiber))
  }

  async #read(): Promise<Batch | undefined> {
    try {
      this.#signal?.throwIfAborted()
      if (this.#fiber === undefined) await this.#start()
      const batch = await this.#next()
      if (batch === undefined || this.#fold.finish !== undefined) this.#state = "ended"
      return batch
    } catch (error) {
      if (this.#state === "cancelled") throw cancelled()
      this.#state = "failed"
      this.#failure = error
      await this.cancel()
      throw error
    }
  }

  #next(): Promise<Batch | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
      const goOn = this.#goOn
      this.#goOn = undefined
      if (this.#exit !== undefined) this.#end(this.#exit)
      else goOn?.()
    })
  }

  async #start(): Promise<void> {
    const { context, open } = await this.#open()
    this.#signal?.throwIfAborted()
    this.#signal?.addEventListener("abort", this.#abort)
    const read = Effect.flatMap(open, (pull) => Effect.forever(Effect.flatMap(pull, (batch) => this.#give(batch))))
    const run = Effect.andThen(this.#paused, Effect.scoped(Effect.catchIf(read, Cause.isDone, () => Effect.void)))
    this.#fiber = Effect.runForkWith(context)(run)
    this.#fiber.addObserver((exit) => this.#end(exit))
  }

  readonly #abort = (): void => {
    this.#fiber?.interruptUnsafe()
  }

  /** Until the consumer asks. */
  readonly #paused: Effect.Effect<void> = Effect.callback((resume) => {
    this.#goOn = () => resume(Effect.void)
    if (this.#waiter !== undefined) this.#goOn()
  })

  #give(batch: Batch): Effect.Effect<void> {
    for (const part of batch) this.#fold.push(part)
    const waiter = this.#waiter
    this.#waiter = undefined
    waiter?.resolve(batch)
    return this.#paused
  }

  #end(exit: Exit.Exit<void, LlmError>): void {
    this.#exit = exit
    const waiter = this.#waiter
    this.#waiter = undefined
    if (Exit.isSuccess(exit)) waiter?.resolve(undefined)
    else waiter?.reject(thrown(exit.cause, this.#signal))
  }
}
