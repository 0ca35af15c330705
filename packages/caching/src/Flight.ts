import { type Demand, LlmError, type LlmResponse, sizeOf, type StreamPart, unfold } from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"
import type { Follower } from "./internal/Follower.ts"

type Batch = readonly [StreamPart, ...ReadonlyArray<StreamPart>]
type Next = Effect.Effect<Batch, LlmError | Cause.Done>

/** What is known of a call that is on its way. `asked`: the model, as it was asked for. */
export interface Asked {
  readonly key: string
  readonly tenant: string | undefined
  readonly asked: string
  readonly tags: Readonly<Record<string, string>>
}

/** A batch, and how many bytes of the answer have come with it. */
interface Held {
  readonly batch: Batch
  readonly upTo: number
}

const failed = (message: string): LlmError => LlmError.make({ _tag: "EmptyResponse", message })

/**
 * The answer of a call that is under way, for all who ask the same: what has come so far, and then the rest. All of it is
 * held up to `maxBytes` (as `sizeOf` estimates them); of a longer one only what somebody has still to read, and who is
 * further behind than that fails.
 */
export class Flight {
  readonly leader: string
  readonly startedAt: number
  readonly about: Asked
  /** Who answers, as soon as it is known. */
  provider: string | undefined
  /** How many calls have followed it, also those that left. */
  joiners = 0
  readonly #maxBytes: number
  readonly #followers = new Set<Follower>()
  #held: Array<Held> = []
  /** How many batches, and bytes, came before those that are held. */
  #first = 0
  #firstBytes = 0
  #bytes = 0
  /** Where the answer has begun last. */
  #from = { at: 0, read: 0 }
  #isOpen = true
  #end: "open" | "whole" | LlmError = "open"
  #more = Latch.makeUnsafe(false)
  #told: ((demand: Demand) => void) | undefined
  #demand: Demand = "none"

  constructor(leader: string, about: Asked, startedAt: number, maxBytes: number) {
    this.leader = leader
    this.about = about
    this.startedAt = startedAt
    this.#maxBytes = maxBytes
  }

  /** It can still be followed from where the answer begins. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  join(): Follower {
    this.joiners++
    const follower: Follower = { ...this.#from, isLost: false }
    this.#followers.add(follower)
    this.#tell()
    return follower
  }

  leave(follower: Follower): void {
    if (this.#followers.delete(follower)) this.#tell()
  }

  /** From now on this one is told what those who follow want. */
  share(told: (demand: Demand) => void): void {
    this.#told = told
    told(this.#demand)
  }

  /** The leader has these. */
  push([first, ...rest]: ReadonlyArray<StreamPart>): void {
    if (first === undefined || this.#end !== "open") return
    if (first.type === "restart") this.#from = { at: this.#first + this.#held.length, read: this.#bytes }
    const batch: Batch = [first, ...rest]
    for (const part of batch) {
      // What is less than was asked for is the leader's own affair: the others ask themselves.
      if (part.type === "finish" && part.degraded !== undefined) return this.over()
      this.#bytes += sizeOf(part)
    }
    if (batch.at(-1)?.type === "finish") this.#end = "whole"
    this.#held.push({ batch, upTo: this.#bytes })
    if (this.#bytes - this.#firstBytes > this.#maxBytes) this.#isOpen = false
    if (!this.#isOpen) this.#trim()
    this.#tell()
    this.#wake()
  }

  /** The leader's answer is whole. A stream's last part is still to come. */
  stored(response: LlmResponse): void {
    this.provider = response.provider
    if (this.#bytes === 0) this.push(unfold(response))
  }

  /** The leader has its answer, or is gone: whoever has no whole answer gets none from it. */
  over(): void {
    if (this.#end === "open") this.#end = failed("the call that was joined gave no whole answer")
    this.#told = undefined
    this.#wake()
  }

  /** The parts for one who joined: read it once. `idleMs`: the longest wait for a piece; `mayRestart`: it may begin again. */
  parts(
    follower: Follower,
    { mayRestart, idleMs }: { mayRestart: boolean; idleMs: number },
  ): Stream.Stream<StreamPart, LlmError> {
    const begun = follower.at
    const next: Next = Effect.suspend((): Next => {
      if (follower.isLost) return Effect.fail(failed(`it was left more than ${this.#maxBytes} bytes behind`))
      const held = this.#held[follower.at - this.#first]
      if (held === undefined) return this.#wait(idleMs, next)
      const isFirst = follower.at === begun
      if (held.batch[0].type === "restart" && !isFirst && !mayRestart) {
        return Effect.fail(failed("the call that was joined began its answer again"))
      }
      follower.at++
      follower.read = held.upTo
      if (this.#demand === "enough") this.#tell()
      // Who has seen nothing of what is void need not know of it.
      const [head, ...rest] = isFirst ? held.batch.filter((part) => part.type !== "restart") : held.batch
      return head === undefined ? next : Effect.succeed([head, ...rest])
    })
    return Stream.fromPull(Effect.succeed(next))
  }

  #wait(idleMs: number, next: Next): Next {
    if (this.#end === "whole") return Cause.done()
    if (this.#end !== "open") return Effect.fail(this.#end)
    const message = `the call that was joined gave nothing within ${idleMs} ms`
    return Effect.flatMap(
      Effect.timeoutOrElse(this.#more.await, {
        duration: idleMs,
        orElse: () => Effect.fail(LlmError.make({ _tag: "Timeout", phase: "idle", ms: idleMs, message })),
      }),
      () => next,
    )
  }

  #wake(): void {
    const woken = this.#more
    this.#more = Latch.makeUnsafe(false)
    woken.openUnsafe()
  }

  #tell(): void {
    const demand = this.#wanted()
    if (demand === this.#demand) return
    this.#demand = demand
    this.#told?.(demand)
  }

  #wanted(): Demand {
    for (const { read } of this.#followers) if (this.#bytes - read < this.#maxBytes) return "more"
    return this.#followers.size === 0 ? "none" : "enough"
  }

  /** Lets go what everybody has read, and leaves behind who holds up too much; the newest batch is nobody's fault. */
  #trim(): void {
    const newest = this.#held.at(-2)?.upTo ?? this.#firstBytes
    for (;;) {
      let slowest = Infinity
      for (const { at } of this.#followers) slowest = Math.min(slowest, at)
      const gone = this.#held.splice(0, Math.min(this.#held.length, slowest - this.#first))
      this.#first += gone.length
      this.#firstBytes = gone.at(-1)?.upTo ?? this.#firstBytes
      if (newest - this.#firstBytes <= this.#maxBytes) return
      for (const follower of this.#followers) {
        if (follower.at === this.#first) this.#lose(follower)
      }
    }
  }

  #lose(follower: Follower): void {
    follower.isLost = true
    this.#followers.delete(follower)
  }
}
