import {
  type Answer,
  type Attempt,
  type AttemptTrace,
  type CallContext,
  type CallOutcome,
  type Candidate,
  isLlmError,
  LlmError,
  type LlmRequest,
  type Middleware,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { UsageOutcome, UsageRecord } from "../UsageRecord.ts"
import type { Budgets } from "./Budgets.ts"
import { CallAccount, negative, type OpenRequest, type Used } from "./CallAccount.ts"
import { estimate, usageOf } from "./estimate.ts"
import { isReported, Meter } from "./Meter.ts"
import { type Known, knownOf, type Pricing } from "./Pricing.ts"
import type { RateLimits } from "./RateLimits.ts"
import { priced } from "./priced.ts"
import { recordOf } from "./recordOf.ts"
import { costOf, usedBy } from "./usedBy.ts"
import { candidateOf, covers, named, nothing, spenderOf, tokensOf } from "./whoSpends.ts"

export interface AccountantParts {
  readonly pricing: Pricing
  readonly budgets: Budgets
  readonly limits: RateLimits
  readonly record: (record: UsageRecord) => Effect.Effect<void>
  readonly now: () => number
  readonly newId: () => string
  readonly maxOutputTokens: number | undefined
  /** A reservation outlives its call's deadline by so long, in ms. */
  readonly graceMs: number
}

const fallbackOutput = 4096

/** Reserves before each request to a provider, settles after it, and writes each attempt on the ledger. */
export class Accountant {
  readonly #parts: AccountantParts
  readonly #accounts = new WeakMap<CallContext, CallAccount>()

  constructor(parts: AccountantParts) {
    this.#parts = parts
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
    response: (response, _, context) => Effect.sync(() => priced(response, context, this.#parts.pricing)),
    settled: (attempt, context) => this.#settled(attempt, context),
    ended: (outcome, context) => this.#ended(outcome, context),
  }

  readonly #request = Effect.fnUntraced({ self: this }, function* (given: LlmRequest, context: CallContext) {
    const account = this.#account(context)
    const { budget, ...policy } = given.policy ?? {}
    const wrong = negative(budget)
    if (wrong !== undefined) return yield* wrong
    account.limit = budget
    const request = budget === undefined ? given : { ...given, policy }
    const { budgets } = this.#parts
    const candidate = candidateOf(request.model, context)
    if (candidate === undefined || !budgets.rules.some(({ downgrade }) => downgrade !== undefined)) return request
    const { most } = yield* this.#fitted(request, candidate, context, knownOf(candidate, context))
    const hold = { id: this.#parts.newId(), spender: spenderOf(candidate, context) }
    account.waiting = { hold, candidate: named(candidate), most }
    const refusal = yield* budgets.reserve(hold, most, this.#ttl(context))
    if (refusal === undefined) return request
    account.waiting = undefined
    const { downgrade, name } = refusal.rule
    if (downgrade === undefined || downgrade === request.model) return request
    context.decide("usage", `the budget "${name}" has no room: ${downgrade} instead of ${request.model}`)
    context.warn({
      type: "degraded",
      setting: "model",
      message: `${downgrade} was asked: ${refusal.error.reason.message}`,
    })
    return { ...request, model: downgrade }
  })

  readonly #attempt = Effect.fnUntraced(
    { self: this },
    function* (given: LlmRequest, candidate: Candidate, next: Attempt, context: CallContext) {
      const account = this.#account(context)
      const known = knownOf(candidate, context)
      const { request, most, uncalibrated } = yield* this.#fitted(given, candidate, context, known)
      if (request !== given) this.#warnOfBound(account, context, request.maxOutputTokens)
      const refused = account.refusal(most)
      if (refused !== undefined) return yield* refused
      const open: OpenRequest = {
        meter: new Meter(candidate),
        request,
        most,
        uncalibrated,
        known,
        hold: undefined,
        turn: undefined,
        sent: false,
        closed: false,
      }
      account.open.add(open)
      yield* this.#reserve(open, account, context)
      open.turn = yield* this.#parts.limits.enter(
        candidate,
        context.tenant ?? "",
        most.input + (given.maxOutputTokens ?? 0),
        context.remainingMs(),
      )
      open.sent = true
      const asked = Effect.tapError(next(request), (error) => this.#failed(open, account, error))
      return yield* this.#followed(yield* asked, open, account)
    },
  )

  /** Whatever interrupts this is settled with the attempt: it is open already. */
  readonly #reserve = Effect.fnUntraced(
    { self: this },
    function* (open: OpenRequest, account: CallAccount, context: CallContext) {
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
      const refusal = yield* budgets.reserve(open.hold, open.most, this.#ttl(context))
      if (refusal === undefined) return
      open.hold = undefined
      return yield* refusal.error
    },
  )

  #failed(open: OpenRequest, account: CallAccount, error: LlmError): Effect.Effect<void> {
    open.meter.failed(error)
    const { retryAfterMs } = error.reason
    const limited = error.reason._tag === "RateLimited" && retryAfterMs !== undefined
    const learnt = limited ? (open.turn?.limited(retryAfterMs) ?? Effect.void) : Effect.void
    return Effect.andThen(learnt, this.#close(open, account))
  }

  /** A whole answer is settled now; one that flows with its finish, its failure, or when the attempt is settled. */
  #followed(answer: Answer, open: OpenRequest, account: CallAccount): Effect.Effect<Answer> {
    const close = this.#close(open, account)
    if (answer._tag === "Whole") {
      open.meter.answered(answer.response)
      return Effect.as(close, answer)
    }
    const failed = (error: LlmError) => this.#failed(open, account, error)
    const { pull } = answer
    if (pull === undefined) {
      const parts = Stream.tap(answer.parts, (part) => (open.meter.seen([part]) ? close : Effect.void))
      return Effect.succeed({ ...answer, parts: Stream.tapError(parts, failed) })
    }
    const seen = Effect.tap(pull, (batch) => (open.meter.seen(batch) ? close : Effect.void))
    const followed = Effect.tapError(seen, (error) => (isLlmError(error) ? failed(error) : close))
    return Effect.succeed({ ...answer, pull: followed, parts: Stream.fromPull(Effect.succeed(followed)) })
  }

  #close(open: OpenRequest, account: CallAccount): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (open.closed) return Effect.void
      open.closed = true
      const used = open.sent ? usedBy(open, this.#parts.pricing) : Effect.undefined
      return Effect.uninterruptible(Effect.flatMap(used, (known) => this.#settle(open, account, known)))
    })
  }

  #settle(open: OpenRequest, account: CallAccount, used: Used | undefined): Effect.Effect<void> {
    const spending = used === undefined ? nothing : { usd: used.usd, ...tokensOf(used.usage), calls: 1 }
    account.close(open, used, spending)
    const settled = open.hold === undefined ? Effect.void : this.#parts.budgets.settle(open.hold, spending)
    return Effect.andThen(settled, open.turn?.release ?? Effect.void)
  }

  /** The request with a bound on its answer where a budget needs one, and what it may need at most. */
  readonly #fitted = Effect.fnUntraced(
    { self: this },
    function* (given: LlmRequest, candidate: Candidate, context: CallContext, known: Known) {
      const { pricing, maxOutputTokens, budgets, limits } = this.#parts
      const { limit } = this.#account(context)
      const limited = limit !== undefined || budgets.limitsOutput(spenderOf(candidate, context))
      const counts = limited || budgets.rules.length > 0
      if (!counts && !limits.hasLane(candidate)) return { request: given, most: nothing, uncalibrated: undefined }
      const bound = maxOutputTokens ?? (known.info?.maxOutput === undefined ? fallbackOutput : undefined)
      const capped = limited && given.maxOutputTokens === undefined && bound !== undefined
      const request = capped ? { ...given, maxOutputTokens: bound } : given
      const output = request.maxOutputTokens ?? known.info?.maxOutput ?? fallbackOutput
      return { request, ...(yield* estimate(pricing, request, candidate, output, known)) }
    },
  )

  #warnOfBound(account: CallAccount, context: CallContext, tokens: number | undefined): void {
    if (account.warned) return
    account.warned = true
    const message = `maxOutputTokens was set to ${tokens}, since a budget applies and the answer needs a bound`
    context.warn({ type: "other", setting: "maxOutputTokens", message })
  }

  #settled(attempt: AttemptTrace, context: CallContext): Effect.Effect<void> {
    const account = this.#account(context)
    const { candidate } = attempt
    const mine = [...account.open].filter(({ meter }) => meter.candidate === candidate)
    const closed = Effect.forEach(mine, (open) => this.#close(open, account), { discard: true })
    return Effect.andThen(
      closed,
      Effect.suspend(() => {
        const used = account.take(candidate) ?? this.#embedded(attempt, context)
        if (used === undefined) return Effect.void
        const { ms, outcome } = attempt
        return Effect.andThen(
          context.operation === "embed" ? this.#charge(candidate, context, used) : Effect.void,
          this.#record(candidate, context, used, outcome, ms),
        )
      }),
    )
  }

  /** Embeddings pass no other hook: they are counted afterwards. */
  #embedded({ candidate, usage }: AttemptTrace, context: CallContext): Used | undefined {
    if (context.operation !== "embed" || usage === undefined) return undefined
    const whole = usage.output.total === undefined ? { ...usage, output: { ...usage.output, total: 0 } } : usage
    return {
      usage: whole,
      estimated: !isReported(whole),
      usd: costOf(candidate, whole, knownOf(candidate, context), this.#parts.pricing),
    }
  }

  #charge(candidate: Candidate, context: CallContext, { usd, usage }: Used): Effect.Effect<void> {
    const hold = { id: this.#parts.newId(), spender: spenderOf(candidate, context) }
    return this.#parts.budgets.settle(hold, { usd, ...tokensOf(usage), calls: 1 })
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
    const { waiting } = account
    account.waiting = undefined
    const closed = Effect.forEach([...account.open], (open) => this.#close(open, account), { discard: true })
    const released = waiting === undefined ? Effect.void : this.#parts.budgets.settle(waiting.hold, nothing)
    const all = Effect.andThen(closed, released)
    if (response?.cached === undefined) return all
    const { provider, model } = response
    const free: Used = { usage: usageOf(0, 0), estimated: false, usd: 0 }
    return Effect.andThen(all, this.#record({ provider, model }, context, free, "cached", ms))
  }

  #account(context: CallContext): CallAccount {
    const known = this.#accounts.get(context)
    if (known !== undefined) return known
    const account = new CallAccount()
    this.#accounts.set(context, account)
    return account
  }

  #ttl(context: CallContext): number {
    return Math.max(0, context.remainingMs()) + this.#parts.graceMs
  }
}
