import type { CallContext, LlmRequest } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import type { Tally } from "./Tally.ts"

const atOnce = 16
const pauseMs = 1000
const remembered = 10_000

/**
 * Fetches newer answers behind stale ones, through the whole stack (`context.ask`) in the scope of the cache: it outlives
 * the call that was given the stale answer, by at most the time that call had left, and ends with the stack.
 *
 * The fetched answer is stored by the kernel under the key of the request that was really asked. Where middleware changes a
 * request that it has changed already (documents added twice), that key is another one: then nothing is fetched behind any
 * more, and the next caller fetches it itself.
 */
export class Refresher {
  readonly #scope: Scope.Scope
  readonly #tally: Tally
  readonly #running = new Set<string>()
  readonly #notBefore = new Map<string, number>()
  readonly #unable = new Set<string>()

  constructor(scope: Scope.Scope, tally: Tally) {
    this.#scope = scope
    this.#tally = tally
  }

  /** Can a newer answer be fetched without a caller who waits for it? */
  can(id: string): boolean {
    return !this.#unable.has(id)
  }

  /** A newer answer is there. */
  refreshed(id: string): void {
    this.#unable.delete(id)
    this.#notBefore.delete(id)
  }

  /** `isNewer` tells afterwards whether the answer came under this key. */
  refresh(
    id: string,
    request: LlmRequest,
    context: CallContext,
    now: () => number,
    isNewer: () => boolean,
  ): Effect.Effect<void> {
    const waits = (this.#notBefore.get(id) ?? 0) > now()
    if (this.#running.has(id) || this.#running.size >= atOnce || waits) return Effect.void
    this.#running.add(id)
    const policy = { ...request.policy, cache: { ...request.policy?.cache, mode: "refresh" as const } }
    const asked = Effect.onExit(context.ask({ ...request, policy }), (exit) =>
      Effect.sync(() => {
        this.#running.delete(id)
        const came = Exit.isSuccess(exit)
        this.#tally.add(came ? "refreshed" : "refreshesFailed")
        if (!came) remember(this.#notBefore, id, now() + pauseMs)
        else if (!isNewer() && this.#unable.size < remembered) this.#unable.add(id)
      }),
    )
    return Effect.asVoid(Effect.forkIn(Effect.exit(asked), this.#scope, { startImmediately: true }))
  }
}

const remember = (map: Map<string, number>, id: string, at: number): void => {
  if (map.size >= remembered) map.clear()
  map.set(id, at)
}
