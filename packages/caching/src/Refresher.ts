import type { CallContext, LlmRequest } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"

const atOnce = 16
const pauseMs = 1000
const remembered = 10_000

export interface RefresherOptions {
  /** What is fetched ends with it. */
  readonly scope: Scope.Scope
  /** A newer answer came, or could not be had. */
  readonly counted: (came: boolean) => void
  /** Does it where nobody else does the same: under a lease. Default: at once. */
  readonly alone?: (id: string, context: CallContext, fetch: Effect.Effect<void>) => Effect.Effect<void>
}

/**
 * Fetches newer answers behind stale ones, through the whole stack (`context.ask`) in the scope of the cache: it outlives
 * the call that was given the stale answer, by at most the time that call had left, and ends with the stack. 16 at once;
 * after a failure none for a second.
 *
 * The fetched answer is stored by the kernel under the key of the request that was really asked. Where middleware changes a
 * request that it has changed already (documents added twice), that key is another one: then nothing is fetched behind any
 * more, and the next caller fetches it itself.
 */
export class Refresher {
  readonly #options: RefresherOptions
  readonly #running = new Set<string>()
  readonly #came = new Set<string>()
  readonly #notBefore = new Map<string, number>()
  readonly #unable = new Set<string>()

  constructor(options: RefresherOptions) {
    this.#options = options
  }

  /** Can a newer answer be fetched without a caller who waits for it? */
  can(id: string): boolean {
    return !this.#unable.has(id)
  }

  /** A newer answer was stored. */
  refreshed(id: string): void {
    this.#unable.delete(id)
    this.#notBefore.delete(id)
    if (this.#running.has(id)) this.#came.add(id)
  }

  /** Returns at once. */
  refresh(id: string, request: LlmRequest, context: CallContext): Effect.Effect<void> {
    return Effect.flatMap(Clock.Clock, (clock) => {
      const { scope, alone } = this.#options
      const waits = (this.#notBefore.get(id) ?? 0) > millis(clock)
      if (this.#running.has(id) || this.#running.size >= atOnce || waits) return Effect.void
      this.#running.add(id)
      const fetch = this.#fetch(id, request, context, clock)
      const over = Effect.sync(() => {
        this.#running.delete(id)
        this.#came.delete(id)
      })
      const run = Effect.ensuring(alone === undefined ? fetch : alone(id, context, fetch), over)
      return Effect.asVoid(Effect.forkIn(run, scope, { startImmediately: true }))
    })
  }

  #fetch(id: string, request: LlmRequest, context: CallContext, clock: Clock.Clock): Effect.Effect<void> {
    const policy = { ...request.policy, cache: { ...request.policy?.cache, mode: "refresh" as const } }
    return Effect.map(Effect.exit(context.ask({ ...request, policy })), (exit) => {
      const answered = Exit.isSuccess(exit)
      this.#options.counted(answered)
      if (!answered) this.#pause(id, millis(clock) + pauseMs)
      else if (!this.#came.has(id) && this.#unable.size < remembered) this.#unable.add(id)
    })
  }

  #pause(id: string, until: number): void {
    if (this.#notBefore.size >= remembered) this.#notBefore.clear()
    this.#notBefore.set(id, until)
  }
}

const millis = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
