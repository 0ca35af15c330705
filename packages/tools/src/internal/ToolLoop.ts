import {
  addUsage,
  type ApprovalRequestPart,
  type ApprovalResponsePart,
  LlmError,
  type LlmRequest,
  type LlmResponse,
  type Message,
  type ToolCallPart,
  type ToolResultPart,
  unknownUsage,
  type Usage,
} from "@switchyard/core"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Stopped, ToolRun, ToolStep } from "../ToolRun.ts"
import { executeCall, hookFailed, type Plan, planCall } from "./callTool.ts"
import { callsIn, messageOf, sendable, unanswered } from "./conversation.ts"
import { DistinctIds } from "./DistinctIds.ts"
import { settle } from "./settle.ts"
import type { Prepared } from "./toolTable.ts"

/** As long as one call has without a deadline. */
const defaultDeadlineMs = 600_000
const defaultSteps = 8
const defaultToolTimeoutMs = 30_000
const defaultConcurrency = 8

/** What became of the calls of one answer. */
interface Handled {
  readonly results: ReadonlyArray<ToolResultPart>
  readonly approvals: ReadonlyArray<ApprovalRequestPart>
  readonly calls: ReadonlyArray<ToolCallPart>
}

/**
 * The state of one run: what has been said, how many steps and how much time are left. It knows nothing of how an answer
 * is fetched, so a run that streams and one that does not are the same run.
 */
export class ToolLoop<R> {
  stopped: Stopped | undefined
  /** Through these an answer goes before it is taken, or its parts before they are shown. */
  readonly ids: DistinctIds
  readonly #prepared: Prepared<R>
  readonly #clock: Clock.Clock
  readonly #startedAt: number
  readonly #deadline: number
  readonly #maxSteps: number
  readonly #elsewhere: ReadonlySet<string>
  readonly #steps: Array<ToolStep> = []
  readonly #added: Array<Message> = []
  #calls: ReadonlyArray<ToolCallPart> = []
  #approvals: ReadonlyArray<ApprovalRequestPart> = []
  #usage: Usage | undefined

  constructor(prepared: Prepared<R>, clock: Clock.Clock) {
    const { request, options } = prepared
    this.#prepared = prepared
    this.ids = new DistinctIds(request.messages)
    this.#clock = clock
    this.#startedAt = this.#now()
    this.#deadline = request.policy?.deadline ?? defaultDeadlineMs
    this.#maxSteps = options.maxSteps ?? defaultSteps
    const named = (request.tools ?? []).flatMap((tool) => (tool.type === "function" ? [tool.name] : []))
    this.#elsewhere = new Set(named.filter((name) => !prepared.table.has(name)))
  }

  get #messages(): ReadonlyArray<Message> {
    return [...this.#prepared.request.messages, ...this.#added]
  }

  /** Of all steps so far. */
  get usage(): Usage {
    return this.#usage ?? unknownUsage
  }

  /** Answers the calls that the given conversation ends with: a run that goes on where another one stopped. */
  readonly begin: Effect.Effect<ReadonlyArray<ToolResultPart>, LlmError, R> = Effect.suspend(() => {
    const { calls, responses } = unanswered(this.#prepared.request.messages)
    if (calls.length === 0) return Effect.succeed([])
    const twice = calls.find((call, index) => calls.findIndex(({ id }) => id === call.id) < index)
    if (twice !== undefined) return Effect.fail(repeated(twice))
    return Effect.flatMap(this.#handle(calls, this.#messages, { responses }), (handled) => {
      const [approval] = handled.approvals
      const [call] = handled.calls
      if (approval !== undefined) return Effect.fail(unapproved(approval))
      if (call !== undefined) return Effect.fail(unrun(call))
      this.#added.push({ role: "tool", content: handled.results })
      return Effect.succeed(handled.results)
    })
  })

