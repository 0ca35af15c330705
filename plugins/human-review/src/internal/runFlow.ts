import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type { Ticket } from "../Ticket.ts"
import { engineLayer } from "./engine.ts"
import { type FlowSteps, ReviewFlow, reviewFlowLayer, signal } from "./reviewFlow.ts"
import type { TicketTable } from "./TicketTable.ts"
import type { Webhook } from "./Webhook.ts"

interface Flow {
  readonly table: TicketTable
  readonly changes: Queue.Dequeue<Ticket>
  readonly webhook: Webhook | undefined
  readonly expire: (ticket: Ticket) => Effect.Effect<void, LlmError>
  readonly find: (id: string) => Effect.Effect<Ticket, LlmError>
}

const patience = Schedule.upTo(Schedule.spaced("1 second"), { times: 60 })

/** A store that fails is asked again for a minute; then the step is left out, since whoever looks at a ticket mends it. */
const patiently = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<void> =>
  Effect.ignore(Effect.retry(effect, patience), { log: "Warn" })

const stepsOf = ({ table, webhook, expire, find }: Flow): FlowSteps => ({
  opened: (id) =>
    webhook === undefined
      ? Effect.void
      : patiently(Effect.flatMap(find(id), (ticket) => webhook.send("review.opened", ticket))),
  due: (id) =>
    patiently(Effect.flatMap(find(id), (ticket) => (ticket.status === "open" ? expire(ticket) : Effect.void))),
  closed: (id) =>
    patiently(
      Effect.flatMap(find(id), (ticket) =>
        Effect.andThen(webhook === undefined ? Effect.void : webhook.send("review.decided", ticket), table.close(id)),
      ),
    ),
})

/** What this process does not hear of itself: tickets and decisions of processes that run no workflows. */
const sweepEvery = "2 seconds"

/** Runs the workflows of tickets as long as the scope is open. Of several processes on a store each ticket has one. */
export const runFlow = Effect.fnUntraced(function* (flow: Flow) {
  const { table, changes } = flow
  const engine = yield* Layer.build(Layer.provideMerge(reviewFlowLayer(stepsOf(flow)), engineLayer))
  const start = ({ id, deadlineAt }: Ticket) =>
    Effect.andThen(ReviewFlow.execute({ ticket: id, deadlineAt }, { discard: true }), table.start(id))
  const follow = (ticket: Ticket) => (ticket.status === "open" ? start(ticket) : signal(ticket.id))
  const sweep = Effect.gen(function* () {
    yield* Effect.forEach(yield* table.unstarted(), start, { discard: true })
    yield* Effect.forEach(yield* table.unclosed(), signal, { discard: true })
  })
  const told = Effect.forever(Effect.flatMap(Queue.take(changes), (ticket) => Effect.ignoreCause(follow(ticket))))
  const swept = Effect.forever(Effect.andThen(Effect.ignoreCause(sweep), Effect.sleep(sweepEvery)))
  const both = Effect.all([told, swept], { concurrency: "unbounded", discard: true })
  yield* Effect.forkScoped(Effect.withTracerEnabled(Effect.provideContext(both, engine), false))
})
