import { LlmError, type LlmResponse, type StreamPart, unfold } from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"

type Batch = readonly [StreamPart, ...ReadonlyArray<StreamPart>]
type Next = Effect.Effect<Batch, LlmError | Cause.Done>

/** How a call follows another: its streams may begin again or not, and the longest wait for a piece, in ms. */
export interface Following {
  readonly mayRestart: boolean
  readonly idleMs: number
}

const failed = (message: string): LlmError => LlmError.make({ _tag: "EmptyResponse", message })

/** The answer of a call that is under way, for all who ask the same: what has come so far, and then the rest. */
export class Flight {
  readonly leader: string
  readonly startedAt: number
  joiners = 0
  /** Who answers, as soon as it is known. */
  provider: string | undefined
  #batches: Array<Batch> = []
  #characters = 0
  /** Where the answer has begun last. */
  #from = 0
  #end: "open" | "whole" | LlmError = "open"
  #more = Latch.makeUnsafe(false)

  constructor(leader: string, startedAt: number) {
    this.leader = leader
    this.startedAt = startedAt
  }

  /** Characters held for those who come later. */
  get characters(): number {
    return this.#characters
  }

  /** The leader's caller was handed these. */
  push([first, ...rest]: ReadonlyArray<StreamPart>): void {
    if (first === undefined || this.#end !== "open") return
    if (first.type === "restart") this.#from = this.#batches.length
    const batch: Batch = [first, ...rest]
    // What is less than was asked for is the leader's own affair: the others ask themselves.
    if (batch.some((part) => part.type === "finish" && part.degraded !== undefined)) return this.over()
    this.#batches.push(batch)
    for (const part of batch) {
      if ("text" in part) this.#characters += part.text.length
      if (part.type === "finish") this.#end = "whole"
    }
    this.#wake()
  }

  /** The leader's answer is whole. A stream's last part is still to come. */
  stored(response: LlmResponse): void {
    this.provider = response.provider
    if (this.#batches.length === 0) this.push(unfold(response))
  }

  /** The leader is gone: whoever has no whole answer gets none from it. */
  over(): void {
    if (this.#end === "open") this.#end = failed("the call that was joined gave no whole answer")
    this.#wake()
  }

  follow(following: Following): Stream.Stream<StreamPart, LlmError> {
    return Stream.suspend(() => {
      let at = this.#from
      const first = at
      const next: Next = Effect.suspend((): Next => {
        const batch = this.#batches[at]
        if (batch === undefined) return this.#wait(following, next)
        const again = batch[0].type === "restart" && at > first
        if (again && !following.mayRestart)
          return Effect.fail(failed("the call that was joined began its answer again"))
        at++
        // Who has seen nothing of what is void need not know of it.
        const [head, ...rest] = at - 1 === first ? batch.filter((part) => part.type !== "restart") : batch
        return head === undefined ? next : Effect.succeed([head, ...rest])
      })
      return Stream.fromPull(Effect.succeed(next))
    })
  }

  #wait({ idleMs }: Following, next: Next): Next {
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
}
