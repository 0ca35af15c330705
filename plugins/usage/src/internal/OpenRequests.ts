import { type CallContext, hearingHeaders, type LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { CallAccount, OpenRequest, Used } from "./CallAccount.ts"
import type { ReservationParts, Reservations } from "./Reservations.ts"
import { usedBy } from "./usedBy.ts"
import { nothing, tokensOf } from "./whoSpends.ts"

/** A request that nobody has asked for room yet. */
export interface NewRequest extends Omit<OpenRequest, "turn" | "hold" | "sent" | "closed"> {}

/** What each request to a provider passes, of answers and embeddings alike: room, its turn, and one settlement. */
export class OpenRequests {
  readonly #parts: ReservationParts
  readonly #reservations: Reservations

  constructor(parts: ReservationParts, reservations: Reservations) {
    this.#parts = parts
    this.#reservations = reservations
  }

  /** Opens it on the account, and waits until it has room in all budgets, and its turn. */
  readonly opened = Effect.fnUntraced(
    { self: this },
    function* (
      request: NewRequest,
      account: CallAccount,
      context: CallContext,
    ): Effect.fn.Return<OpenRequest, LlmError> {
      const refused = account.refusal(request.most)
      if (refused !== undefined) return yield* refused
      const turn = this.#parts.limits.turn(request.meter.candidate)
      const open: OpenRequest = { ...request, turn, hold: undefined, sent: false, closed: false }
      // From here on it counts in the call's own budget: attempts at once see each other before either is sent.
      account.open.add(open)
      yield* Effect.tapError(this.#admitted(open, account, context), () => this.close(open, account))
      return open
    },
  )

  readonly #admitted = Effect.fnUntraced(
    { self: this },
    function* (open: OpenRequest, account: CallAccount, context: CallContext): Effect.fn.Return<void, LlmError> {
      yield* this.#reservations.hold(open, account, context)
      const { turn, meter, asked } = open
      if (turn === undefined) return
      yield* this.#parts.limits.enter(turn, meter.candidate, asked, context)
    },
  )

  /** Sends it. What fails before an answer is settled here, an answer by who has it. */
  sent<A>(open: OpenRequest, account: CallAccount, next: Effect.Effect<A, LlmError>): Effect.Effect<A, LlmError> {
    return Effect.suspend(() => {
      const { turn } = open
      open.sent = true
      if (turn !== undefined) turn.sent = true
      const heard = turn === undefined ? next : hearingHeaders(next, turn.heard)
      return Effect.tapError(heard, (error) => this.failed(open, account, error))
    })
  }

  failed(open: OpenRequest, account: CallAccount, error: LlmError): Effect.Effect<void> {
    open.meter.failed(error)
    const { retryAfterMs } = error.reason
    const limited = error.reason._tag === "RateLimited" && retryAfterMs !== undefined
    const learnt = limited ? (open.turn?.limited(retryAfterMs) ?? Effect.void) : Effect.void
    return Effect.andThen(learnt, this.close(open, account))
  }

  /** Settles it, once. */
  close(open: OpenRequest, account: CallAccount): Effect.Effect<void> {
    const closed = Effect.suspend(() => {
      if (open.closed) return Effect.void
      open.closed = true
      const used = open.sent ? usedBy(open, this.#parts.pricing) : Effect.undefined
      return Effect.flatMap(used, (known) => this.#settle(open, account, known))
    })
    return Effect.uninterruptible(closed)
  }

  #settle(open: OpenRequest, account: CallAccount, used: Used | undefined): Effect.Effect<void> {
    const spending = used === undefined ? nothing : { usd: used.usd, ...tokensOf(used.usage), calls: 1 }
    account.close(open, used, spending)
    const settled = open.hold === undefined ? Effect.void : this.#parts.budgets.settle(open.hold, spending)
    return Effect.andThen(settled, open.turn?.release ?? Effect.void)
  }
}
