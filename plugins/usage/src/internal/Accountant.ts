import {
  type Answer,
  type Attempt,
  type AttemptTrace,
  type CallContext,
  type CallOutcome,
  type Candidate,
  type EmbedAttempt,
  type EmbedRequest,
  isLlmError,
  type LlmError,
  type LlmRequest,
  type Middleware,
  type ProviderEmbedResponse,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { UsageOutcome, UsageRecord } from "../UsageRecord.ts"
import { CallAccount, negative, type OpenRequest, type Used } from "./CallAccount.ts"
import { Embeddings } from "./Embeddings.ts"
import { usageOf } from "./estimate.ts"
import { Meter } from "./Meter.ts"
import { OpenRequests } from "./OpenRequests.ts"
import { knownOf } from "./Pricing.ts"
import { priced } from "./priced.ts"
import { recordOf } from "./recordOf.ts"
import { type ReservationParts, Reservations, warnOfBound } from "./Reservations.ts"

export interface AccountantParts extends ReservationParts {
  readonly record: (record: UsageRecord) => Effect.Effect<void>
  readonly now: () => number
}

/** Reserves before each request to a provider, settles after it, and writes each attempt on the ledger. */
export class Accountant {
  readonly #parts: AccountantParts
  readonly #reservations: Reservations
  readonly #requests: OpenRequests
  readonly #embeddings: Embeddings
  readonly #accounts = new WeakMap<CallContext, CallAccount>()

  constructor(parts: AccountantParts) {
    this.#parts = parts
    this.#reservations = new Reservations(parts)
    this.#requests = new OpenRequests(parts, this.#reservations)
    this.#embeddings = new Embeddings(parts, this.#requests)
  }

  /**
   * The stage next to the provider, so that each request of a tool loop is an attempt of its own, and what is counted is what
   * is sent. The call's own budget is taken out of its policy: it is honoured here.
   */
  readonly middleware: Middleware = {
    name: "usage",
    stage: "usage",
    request: (request, context) => this.#request(request, context),
    attempt: (request, candidate, next, context) => this.#attempt(request, candidate, next, context),
    embed: (request, candidate, next, context) => this.#embed(request, candidate, next, context),
    response: (response, _, context) => Effect.sync(() => priced(response, context, this.#parts.pricing)),
    settled: (attempt, context) => this.#settled(attempt, context),
    ended: (outcome, context) => this.#ended(outcome, context),
  }

  #request(given: LlmRequest, context: CallContext): Effect.Effect<LlmRequest, LlmError> {
    const account = this.#account(context)
    const { budget, ...policy } = given.policy ?? {}
    const wrong = negative(budget)
    if (wrong !== undefined) return Effect.fail(wrong)
    account.limit = budget
    return this.#reservations.rerouted(budget === undefined ? given : { ...given, policy }, account, context)
  }

  readonly #attempt = Effect.fnUntraced(
    { self: this },
    function* (given: LlmRequest, candidate: Candidate, next: Attempt, context: CallContext) {
      const account = this.#account(context)
      const known = knownOf(candidate, context)
      const fitted = yield* this.#reservations.fitted(given, candidate, account, context, known)
      if (fitted.request !== given) warnOfBound(account, context, fitted.request.maxOutputTokens)
      const { request, ...needed } = fitted
      const asked = { input: needed.most.input, output: request.maxOutputTokens ?? 0 }
      const meter = new Meter(candidate)
      const open = yield* this.#requests.opened({ ...needed, what: request, asked, meter, known }, account, context)
      const answer = yield* this.#requests.sent(open, account, next(request))
      return yield* this.#followed(answer, open, account)
    },
  )

  #embed(
    request: EmbedRequest,
    candidate: Candidate,
    next: EmbedAttempt,
    context: CallContext,
  ): Effect.Effect<ProviderEmbedResponse, LlmError> {
    return this.#embeddings.attempt(request, candidate, next, this.#account(context), context)
  }

  /** A whole answer is settled now; one that flows with its finish, its failure, or when the attempt is settled. */
  #followed(answer: Answer, open: OpenRequest, account: CallAccount): Effect.Effect<Answer> {
    const close = this.#requests.close(open, account)
    if (answer._tag === "Whole") {
      open.meter.answered(answer.response)
      return Effect.as(close, answer)
    }
    const failed = (error: LlmError) => this.#requests.failed(open, account, error)
    const { pull } = answer
    if (pull === undefined) {
      const parts = Stream.tap(answer.parts, (part) => (open.meter.seen([part]) ? close : Effect.void))
      return Effect.succeed({ ...answer, parts: Stream.tapError(parts, failed) })
    }
    const seen = Effect.tap(pull, (batch) => (open.meter.seen(batch) ? close : Effect.void))
    const followed = Effect.tapError(seen, (error) => (isLlmError(error) ? failed(error) : close))
    return Effect.succeed({ ...answer, pull: followed, parts: Stream.fromPull(Effect.succeed(followed)) })
  }

  #settled({ candidate, ms, outcome }: AttemptTrace, context: CallContext): Effect.Effect<void> {
    const account = this.#account(context)
    const mine = [...account.open].filter(({ meter }) => meter.candidate === candidate)
    const closed = Effect.forEach(mine, (open) => this.#requests.close(open, account), { discard: true })
    return Effect.andThen(
      closed,
      Effect.suspend(() => {
        const used = account.take(candidate)
        return used === undefined ? Effect.void : this.#record(candidate, context, used, outcome, ms)
      }),
    )
  }

  #record(
    candidate: Candidate,
    context: CallContext,
    used: Used,
    outcome: UsageOutcome,
    ms: number,
  ): Effect.Effect<void> {
    const { now, newId, record } = this.#parts
    return record(recordOf(candidate, context, used, { id: newId(), at: now(), outcome, ms }))
  }

  #ended({ response, ms }: CallOutcome, context: CallContext): Effect.Effect<void> {
    const account = this.#account(context)
    const closed = Effect.forEach([...account.open], (open) => this.#requests.close(open, account), { discard: true })
    const all = Effect.andThen(closed, this.#reservations.released(account))
    if (response?.cached === undefined) return all
    const { provider, model } = response
    const free: Used = { usage: usageOf(0, 0), basis: "reported", usd: 0 }
    return Effect.andThen(all, this.#record({ provider, model }, context, free, "cached", ms))
  }

  #account(context: CallContext): CallAccount {
    const known = this.#accounts.get(context)
    if (known !== undefined) return known
    const account = new CallAccount()
    this.#accounts.set(context, account)
    return account
  }
}
