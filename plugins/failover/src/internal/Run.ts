import {
  cachedAnswer,
  type CallContext,
  type Candidate,
  candidateName,
  type DispatchOptions,
  type LlmError,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Permit } from "../Breaker.ts"
import { decide, type Engine, flows } from "./Engine.ts"
import { candidateOf, type Journey, otherKeys, Ticket } from "./Journey.ts"
import type { Lane } from "./Lane.ts"
import { learn, outcomeOf, waitOf } from "./learn.ts"
import { isOutage } from "./policy.ts"
import { race } from "./race.ts"
import { shareOf, timeoutsFor } from "./timeouts.ts"

type Dispatch<A> = (candidate: Candidate, options?: DispatchOptions) => Effect.Effect<A, LlmError>

/** A candidate that may be asked now. */
interface Turn {
  readonly candidate: Candidate
  readonly ticket: Ticket
}

/** A flowing answer may be read for a little longer than its call lasts. */
const graceMs = 1000

/** One call's way through its candidates. */
export class Run<A> {
  readonly #engine: Engine
  readonly #journey: Journey
  readonly #dispatch: Dispatch<A>
  readonly #context: CallContext

  constructor(engine: Engine, journey: Journey, dispatch: Dispatch<A>, context: CallContext) {
    this.#engine = engine
    this.#journey = journey
    this.#dispatch = dispatch
    this.#context = context
  }

  /** The answer of the next candidate that may be asked, or of those after it. */
  readonly next: Effect.Effect<A, LlmError> = Effect.suspend(() => {
    const turn = this.#pick()
    return turn === undefined ? this.#lastResort() : this.#go(turn)
  })

  #pick(): Turn | undefined {
    const { queue, asked, passed } = this.#journey
    const { maxCandidates = Number.POSITIVE_INFINITY } = this.#engine.options
    if (asked.size >= maxCandidates) {
      if (queue.length > 0)
        decide(this.#context, `${asked.size} candidates were asked, which is as many as are allowed`)
      queue.length = 0
      passed.length = 0
    }
    for (let candidate = queue.shift(); candidate !== undefined; candidate = queue.shift()) {
      if (!this.#journey.mayAsk(candidate, this.#context)) continue
      const lane = this.#engine.lanes.of(candidate)
      const resting = lane.restUntil > 0 && lane.restUntil > this.#engine.world.now()
      const permit = resting ? undefined : lane.breaker.acquire()
      if (permit !== undefined) return this.#turn(candidate, lane, permit)
      this.#passOver(candidate, lane, resting)
    }
    return undefined
  }

  #passOver(candidate: Candidate, lane: Lane, resting: boolean): void {
    this.#journey.passed.push({ candidate, lane })
    const { state } = lane.breaker
    const why = resting
      ? "it asked to be left alone"
      : state === "closed"
        ? "it is ramping up"
        : `its breaker is ${state}`
    decide(this.#context, `${lane.name} is passed over: ${why}`)
    const { policy, options } = this.#engine
    const action = policy[lane.lastKind ?? ""]
    if (action === "key" || action === "local") this.#journey.first(otherKeys(candidate, options))
  }

  #turn(candidate: Candidate, lane: Lane, permit: Permit): Turn {
    const { asked, tickets } = this.#journey
    if (asked.size > 0 || permit.probe) {
      decide(this.#context, `${lane.name} is ${permit.probe ? "probed" : "asked"}${because(candidate)}`)
    }
    asked.add(lane.name)
    const ticket = new Ticket(lane, permit)
    tickets.set(lane.name, ticket)
    return { candidate, ticket }
  }

  #go(turn: Turn): Effect.Effect<A, LlmError> {
    const delayMs = this.#hedgeDelay(turn)
    if (delayMs === undefined) {
      return Effect.matchEffect(this.#ask(turn), {
        onSuccess: (answer) => this.#answered(turn, answer),
        onFailure: (error) => this.#failed(turn, error),
      })
    }
    const stopped: Array<LlmError> = []
    const legs = race(
      turn,
      (leg) =>
        Effect.matchEffect(this.#ask(leg), {
          onSuccess: (answer) => this.#answered(leg, answer),
          // At once, and not when the race is over: the next leg is chosen by it.
          onFailure: (error) => {
            if (this.#learn(leg, error) === "stop") stopped.push(error)
            return Effect.fail(error)
          },
        }),
      delayMs,
      () => (stopped.length > 0 ? undefined : this.#hedge(delayMs)),
    )
    return Effect.catch(legs, () => {
      const [error] = stopped
      return error === undefined ? this.next : Effect.fail(error)
    })
  }

  #ask({ candidate, ticket }: Turn): Effect.Effect<A, LlmError> {
    const { lane } = ticket
    const another = this.#journey.queue.length > 0
    const { deadlineShare } = this.#engine.options
    const options = timeoutsFor(lane.timeouts, another, this.#context, deadlineShare)
    const sent = (): Effect.Effect<A, LlmError> => this.#dispatch(candidate, options)
    if (lane.bulkhead === undefined) return ticket.permit.probe ? closing(ticket, sent()) : sent()
    const most = another ? shareOf(this.#context, deadlineShare) : this.#context.remainingMs()
    const place = lane.bulkhead.take(ticket, this.#context.remainingMs() + graceMs, most)
    return closing(ticket, Effect.flatMap(place, sent))
  }

  /** A whole answer was settled before it came here; a flowing one holds its ticket until it is. */
  #answered({ ticket }: Turn, answer: A): Effect.Effect<A> {
    ticket.answered = true
    if (ticket.settled) ticket.close()
    return Effect.succeed(answer)
  }

  #failed(turn: Turn, error: LlmError): Effect.Effect<A, LlmError> {
    return this.#learn(turn, error) === "stop" ? Effect.fail(error) : this.next
  }