  /** The request of the next step, with what is left of the time; a tool that must be called must be called once only. */
  readonly next: Effect.Effect<LlmRequest, LlmError> = Effect.suspend(() => {
    const { request } = this.#prepared
    const left = this.#left()
    if (left <= 0) return Effect.fail(this.deadlinePassed())
    this.ids.next()
    const { toolChoice, ...rest } = request
    const once = toolChoice === "required" || typeof toolChoice === "object"
    const choice = toolChoice === undefined || (once && this.#steps.length > 0) ? {} : { toolChoice }
    const policy = { ...request.policy, deadline: left }
    return Effect.succeed({ ...rest, ...choice, messages: sendable(this.#messages), policy })
  })

  /** Runs the tools that an answer calls, and decides whether the run goes on. Gives what is to be shown of it. */
  readonly take = Effect.fnUntraced(function* (this: ToolLoop<R>, response: LlmResponse) {
    this.#usage = this.#usage === undefined ? response.usage : addUsage(this.#usage, response.usage)
    const asked = callsIn(response.content)
    const cut = response.finish.unified === "length"
    const handled = yield* this.#handle(asked, [...this.#messages, messageOf(response)], { cut })
    const shown = { ...response, content: [...response.content, ...handled.approvals] }
    const final = handled.approvals.length === 0 ? response : shown
    this.#added.push(messageOf(final))
    if (handled.results.length > 0) this.#added.push({ role: "tool", content: handled.results })
    const { results, approvals, calls } = handled
    const messages = [...this.#added]
    const step: ToolStep = { index: this.#steps.length, response: final, results, messages, usage: this.usage }
    this.#steps.push(step)
    this.#approvals = approvals
    this.#calls = calls
    this.stopped = this.#whyStop(response, asked)
    const { onStep } = this.#prepared.options
    if (onStep !== undefined) {
      yield* this.inTime(
        Effect.mapError(
          settle(() => onStep(step)),
          (error) => hookFailed("step", "onStep", error),
        ),
      )
    }
    return [...approvals, ...results]
  })

  result(response: LlmResponse): ToolRun {
    return {
      response: this.#steps.at(-1)?.response ?? response,
      stopped: this.stopped ?? "max-steps",
      steps: this.#steps,
      messages: this.#added,
      usage: this.usage,
      warnings: this.#steps.flatMap((step) => step.response.warnings),
      calls: this.#calls,
      approvals: this.#approvals,
    }
  }

  deadlinePassed(): LlmError {
    const ms = this.#deadline
    const message = `the run with tools did not end within its deadline of ${ms} ms (step ${this.#steps.length + 1})`
    return LlmError.make({ _tag: "Timeout", phase: "call", ms, message, recovery: "none" })
  }

  /** A step that ran out of the run's time did not run out of its own. */
  readonly explain = (error: LlmError): LlmError =>
    error.reason._tag === "Timeout" && error.reason.phase === "call"
      ? LlmError.of(this.deadlinePassed(), error.context)
      : error

  #whyStop({ finish }: LlmResponse, asked: ReadonlyArray<ToolCallPart>): Stopped | undefined {
    if (this.#approvals.length > 0) return "approval"
    if (this.#calls.length > 0) return "tool-calls"
    // A provider that pauses its own tools wants to be asked again with what it has said.
    if (asked.length === 0 && finish.unified !== "pause") return "answer"
    return this.#steps.length >= this.#maxSteps ? "max-steps" : undefined
  }

  #handle(
    calls: ReadonlyArray<ToolCallPart>,
    messages: ReadonlyArray<Message>,
    {
      responses,
      cut = false,
    }: { readonly responses?: ReadonlyMap<string, ApprovalResponsePart>; readonly cut?: boolean },
  ): Effect.Effect<Handled, LlmError, R> {
    const { table, options } = this.#prepared
    const planning = { table, elsewhere: this.#elsewhere, approve: options.approve, messages, cut }
    // One after the other: a person is asked one question at a time.
    const plans = Effect.forEach(calls, (call) => planCall(call, { ...planning, response: responses?.get(call.id) }))
    const concurrency = options.concurrency ?? defaultConcurrency
    return Effect.flatMap(this.inTime(plans), (planned) =>
      Effect.map(
        this.inTime(Effect.forEach(planned, (plan) => this.#carryOut(plan, messages), { concurrency })),
        (outcomes): Handled => ({
          results: outcomes.filter((outcome) => outcome?.type === "tool-result"),
          approvals: outcomes.filter((outcome) => outcome?.type === "approval-request"),
          calls: planned.flatMap((plan) => (plan._tag === "Caller" ? [plan.call] : [])),
        }),
      ),
    )
  }

  #carryOut(
    plan: Plan<R>,
    messages: ReadonlyArray<Message>,
  ): Effect.Effect<ToolResultPart | ApprovalRequestPart | undefined, LlmError, R> {
    const { id, name } = plan.call
    switch (plan._tag) {
      case "Caller":
        return Effect.undefined
      case "Ask":
        return Effect.succeed({ type: "approval-request", id: `approval-${id}`, toolCallId: id })
      case "Answer":
        return Effect.succeed({ type: "tool-result", id, name, output: plan.output })
      case "Run": {
        const limit = plan.timeout ?? this.#prepared.options.toolTimeout ?? defaultToolTimeoutMs
        return Effect.map(executeCall(plan, limit, messages), (output) => ({ type: "tool-result", id, name, output }))
      }
    }
  }

  /** The deadline of the run ends what the caller's own code does, too. */
  readonly inTime = <A, N>(effect: Effect.Effect<A, LlmError, N>): Effect.Effect<A, LlmError, N> =>
    Effect.suspend(() => {
      const duration = this.#left()
      const late = Effect.suspend(() => Effect.fail(this.deadlinePassed()))
      return duration <= 0 ? late : Effect.timeoutOrElse(effect, { duration, orElse: () => late })
    })

  #left(): number {
    return this.#deadline - (this.#now() - this.#startedAt)
  }

  #now(): number {
    return Number(this.#clock.monotonicTimeNanosUnsafe()) / 1e6
  }
}

const unapproved = ({ id, toolCallId }: ApprovalRequestPart): LlmError =>
  LlmError.make({
    _tag: "InvalidRequest",
    field: "messages",
    message: `the tool call "${toolCallId}" waits for approval: append a tool message with { type: "approval-response", id: "${id}", approved }`,
  })

/** An approval or a result would stand for both. */
const repeated = ({ id }: ToolCallPart): LlmError =>
  LlmError.make({
    _tag: "InvalidRequest",
    field: "messages",
    message: `two calls of the last answer have the id "${id}": none of them was run. Give each an id of its own`,
  })

const unrun = ({ id, name }: ToolCallPart): LlmError =>
  LlmError.make({
    _tag: "InvalidRequest",
    field: "messages",
    message: `the call "${id}" of "${name}" has no result: append a tool message with a tool-result of that id`,
  })
