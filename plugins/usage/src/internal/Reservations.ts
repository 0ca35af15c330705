import type { CallContext, Candidate, LlmError, LlmRequest } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Budgets } from "./Budgets.ts"
import type { CallAccount, OpenRequest } from "./CallAccount.ts"
import { estimate } from "./estimate.ts"
import { type Known, knownOf, type Pricing } from "./Pricing.ts"
import type { RateLimits } from "./RateLimits.ts"
import { candidateOf, covers, named, nothing, spenderOf } from "./whoSpends.ts"

export interface ReservationParts {
  readonly pricing: Pricing
  readonly budgets: Budgets
  readonly limits: RateLimits
  readonly newId: () => string
  readonly maxOutputTokens: number | undefined
  /** A reservation outlives its call's deadline by so long, in ms. */
  readonly graceMs: number
}

/** A request as it is sent, and what it may need at most. `reserved`: a budget needs that bound to hold. */
export interface Fitted extends Pick<OpenRequest, "most" | "reserved" | "uncalibrated"> {
  readonly request: LlmRequest
}

const fallbackOutput = 4096
/** No call lasts longer than a month, in ms: Redis refuses times without bounds. */
const longestMs = 2_678_400_000

/** What is held for requests before they are sent. */
export class Reservations {
  readonly #parts: ReservationParts

  constructor(parts: ReservationParts) {
    this.#parts = parts
  }

  /** The model to ask instead, before routing, when a budget that says so has no room for this one. */
  readonly rerouted = Effect.fnUntraced(
    { self: this },
    function* (request: LlmRequest, account: CallAccount, context: CallContext) {
      const { budgets, newId } = this.#parts
      const candidate = candidateOf(request.model, context)
      if (candidate === undefined || !budgets.rules.some(({ downgrade }) => downgrade !== undefined)) return request
      const { most } = yield* this.fitted(request, candidate, account, context, knownOf(candidate, context))
      const hold = { id: newId(), spender: spenderOf(candidate, context) }
      account.waiting = { hold, candidate: named(candidate), most }
      const forgotten = Effect.sync(() => void (account.waiting = undefined))
      const refusal = yield* Effect.tapError(budgets.reserve(hold, most, this.#ttl(context)), () => forgotten)
      if (refusal === undefined) return request
      account.waiting = undefined
      const { downgrade, name } = refusal.rule
      if (downgrade === undefined || downgrade === request.model) return request
      context.decide("usage", `the budget "${name}" has no room: ${downgrade} instead of ${request.model}`)
      const message = `${downgrade} was asked: ${refusal.error.reason.message}`
      context.warn({ type: "degraded", setting: "model", message })
      return { ...request, model: downgrade }
    },
  )

  /** The request with a bound on its answer where a budget needs one, and what it may need at most. */
  fitted(
    given: LlmRequest,
    candidate: Candidate,
    account: CallAccount,
    context: CallContext,
    known: Known,
  ): Effect.Effect<Fitted> {
    const { pricing, maxOutputTokens, budgets, limits } = this.#parts
    const reserved = account.limit !== undefined || budgets.limitsTokens(spenderOf(candidate, context))
    if (!reserved && budgets.rules.length === 0 && !limits.hasLane(candidate)) {
      return Effect.succeed({ request: given, most: nothing, reserved, uncalibrated: undefined })
    }
    const bound = maxOutputTokens ?? (known.info?.maxOutput === undefined ? fallbackOutput : undefined)
    const capped = reserved && given.maxOutputTokens === undefined && bound !== undefined
    const request = capped ? { ...given, maxOutputTokens: bound } : given
    const output = request.maxOutputTokens ?? known.info?.maxOutput ?? fallbackOutput
    return Effect.map(estimate(pricing, request, candidate, output, known), (estimated) => ({
      request,
      reserved,
      ...estimated,
    }))
  }

  /** Holds what the request may need. Whatever interrupts this is settled with the attempt: it is open already. */
  readonly hold = Effect.fnUntraced(
    { self: this },
    function* (open: OpenRequest, account: CallAccount, context: CallContext): Effect.fn.Return<void, LlmError> {
      const { budgets, newId } = this.#parts
      const { candidate } = open.meter
      const { waiting } = account
      account.waiting = undefined
      // Only if it holds as much as this request may need: what was sent may have grown since.
      if (waiting !== undefined && waiting.candidate === named(candidate) && covers(waiting.most, open.most)) {
        open.hold = waiting.hold
        return
      }
      if (waiting !== undefined) yield* budgets.settle(waiting.hold, nothing)
      open.hold = { id: newId(), spender: spenderOf(candidate, context) }
      const forgotten = Effect.sync(() => void (open.hold = undefined))
      const refusal = yield* Effect.tapError(budgets.reserve(open.hold, open.most, this.#ttl(context)), () => forgotten)
      if (refusal === undefined) return
      open.hold = undefined
      return yield* refusal.error
    },
  )

  /** Gives back what was held before routing and no request took. */
  released(account: CallAccount): Effect.Effect<void> {
    const { waiting } = account
    account.waiting = undefined
    return waiting === undefined ? Effect.void : this.#parts.budgets.settle(waiting.hold, nothing)
  }

  #ttl(context: CallContext): number {
    return Math.min(longestMs, Math.max(0, context.remainingMs())) + this.#parts.graceMs
  }
}

/** Says, once for a call, that its request was given a bound. */
export const warnOfBound = (account: CallAccount, context: CallContext, tokens: number | undefined): void => {
  if (account.warned) return
  account.warned = true
  const message = `maxOutputTokens was set to ${tokens}, since a budget applies and the answer needs a bound`
  context.warn({ type: "other", setting: "maxOutputTokens", message })
}
