import type { LlmError } from "@switchyard/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Ticket } from "../Ticket.ts"

type Waiting = Deferred.Deferred<Ticket>

/** Who waits in this process for which ticket. */
export class Waiters {
  readonly #waiting = new Map<string, Set<Waiting>>()

  get ids(): ReadonlyArray<string> {
    return [...this.#waiting.keys()]
  }

  tell(ticket: Ticket): Effect.Effect<void> {
    const waiting = [...(this.#waiting.get(ticket.id) ?? [])]
    return Effect.forEach(waiting, (deferred) => Deferred.succeed(deferred, ticket), { discard: true })
  }

  /** The ticket once it is decided. `now` is looked at after it is waited for, so that nothing falls in between. */
  wait(id: string, now: Effect.Effect<Ticket, LlmError>): Effect.Effect<Ticket, LlmError> {
    return Effect.acquireUseRelease(
      Effect.tap(Deferred.make<Ticket>(), (deferred) => Effect.sync(() => this.#add(id, deferred))),
      (deferred) =>
        Effect.filterOrElse(
          now,
          ({ status }) => status !== "open",
          () => Deferred.await(deferred),
        ),
      (deferred) => Effect.sync(() => this.#remove(id, deferred)),
    )
  }

  #add(id: string, deferred: Waiting): void {
    const waiting = this.#waiting.get(id) ?? new Set()
    this.#waiting.set(id, waiting.add(deferred))
  }

  #remove(id: string, deferred: Waiting): void {
    const waiting = this.#waiting.get(id)
    waiting?.delete(deferred)
    if (waiting?.size === 0) this.#waiting.delete(id)
  }
}
