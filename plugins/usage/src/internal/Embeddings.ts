import type { CallContext, Candidate, EmbedAttempt, EmbedRequest } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Countable } from "../TokenCounter.ts"
import type { CallAccount, OpenRequest } from "./CallAccount.ts"
import { estimate } from "./estimate.ts"
import { Meter } from "./Meter.ts"
import type { OpenRequests } from "./OpenRequests.ts"
import { type Known, knownOf } from "./Pricing.ts"
import type { ReservationParts } from "./Reservations.ts"
import { nothing, spenderOf } from "./whoSpends.ts"

/** Each text is counted by itself, with nothing around it: so vendors bill them. */
const countable = ({ inputs }: EmbedRequest): Countable => ({
  content: inputs.map((text) => ({ type: "text", text })),
})

/** Holds embeddings to budgets and rate limits. They have no output, so what one may need is what is sent. */
export class Embeddings {
  readonly #parts: ReservationParts
  readonly #requests: OpenRequests

  constructor(parts: ReservationParts, requests: OpenRequests) {
    this.#parts = parts
    this.#requests = requests
  }

  readonly attempt = Effect.fnUntraced(
    { self: this },
    function* (
      request: EmbedRequest,
      candidate: Candidate,
      next: EmbedAttempt,
      account: CallAccount,
      context: CallContext,
    ) {
      const known = knownOf(candidate, context)
      const what = countable(request)
      const needed = yield* this.#needed(what, candidate, context, known)
      const asked = { input: needed.most.input, output: 0 }
      const meter = new Meter(candidate)
      const open = yield* this.#requests.opened({ ...needed, what, asked, meter, known }, account, context)
      const response = yield* this.#requests.sent(open, account, next(request))
      meter.embedded(response.usage)
      yield* this.#requests.close(open, account)
      return response
    },
  )

  /** Tokens are counted only where something depends on them: an index may send millions. */
  #needed(
    what: Countable,
    candidate: Candidate,
    context: CallContext,
    known: Known,
  ): Effect.Effect<Pick<OpenRequest, "most" | "reserved" | "uncalibrated">> {
    const { budgets, limits, pricing } = this.#parts
    const reserved = budgets.limitsTokens(spenderOf(candidate, context))
    if (!reserved && !limits.hasLane(candidate)) {
      return Effect.succeed({ most: { ...nothing, calls: 1 }, reserved, uncalibrated: undefined })
    }
    return Effect.map(estimate(pricing, what, candidate, 0, known), (estimated) => ({ reserved, ...estimated }))
  }
}
