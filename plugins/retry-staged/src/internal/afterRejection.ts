import { type AttemptFailure, type Candidate, candidateName, type LlmRequest } from "@switchyard/core"
import { earlierOf } from "./earlierOf.ts"
import { escalationBy } from "./escalationBy.ts"
import { rejectionsAllowed } from "./allowances.ts"
import type { Feedback, Rejection } from "./Feedback.ts"
import { withServers } from "./mcp.ts"
import { readAnswer } from "./readAnswer.ts"
import type { ToolStage } from "./settings.ts"
import { type Decided, type Situation, stop } from "./Situation.ts"
import { attemptsAt, failuresLike, sameCandidate, tallyOf } from "./tally.ts"

/** The answer that was not accepted, if that is what went wrong. */
export const rejectionOf = (failure: AttemptFailure): Rejection | undefined => {
  const { candidate } = failure
  if (failure._tag === "Rejected") {
    const { response, verdict } = failure
    return { candidate, content: readAnswer(response.content), earlier: earlierOf(response), verdicts: [verdict] }
  }
  const { reason } = failure.error
  return reason._tag === "OutputInvalid"
    ? { candidate, content: readAnswer(reason.text), earlier: [], verdicts: reason.verdicts }
    : undefined
}

/** The same model with feedback, then with a tool, then a stronger model, then a person. */
export const afterRejection = (situation: Situation, rejection: Rejection, feedback: Feedback): Decided => {
  const { request, history, state } = situation
  const { settings } = state
  const { rejected } = tallyOf(history)
  const asking =
    rejected >= settings.humanAfter
      ? enough(rejected, rejection)
      : escalationBy(settings.escalateWhen, rejection.verdicts, situation)
  if (asking !== undefined) return { decision: { _tag: "Escalate", reason: asking }, why: asking }
  if (request === undefined) return stop("there is no conversation to add feedback to")
  const stronger = strongerFor(situation, rejected)
  const spent = spentFor(situation, stronger)
  const tool = settings.tool !== undefined && rejected >= settings.tool.after ? settings.tool : undefined
  const amend = (current: LlmRequest): LlmRequest =>
    offered(feedback.append(current, rejection, tool?.name, settings.maxFeedbackChars), tool)
  if (spent !== undefined) return stop(spent, amend)
  const why = [
    `${rejected} rejected`,
    ...(tool === undefined ? [] : [`the tool "${tool.name}" is offered`]),
    ...(stronger === undefined ? [] : [`the stronger model ${candidateName(stronger)} is asked`]),
  ].join(", ")
  return {
    decision: { _tag: "Retry", delayMs: 0, amend, ...(stronger === undefined ? {} : { candidate: stronger }) },
    why,
    feedback: true,
    ...(tool === undefined ? {} : { tool: tool.name }),
  }
}

const enough = (rejected: number, { verdicts }: Rejection): string => {
  const last = verdicts.flatMap(({ issues }) => issues)[0]?.message ?? "no reason was given"
  return `${rejected === 1 ? "1 answer was rejected" : `${rejected} answers were rejected, the last one`} because: ${last}`
}

/** Which bound is reached, if one is. A stronger model that is asked next has attempts left. */
const spentFor = ({ failure, history, state }: Situation, stronger: Candidate | undefined): string | undefined => {
  const { maxAttempts, maxTotalAttempts, perKind } = state.settings
  const { total } = tallyOf(history)
  if (total >= maxTotalAttempts) return `all ${total} attempts of this call are spent`
  if (stronger !== undefined) return undefined
  const here = attemptsAt(history, failure.candidate)
  if (here >= maxAttempts) return `${here} attempts at ${candidateName(failure.candidate)} are spent`
  return failuresLike(failure, history) > rejectionsAllowed(perKind)
    ? "no more rejected answers of this model are asked for again"
    : undefined
}

/** The stronger model, once it is its turn, as long as it has attempts left. */
const strongerFor = ({ failure, history, context, state }: Situation, rejected: number) => {
  const { stronger, maxAttempts } = state.settings
  if (stronger === undefined || rejected < stronger.after || state.strongerMissing) return undefined
  const { candidate } = stronger
  if (sameCandidate(candidate, failure.candidate) || attemptsAt(history, candidate) >= maxAttempts) return undefined
  if (context.providers.get(candidate.provider) !== undefined) return candidate
  state.strongerMissing = true
  const message = `the stronger model ${candidateName(candidate)} was not asked: no provider "${candidate.provider}" is installed`
  context.warn({ type: "unsupported", setting: "strongerModel", message })
  return undefined
}

const offered = (request: LlmRequest, tool: ToolStage | undefined): LlmRequest =>
  tool?.config === undefined ? request : withServers(request, tool.name, tool.config)
