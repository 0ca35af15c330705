import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

type Ended<A> = Exit.Exit<Result.Result<A, LlmError>>

/** Losers end at once; a provider whose clean-up hangs must not keep the winner waiting. */
const patienceMs = 100

/** The legs that run. The first to succeed ends the others in the same turn of the event loop, so that no two can win. */
class Legs<L, A> {
  readonly #run: (leg: L) => Effect.Effect<A, LlmError>
  readonly #running = new Set<Fiber.Fiber<Result.Result<A, LlmError>>>()
  readonly #ended: Array<Ended<A>> = []
  #wake: (() => void) | undefined

  constructor(run: (leg: L) => Effect.Effect<A, LlmError>) {
    this.#run = run
  }

  get over(): boolean {
    return this.#running.size === 0 && this.#ended.length === 0
  }

  start(leg: L): Effect.Effect<void> {
    return Effect.map(Effect.forkChild(Effect.result(this.#run(leg)), { startImmediately: true }), (fiber) => {
      this.#running.add(fiber)
      fiber.addObserver((exit) => this.#end(fiber, exit))
    })
  }

  /** The next leg to end. */
  readonly next: Effect.Effect<Ended<A>> = Effect.callback((resume) => {
    const give = (): void => {
      const ended = this.#ended.shift()
      if (ended !== undefined) resume(Effect.succeed(ended))
    }
    if (this.#ended.length > 0) return give()
    this.#wake = give
    return Effect.sync(() => {
      this.#wake = undefined
    })
  })

  readonly stop: Effect.Effect<void> = Effect.suspend(() =>
    this.#running.size === 0
      ? Effect.void
      : Effect.asVoid(Effect.timeoutOption(Fiber.interruptAll(this.#running), patienceMs)),
  )

  #end(fiber: Fiber.Fiber<Result.Result<A, LlmError>>, exit: Ended<A>): void {
    this.#running.delete(fiber)
    // Before the others are told: their ends come after it.
    this.#ended.push(exit)
    if (Exit.isSuccess(exit) && Result.isSuccess(exit.value)) {
      for (const other of this.#running) other.interruptUnsafe()
    }
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

/**
 * Runs `first`, and one leg more each time that `delayMs` pass without an end, as long as `more` gives one. The first
 * success wins and the others are interrupted. Fails when all have, as the last did.
 */
export const race = <L, A>(
  first: L,
  run: (leg: L) => Effect.Effect<A, LlmError>,
  delayMs: number,
  more: () => L | undefined,
): Effect.Effect<A, LlmError> =>
  Effect.suspend(() => {
    const legs = new Legs(run)
    return Effect.onExit(finish(legs, first, delayMs, more), () => legs.stop)
  })

const finish = Effect.fnUntraced(function* <L, A>(
  legs: Legs<L, A>,
  first: L,
  delayMs: number,
  more: () => L | undefined,
) {
  let waiting = true
  yield* legs.start(first)
  for (;;) {
    const ended = waiting ? yield* Effect.timeoutOption(legs.next, delayMs) : Option.some(yield* legs.next)
    if (Option.isNone(ended)) {
      const leg = more()
      if (leg === undefined) waiting = false
      else yield* legs.start(leg)
      continue
    }
    const result = yield* ended.value
    if (Result.isSuccess(result)) return result.success
    if (legs.over) return yield* result.failure
  }
})
