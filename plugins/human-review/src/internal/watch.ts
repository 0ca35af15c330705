import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { plugin } from "./name.ts"
import type { TicketTable } from "./TicketTable.ts"
import type { Waiters } from "./Waiters.ts"

const every = "250 millis"

/**
 * Tells who waits in this process of deadlines that have come, and of decisions that were made in another. Asks the store
 * only while somebody waits.
 */
export const watch = Effect.fnUntraced(function* (
  table: TicketTable,
  waiters: Waiters,
  overdue: Effect.Effect<void, LlmError>,
) {
  let warned = false
  const tell = Effect.flatMap(
    Effect.suspend(() => table.decided(waiters.ids)),
    (tickets) => Effect.forEach(tickets, (ticket) => waiters.tell(ticket), { discard: true }),
  )
  const look = Effect.suspend(() => (waiters.ids.length === 0 ? Effect.void : Effect.andThen(overdue, tell)))
  const patient = Effect.matchEffect(look, {
    onSuccess: () => Effect.sync(() => void (warned = false)),
    onFailure: (error) => {
      if (warned) return Effect.void
      warned = true
      return Effect.logWarning(`${plugin} cannot look for decisions: ${error.message}. It is tried again`)
    },
  })
  // Untraced: a span of each look would say nothing.
  const looking = Effect.forever(Effect.andThen(Effect.sleep(every), patient))
  yield* Effect.forkScoped(Effect.withTracerEnabled(looking, false))
})
