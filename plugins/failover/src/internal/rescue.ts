import {
  cachedAnswer,
  type CallContext,
  type Candidate,
  candidateName,
  type LlmError,
  type PartialAnswer,
  type Rescue,
} from "@switchyard/core"
import { decide, type Engine } from "./Engine.ts"
import { candidateOf, type Journey } from "./Journey.ts"
import { learn } from "./learn.ts"
import { isOutage, kindOf } from "./policy.ts"
import { timeoutsFor } from "./timeouts.ts"

const fail: Rescue = { _tag: "Fail" }

/** What becomes of an answer that was cut, or that turned out not to be valid, after content has flowed. */
export const rescue = (engine: Engine, failure: LlmError, partial: PartialAnswer, context: CallContext): Rescue => {
  const journey = engine.journeys.get(context)
  if (journey === undefined) return fail
  const { provider = "", model = "" } = failure.context
  const action = learn(engine, journey, { candidate: { provider, model }, error: failure }, context)
  // A candidate that refuses to go on with another's answer refuses our request, and not the caller's.
  const refused = context.contract === "resume" && journey.resuming.has(`${provider}/${model}`)
  if (action === "stop" && !(refused && context.remainingMs() > 0)) return fail
  // What is whole and wrong has nowhere to go on from.
  if (context.contract === "resume" && kindOf(failure.reason) === "OutputInvalid") return fail
  if (context.contract === "resume") return resume(engine, journey, partial, context)
  return context.contract === "restart" ? restart(engine, journey, failure, context) : fail
}

/** Whoever was not asked yet, those with an open breaker last. */
const remaining = (journey: Journey, context: CallContext): Array<Candidate> => {
  const all = [...journey.queue.splice(0), ...journey.passed.splice(0).map(({ candidate }) => candidate)]
  return all.filter((candidate) => journey.mayAsk(candidate, context))
}

const restart = ({ options }: Engine, journey: Journey, failure: LlmError, context: CallContext): Rescue => {
  const [first, ...rest] = remaining(journey, context)
  if (first !== undefined) return { _tag: "Restart", candidates: [first, ...rest] }
  if (isOutage(failure) && options.cachedAnswer === true) return { _tag: "Restart", candidates: [cachedAnswer] }
  if (isOutage(failure) && options.degrade !== undefined) {
    return { _tag: "Restart", candidates: [candidateOf(options.degrade, "last resort")] }
  }
  decide(context, "nobody is left to begin again")
  return fail
}

/** Only text can be continued: a tool call is never cut in two, and an answer that shows nothing gives nothing to go on. */
const isContinuable = ({ content }: PartialAnswer): boolean =>
  content.every(({ type }) => type === "text" || type === "reasoning") && content.some(({ type }) => type === "text")

const resume = (engine: Engine, journey: Journey, partial: PartialAnswer, context: CallContext): Rescue => {
  if (!isContinuable(partial)) {
    decide(context, "the answer cannot be continued: only text can")
    return fail
  }
  const all = remaining(journey, context)
  const candidate = all.find((one) => accepts(one, context) && isFree(engine, one))
  journey.queue.push(...all.filter((other) => other !== candidate))
  if (candidate === undefined) {
    decide(context, "nobody is left who accepts a partial answer")
    return fail
  }
  const name = candidateName(candidate)
  journey.asked.add(name)
  journey.resuming.add(name)
  decide(context, `${name} goes on where the answer was cut`)
  const another = journey.queue.some((other) => accepts(other, context))
  const { timeouts } = engine.lanes.of(candidate)
  const options = timeoutsFor(timeouts, another, context, engine.options.deadlineShare)
  return options === undefined ? { _tag: "Resume", candidate } : { _tag: "Resume", candidate, options }
}

const accepts = (candidate: Candidate, { catalog, providers }: CallContext): boolean =>
  catalog.describe(candidate, providers.get(candidate.provider)?.provider)?.acceptsPrefill === true

/** The kernel asks this candidate itself, and may yet decline: so nothing is held for it, neither a probe nor a place. */
const isFree = ({ lanes }: Engine, candidate: Candidate): boolean => {
  const { breaker, bulkhead } = lanes.of(candidate)
  const closed = breaker.state === "closed" || breaker.state === "forced-closed"
  return closed && breaker.acquire() !== undefined && bulkhead?.full !== true
}
