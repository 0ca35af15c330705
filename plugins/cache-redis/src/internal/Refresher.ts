import type { CallContext, LlmRequest } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import type { Leases } from "./Leases.ts"
import type { Tally } from "./Tally.ts"

const atOnce = 16
const pauseMs = 1000
const remembered = 10_000

/**
 * Fetches newer answers behind stale ones, in one process at a time, through the whole stack (`context.ask`) in the scope of
 * the cache: it outlives the call that was given the stale answer, by at most the time that call had left, and ends with
 * the stack.
 *
 * The fetched answer is stored by the kernel under the key of the request that was really asked. Where middleware changes a
 * request that it has changed already (documents added twice), that key is another one: then nothing is fetched behind any
 * more, and the next caller fetches it itself.
 */
export class Refresher {
  readonly #scope: Scope.Scope
  readonly #tally: Tally
  readonly #leases: Leases
  readonly #running = new Set<string>()
  readonly #came = new Set<string>()
  readonly #notBefore = new Map<string, number>()
  readonly #unable = new Set<string>()

  constructor(scope: Scope.Scope, leases: Leases, tally: Tally) {
    this.#scope = scope
    this.#leases = leases
    this.#tally = tally
  }

  /** Can a newer answer be fetched without a caller who waits for it? */
  can(member: string): boolean {
    return !this.#unable.has(member)
  }

  /** A newer answer is there. */
  refreshed(member: string): void {
    this.#unable.delete(member)
    this.#notBefore.delete(member)
    if (this.#running.has(member)) this.#came.add(member)
  }

  refresh(member: string, request: LlmRequest, context: CallContext, now: number): Effect.Effect<void> {
    const waits = (this.#notBefore.get(member) ?? 0) > now
    if (this.#running.has(member) || this.#running.size >= atOnce || waits) return Effect.void
    this.#running.add(member)
    const owner = `refresh ${member}`
    const asked = Effect.flatMap(
      this.#leases.acquire(member, { owner, lastsMs: context.remainingMs(), anyway: true }),
      (led) => (led === "held" ? Effect.void : this.#ask(member, request, context, now)),
    )
    const over = Effect.suspend(() => {
      this.#running.delete(member)
      this.#came.delete(member)
      return this.#leases.release(owner)
    })
    return Effect.asVoid(
      Effect.forkIn(Effect.ensuring(Effect.exit(asked), over), this.#scope, { startImmediately: true }),
    )
  }

  #ask(member: string, request: LlmRequest, context: CallContext, now: number): Effect.Effect<void> {
    const policy = { ...request.policy, cache: { ...request.policy?.cache, mode: "refresh" as const } }
    return Effect.map(Effect.exit(context.ask({ ...request, policy })), (exit) => {
      const answered = Exit.isSuccess(exit)
      this.#tally.add(answered ? "refreshed" : "refreshesFailed")
      if (!answered) remember(this.#notBefore, member, now + pauseMs)
      else if (!this.#came.has(member) && this.#unable.size < remembered) this.#unable.add(member)
    })
  }
}

const remember = (map: Map<string, number>, member: string, at: number): void => {
  if (map.size >= remembered) map.clear()
  map.set(member, at)
}
