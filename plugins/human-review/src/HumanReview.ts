import type { CallContext, Escalation } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { required } from "./internal/outcome.ts"
import { subjectOf } from "./internal/subjectOf.ts"
import type { Reviews } from "./Reviews.ts"
import type { OnDeadline, Ticket } from "./Ticket.ts"

/** `wait`: the call waits for the decision. `ticket`: it fails at once with `HumanReviewRequired`, and the caller polls. */
export type ReviewMode = "wait" | "ticket"

interface Settings {
  readonly mode: ReviewMode
  readonly deadlineMs: number
  readonly onDeadline: OnDeadline
}

/** The tag `review` of one call goes before the plugin's mode. */
const modeOf = ({ tags }: CallContext, otherwise: ReviewMode): ReviewMode =>
  tags.review === "wait" || tags.review === "ticket" ? tags.review : otherwise

/** Some of the call's time is left, so that its caller hears of the ticket and not only that time ran out. */
const patienceOf = (remainingMs: number): number => remainingMs - Math.min(200, remainingMs * 0.1)

const decided = ({ id, status, decision }: Ticket): string =>
  `ticket ${id} was ${status} by ${decision?.by ?? "nobody"}`

/** Asks a person, over a queue of tickets. */
export const makeHumanReview = (reviews: Reviews["Service"], settings: Settings): Escalation => ({
  escalate: Effect.fnUntraced(function* (reason, failure, request, context) {
    const { deadlineMs, onDeadline } = settings
    const subject = subjectOf(failure, request, context)
    const { id } = yield* reviews.open({ reason, subject, deadlineMs, onDeadline })
    context.decide("human-review", `ticket ${id} was opened`)
    if (modeOf(context, settings.mode) === "ticket") return yield* required(id, `a person must decide: ${reason}`)
    const told = Effect.ensuring(
      reviews.wait(id),
      Effect.map(Effect.option(reviews.get(id)), (ticket) => {
        if (Option.isSome(ticket) && ticket.value.status !== "open")
          context.decide("human-review", decided(ticket.value))
      }),
    )
    const remaining = context.remainingMs()
    if (!Number.isFinite(remaining)) return yield* told
    const late = Effect.suspend(() => required(id, `the call's time ended before anybody decided: ${reason}`))
    return yield* Effect.timeoutOrElse(told, { duration: patienceOf(remaining), orElse: () => late })
  }),
})
