import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Activity, DurableClock, DurableDeferred, Workflow } from "effect/workflow"

/** What the workflow of a ticket does to the world. Each may be run again after a crash, and none fails. */
export interface FlowSteps {
  readonly opened: (ticket: string) => Effect.Effect<void>
  /** The deadline may have come: an open ticket gets its default. */
  readonly due: (ticket: string) => Effect.Effect<void>
  readonly closed: (ticket: string) => Effect.Effect<void>
}

/** The life of a ticket: told of, decided or due, told of again. Names are what a later version finds it by. */
export const ReviewFlow = Workflow.make("Switchyard/Review", {
  payload: { ticket: Schema.String, deadlineAt: Schema.Finite },
  idempotencyKey: ({ ticket }) => ticket,
})

const Decided = DurableDeferred.make("decided")

/** Lets the workflow of a decided ticket go on. */
export const signal = Effect.fnUntraced(function* (ticket: string) {
  const executionId = yield* ReviewFlow.executionId({ ticket, deadlineAt: 0 })
  const token = DurableDeferred.tokenFromExecutionId(Decided, { workflow: ReviewFlow, executionId })
  yield* DurableDeferred.succeed(Decided, { token, value: undefined })
})

export const reviewFlowLayer = (steps: FlowSteps) =>
  ReviewFlow.toLayer(
    Effect.fnUntraced(function* ({ ticket, deadlineAt }) {
      yield* Activity.make({ name: "opened", execute: steps.opened(ticket) })
      const now = yield* Activity.make({ name: "now", success: Schema.Finite, execute: Clock.currentTimeMillis })
      const deadline = DurableClock.sleep({
        name: "deadline",
        duration: Math.max(1, deadlineAt - now),
        inMemoryThreshold: 0,
      })
      const effects = [DurableDeferred.await(Decided), deadline] as const
      yield* DurableDeferred.raceAll({ name: "end", success: Schema.Void, error: Schema.Never, effects })
      yield* Activity.make({ name: "due", execute: steps.due(ticket) })
      yield* Activity.make({ name: "closed", execute: steps.closed(ticket) })
    }),
  )
