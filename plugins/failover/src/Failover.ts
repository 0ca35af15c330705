import type { CallContext, Failover, LlmError } from "@switchyard/core"
import type * as Scope from "effect/Scope"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { connect, type FailoverControl } from "./FailoverControl.ts"
import { Allowance } from "./internal/Allowance.ts"
import { type Engine, isResort, policyOf, settle } from "./internal/Engine.ts"
import { Journey, withFallbacks } from "./internal/Journey.ts"
import { Lanes } from "./internal/Lane.ts"
import { rescue } from "./internal/rescue.ts"
import { Run } from "./internal/Run.ts"
import { shareThroughRedis } from "./internal/SharedBreakers.ts"
import type { FailoverOptions } from "./Options.ts"

/** Of the calls, those that may be hedged; and how many extra attempts may come at once. */
const defaultHedge = { share: 0.1, burst: 5 }

/** The failover service, and the control over its breakers. */
export interface MadeFailover {
  readonly failover: Failover
  readonly control: FailoverControl
}

/**
 * Makes the failover service. Time is that of the `Clock` and chance that of the `Random` it is made under. The options
 * are taken as they are: the plugin checks them. Breakers are shared with other processes as long as the scope lasts.
 */
export const makeFailover = (options: FailoverOptions = {}): Effect.Effect<MadeFailover, LlmError, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const random = yield* Random.Random
    const world = {
      now: () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6,
      random: () => random.nextDoubleUnsafe(),
    }
    const lanes = new Lanes(options, world)
    const { share, burst } = { ...defaultHedge, ...options.hedge }
    const allowance = options.hedge === undefined ? undefined : new Allowance(share, burst)
    const engine: Engine = { options, policy: policyOf(options), world, lanes, allowance, journeys: new WeakMap() }
    if (options.control !== undefined) connect(options.control, lanes)
    if (options.shared !== undefined) yield* shareThroughRedis(lanes, options.shared)
    return { failover: serviceOf(engine), control: lanes }
  })

const serviceOf = (engine: Engine): Failover => ({
  run: (candidates, dispatch, context) =>
    Effect.suspend(() => new Run(engine, journeyOf(engine, candidates, context), dispatch, context).next),
  rescue: (failure: LlmError, partial, context) => Effect.sync(() => rescue(engine, failure, partial, context)),
  settled: (attempt, context) => {
    settle(engine, attempt, context)
    return Effect.void
  },
})

/** A call that begins again goes on with what it has learnt. */
const journeyOf = (engine: Engine, candidates: Parameters<Failover["run"]>[0], context: CallContext): Journey => {
  const known = engine.journeys.get(context)
  if (known !== undefined) {
    const fresh = candidates.filter((candidate) => !isResort(candidate, engine.options))
    known.queue.splice(0, known.queue.length, ...fresh)
    return known
  }
  const journey = new Journey(withFallbacks(candidates, engine.options, context))
  engine.allowance?.earn()
  engine.journeys.set(context, journey)
  return journey
}
