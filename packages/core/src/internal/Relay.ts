import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import type { Demand } from "../Cache.ts"
import type { LlmError } from "../LlmError.ts"
import { sizeOf } from "../SizeOf.ts"
import type { Batch, PartsPull } from "./openStream.ts"

type Failure = LlmError | Cause.Done
type Resume<A> = (effect: Effect.Effect<A, Failure>) => void

/**
 * An answer that others may follow, pulled in a fiber of its own, so that no part is lost with the caller who waited for it.
 * It is pulled when its caller asks, and ahead of a slower one while those who follow want more.
 */
export class Relay {
  /** As many bytes may wait for its caller. */
  room = 0
  readonly #parts: PartsPull
  readonly #settled = Latch.makeUnsafe(false)
  #demand: Demand = "none"
  #left = false
  #finished = false
  #end: Exit.Exit<never, Failure> | undefined
  #unread: Array<{ readonly batch: Batch; readonly bytes: number }> = []
  #unreadBytes = 0
  #reader: Resume<Batch> | undefined
  #paused: Resume<void> | undefined

  constructor(parts: PartsPull) {
    this.#parts = parts
  }

  /** Those who follow want more, or less. */
  readonly told = (demand: Demand): void => {
    this.#demand = demand
    if (this.#left && demand === "none") this.#settled.openUnsafe()
    this.#wake()
  }

  /** Its caller was handed all of it. */
  get isRead(): boolean {
    return (this.#finished || this.#end !== undefined) && this.#unread.length === 0
  }

  /** It is not whole yet, and others follow it. */
  get isFollowed(): boolean {
    return this.#end === undefined && this.#demand !== "none"
  }

  /** For its caller. */
  readonly next: PartsPull = Effect.callback((resume) => {
    const unread = this.#unread.shift()
    if (unread === undefined && this.#end !== undefined) return resume(this.#end)
    if (unread === undefined) this.#reader = resume
    else this.#unreadBytes -= unread.bytes
    this.#wake()
    if (unread !== undefined) return resume(Effect.succeed(unread.batch))
    return Effect.sync(() => {
      this.#reader = undefined
    })
  })

  /** Its caller is gone. Ends when the answer does, or when nobody follows it any more: with how it ended. */
  readonly leave: Effect.Effect<Exit.Exit<void, Failure>> = Effect.suspend(() => {
    this.#left = true
    this.#unread = []
    if (!this.isFollowed) this.#settled.openUnsafe()
    this.#wake()
    return Effect.map(this.#settled.await, () => this.#exit)
  })

  /** Pulls to the end. */
  readonly run: Effect.Effect<void> = Effect.suspend(() =>
    Effect.asVoid(
      Effect.exit(
        Effect.onExit(this.#step, (exit) =>
          Effect.sync(() => {
            this.#end = exit
            this.#settled.openUnsafe()
            this.#reader?.(exit)
          }),
        ),
      ),
    ),
  )

  readonly #step: Effect.Effect<never, Failure> = Effect.suspend(() => {
    if (!this.#wanted) return Effect.flatMap(this.#pause, () => this.#step)
    const pulled = Effect.flatMap(this.#parts, (batch) => {
      this.#hand(batch)
      return this.#step
    })
    // Who follows and is far behind may read before it is left behind.
    return this.#demand === "enough" ? Effect.andThen(Effect.yieldNow, pulled) : pulled
  })

  readonly #pause: Effect.Effect<void, Failure> = Effect.callback((resume) => {
    this.#paused = resume
  })

  get #wanted(): boolean {
    if (this.#reader !== undefined || this.#finished) return true
    return this.#demand === "more" && (this.#left || this.#unreadBytes < this.room)
  }

  #wake(): void {
    const paused = this.#paused
    if (paused === undefined || !this.#wanted) return
    this.#paused = undefined
    paused(Effect.void)
  }

  #hand(batch: Batch): void {
    // Its end comes at once.
    this.#finished = batch.at(-1)?.type === "finish"
    if (this.#left) return
    const reader = this.#reader
    this.#reader = undefined
    if (reader !== undefined) return reader(Effect.succeed(batch))
    const bytes = sizeOf(batch)
    this.#unread.push({ batch, bytes })
    this.#unreadBytes += bytes
  }

  get #exit(): Exit.Exit<void, Failure> {
    const end = this.#end
    if (end === undefined) return Exit.interrupt()
    const error = Exit.findErrorOption(end)
    return error._tag === "Some" && Cause.isDone(error.value) ? Exit.void : end
  }
}