  #learn({ candidate, ticket }: Turn, error: LlmError) {
    ticket.close()
    return learn(this.#engine, this.#journey, { candidate, error }, this.#context)
  }

  /** After how many ms a second candidate is asked as well; `undefined` for never. */
  #hedgeDelay({ ticket: { lane } }: Turn): number | undefined {
    const { hedge } = this.#engine.options
    if (hedge === undefined || this.#context.operation === "embed" || this.#journey.queue.length === 0) return undefined
    const observed = flows(this.#context) ? lane.contentMs : lane.wholeMs
    const { percentile, minimumSamples = 20, delayMs } = hedge
    return percentile === undefined || observed.samples < minimumSamples ? delayMs : observed.percentile(percentile)
  }

  #hedge(delayMs: number): Turn | undefined {
    const { allowance, options } = this.#engine
    const { maxExtra = 1 } = options.hedge ?? {}
    if (allowance === undefined || this.#journey.extra >= maxExtra) return undefined
    if (!allowance.spend()) {
      decide(this.#context, "no second candidate is asked beside the first: the share for hedging is used up")
      return undefined
    }
    const turn = this.#pick()
    if (turn === undefined) {
      allowance.refund()
      return undefined
    }
    this.#journey.extra++
    decide(this.#context, `hedge: ${turn.ticket.lane.name} too, since nothing came within ${Math.round(delayMs)} ms`)
    return turn
  }

  /** Nobody is left who may be asked: those that were passed over, then lesser answers, then the failure. */
  #lastResort(): Effect.Effect<A, LlmError> {
    const turn = this.#leastBad()
    if (turn !== undefined) return this.#go(turn)
    const error = outcomeOf(this.#journey, this.#engine.world.now())
    const { cachedAnswer: cached, degrade } = this.#engine.options
    const outage =
      this.#journey.failures.length === 0 || this.#journey.failures.some((failed) => isOutage(failed.error))
    if (!outage || this.#context.operation === "embed" || this.#context.remainingMs() <= 0) return Effect.fail(error)
    const lesser: Array<readonly [Candidate, string]> = []
    if (cached === true) lesser.push([cachedAnswer, "every model failed: this is the cache's last answer"])
    if (degrade !== undefined && !this.#journey.asked.has(degrade)) {
      lesser.push([candidateOf(degrade, "last resort"), `every model failed: this is from ${degrade}`])
    }
    return this.#lesser(lesser, error)
  }

  #lesser([first, ...rest]: ReadonlyArray<readonly [Candidate, string]>, error: LlmError): Effect.Effect<A, LlmError> {
    if (first === undefined) return Effect.fail(error)
    const [candidate, degraded] = first
    const name = candidate === cachedAnswer ? "the cache" : candidateName(candidate)
    decide(this.#context, `last resort: ${name}`)
    return Effect.catch(this.#dispatch(candidate, { degraded }), ({ reason }) => {
      decide(this.#context, `${name} has no answer either: ${reason.message}`)
      return this.#lesser(rest, error)
    })
  }

  /** Of those that were passed over, the one that is soonest to be asked again, if it may be. */
  #leastBad(): Turn | undefined {
    const { passed } = this.#journey
    const now = this.#engine.world.now()
    const soonest = passed
      .splice(0)
      .filter(({ candidate }) => this.#journey.mayAsk(candidate, this.#context))
      .sort((a, b) => waitOf(a.lane, now) - waitOf(b.lane, now))
    for (const [at, { candidate, lane }] of soonest.entries()) {
      const permit = this.#permitAnyway(lane)
      if (permit === undefined) continue
      passed.push(...soonest.slice(0, at), ...soonest.slice(at + 1))
      decide(this.#context, `nobody else is left, and ${lane.name} is the soonest to be asked again`)
      return this.#turn(candidate, lane, permit)
    }
    passed.push(...soonest)
    return undefined
  }

  /** With a lesser answer at hand an outage is not prolonged by asking; without one the model may still answer. */
  #permitAnyway({ breaker }: Lane): Permit | undefined {
    const { whenAllOpen, cachedAnswer: cached, degrade } = this.#engine.options
    const mode = whenAllOpen ?? (cached === true || degrade !== undefined ? "probe" : "ask")
    if (mode === "fail") return breaker.acquire(false)
    return breaker.acquireEarly() ?? (mode === "ask" ? breaker.acquireAnyway() : undefined)
  }
}

const because = ({ reason }: Candidate): string => (reason === undefined ? "" : ` (${reason})`)

/** What it holds is given back when the call is interrupted while it is asked. */
const closing = <A>(ticket: Ticket, asked: Effect.Effect<A, LlmError>): Effect.Effect<A, LlmError> =>
  Effect.onInterrupt(asked, () => Effect.sync(() => ticket.close()))
