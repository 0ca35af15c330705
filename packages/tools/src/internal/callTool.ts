import {
  type ApprovalResponsePart,
  isLlmError,
  LlmError,
  type Message,
  type ToolCallPart,
  type ToolOutput,
} from "@switchyard/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { ReadyCall } from "../Tool.ts"
import type { ToolRunOptions } from "../ToolRun.ts"
import { messageOf } from "./readSchema.ts"
import { settle } from "./settle.ts"
import { failedWith, wrongArguments } from "./toolOutput.ts"
import type { TableEntry } from "./toolTable.ts"

/** What is to become of one call. */
export type Plan<R> =
  | { readonly _tag: "Answer"; readonly call: ToolCallPart; readonly output: ToolOutput }
  | {
      readonly _tag: "Run"
      readonly call: ToolCallPart
      readonly ready: ReadyCall<R>
      readonly timeout: number | undefined
    }
  | { readonly _tag: "Ask"; readonly call: ToolCallPart }
  | { readonly _tag: "Caller"; readonly call: ToolCallPart }

interface Planning<R> {
  readonly table: ReadonlyMap<string, TableEntry<R>>
  /** Tools that the request names and the caller runs. */
  readonly elsewhere: ReadonlySet<string>
  readonly approve: ToolRunOptions<R>["approve"]
  readonly response: ApprovalResponsePart | undefined
  readonly messages: ReadonlyArray<Message>
  /** Did the answer end at the limit of tokens? */
  readonly cut: boolean
}

/** Decides on a call: wrong arguments and unknown names are answered at once, as data for the model. */
export const planCall = Effect.fnUntraced(function* <R>(call: ToolCallPart, planning: Planning<R>) {
  const answer = (output: ToolOutput): Plan<R> => ({ _tag: "Answer", call, output })
  const tool = planning.table.get(call.name)
  if (tool === undefined) {
    if (planning.elsewhere.has(call.name)) return { _tag: "Caller", call } satisfies Plan<R> as Plan<R>
    const known = [...planning.table.keys(), ...planning.elsewhere].join(", ") || "none"
    return answer({ type: "error-text", value: `There is no tool "${call.name}". The tools are: ${known}` })
  }
  const json = parseArguments(call.inputText)
  if (json instanceof SyntaxError) {
    const why = planning.cut ? "were cut at the limit of tokens" : `are not valid JSON (${messageOf(json)})`
    const mend = planning.cut ? "Send shorter ones" : "Send them again as one JSON object"
    return answer({ type: "error-text", value: `The arguments ${why}. ${mend}` })
  }
  const checked = yield* Effect.result(tool.ready(json))
  if (checked._tag === "Failure") return answer(wrongArguments(checked.failure))
  const ready = checked.success
  const denial = yield* approval(call, ready, planning)
  if (denial === "ask") return { _tag: "Ask", call } satisfies Plan<R> as Plan<R>
  if (denial !== undefined) return answer(denial)
  if (ready.execute === undefined) return { _tag: "Caller", call } satisfies Plan<R> as Plan<R>
  return { _tag: "Run", call, ready, timeout: tool.timeout } satisfies Plan<R> as Plan<R>
})

/** Models send nothing at all for a tool without arguments. */
const parseArguments = (text: string): unknown => {
  try {
    return text.trim() === "" ? {} : JSON.parse(text)
  } catch (error) {
    return error instanceof SyntaxError ? error : new SyntaxError(messageOf(error))
  }
}

/** `undefined` when the call may run, `ask` when nobody is there to decide. */
const approval = Effect.fnUntraced(function* <R>(call: ToolCallPart, ready: ReadyCall<R>, planning: Planning<R>) {
  const needed = yield* Effect.mapError(ready.needsApproval, (error) => hookFailed(call.name, "needsApproval", error))
  const { approve, response, messages } = planning
  if (!needed) return undefined
  if (response !== undefined) return response.approved ? undefined : denied(response.reason)
  if (approve === undefined) return "ask"
  const { id, name, inputText } = call
  const decision = yield* Effect.mapError(
    settle(() => approve({ toolCallId: id, tool: name, input: ready.input, inputText, messages })),
    (error) => hookFailed(name, "approve", error),
  )
  const { approved, reason } = typeof decision === "object" ? decision : { approved: decision, reason: undefined }
  return approved === true ? undefined : denied(reason)
})

const denied = (reason: string | undefined): ToolOutput =>
  reason === undefined ? { type: "denied" } : { type: "denied", reason }

/** The caller's own hook went wrong: nothing that the model could correct. */
export const hookFailed = (tool: string, hook: string, error: unknown): LlmError =>
  isLlmError(error)
    ? LlmError.of(error, {})
    : LlmError.make({ _tag: "ToolFailed", tool, message: `${hook} of "${tool}" failed: ${messageOf(error)}` })

/**
 * Runs a tool within `timeout` ms. Its signal aborts when that is over or the run is interrupted. What goes wrong is told
 * to the model; only `ToolFailed` is a failure of the run.
 */
export const executeCall = <R>(
  { call, ready }: Extract<Plan<R>, { _tag: "Run" }>,
  timeout: number,
  messages: ReadonlyArray<Message>,
): Effect.Effect<ToolOutput, LlmError, R> =>
  Effect.suspend(() => {
    const { execute } = ready
    if (execute === undefined) return Effect.die(new TypeError(`the tool "${call.name}" has no execute`))
    const controller = new AbortController()
    const run = Effect.onInterrupt(execute({ signal: controller.signal, toolCallId: call.id, messages }), () =>
      Effect.sync(() => controller.abort(new DOMException(`the call of "${call.name}" was ended`, "AbortError"))),
    )
    const late = Effect.succeed(failedWith(call.name, `did not answer within ${Math.round(timeout)} ms`))
    // Guarded inside the timeout: an interruption from outside is not for the model.
    const guarded = Effect.catchCause(run, (cause): Effect.Effect<ToolOutput, LlmError> => tellOrFail(call.name, cause))
    return Effect.timeoutOrElse(guarded, { duration: timeout, orElse: () => late })
  })

const tellOrFail = (tool: string, cause: Cause.Cause<unknown>): Effect.Effect<ToolOutput, LlmError> => {
  const failure: unknown = cause.reasons.find((reason) => reason._tag === "Fail")?.error
  const fatal = fatalIn(tool, failure)
  if (fatal !== undefined) return Effect.fail(fatal)
  const why = Cause.hasInterruptsOnly(cause) ? "it stopped itself" : messageOf(failure)
  return Effect.succeed(failedWith(tool, `failed: ${why}`))
}

/** `ToolFailed`, of whatever copy or wrapper: an `LlmError`, or the class of the front door. */
const fatalIn = (tool: string, failure: unknown): LlmError | undefined => {
  if (typeof failure !== "object" || failure === null || !("reason" in failure)) return undefined
  const { reason } = failure
  if (typeof reason !== "object" || reason === null || !("_tag" in reason) || reason._tag !== "ToolFailed")
    return undefined
  const message =
    "message" in reason && typeof reason.message === "string" ? reason.message : `the tool "${tool}" failed`
  return LlmError.make({ _tag: "ToolFailed", tool, message })
}
