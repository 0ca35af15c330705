import type {
  ApprovalRequestPart,
  LlmResponse,
  Message,
  ToolCallPart,
  ToolResultPart,
  Usage,
  Warning,
} from "@switchyard/core"
import type * as Effect from "effect/Effect"
import type { Tool } from "./Tool.ts"

/**
 * Why a run ended.
 * - `answer`: the model answered and asked for nothing more.
 * - `approval`: calls wait for a person; `approvals` lists them.
 * - `tool-calls`: the model called tools that the caller runs; `calls` lists them.
 * - `max-steps`: the model would go on. Its last calls have been run: call again with the messages to continue.
 */
export type Stopped = "answer" | "approval" | "tool-calls" | "max-steps"

/** One answer of the model, and what its tools gave. */
export interface ToolStep {
  /** Counts from 0. */
  readonly index: number
  readonly response: LlmResponse
  readonly results: ReadonlyArray<ToolResultPart>
  /** All that this run has added to the conversation so far: enough to go on from here if a later step fails. */
  readonly messages: ReadonlyArray<Message>
  /** Of all steps so far. */
  readonly usage: Usage
}

/** What a run with tools gives back. */
export interface ToolRun {
  /** The last answer, as it came; with its approval requests when the run stopped for them. */
  readonly response: LlmResponse
  readonly stopped: Stopped
  readonly steps: ReadonlyArray<ToolStep>
  /** What to append to the conversation: the answers, each with its origin, and the results. */
  readonly messages: ReadonlyArray<Message>
  /** Of all steps. */
  readonly usage: Usage
  readonly warnings: ReadonlyArray<Warning>
  /** The calls that the caller has to run. Append their results in a tool message and run again. */
  readonly calls: ReadonlyArray<ToolCallPart>
  /** The calls that a person has to allow. Append an `approval-response` with the same `id` in a tool message and run again. */
  readonly approvals: ReadonlyArray<ApprovalRequestPart>
}

/** A call that a person is asked to allow. `input` is decoded by the tool's schema. */
export interface ApprovalCall {
  readonly toolCallId: string
  readonly tool: string
  readonly input: unknown
  readonly inputText: string
  readonly messages: ReadonlyArray<Message>
}

export type ApprovalDecision = boolean | { readonly approved: boolean; readonly reason?: string }

type Given<A> = A | PromiseLike<A> | Effect.Effect<A, unknown>

/** How a run is carried out. */
export interface ToolRunOptions<R = never> {
  readonly tools: ReadonlyArray<Tool<unknown, unknown, R>>
  /** At most so many calls to the model. Default: 8. */
  readonly maxSteps?: number | undefined
  /** For each tool call, in ms, unless the tool has its own. Default: 30 000. */
  readonly toolTimeout?: number | undefined
  /** At most so many tools at once. Default: 8. */
  readonly concurrency?: number | undefined
  /** Decides on calls that need approval, one at a time. Without it the run stops with `approval`. */
  readonly approve?: ((call: ApprovalCall) => Given<ApprovalDecision>) | undefined
  /** Told of each step when its tools are done; the run waits for it. */
  readonly onStep?: ((step: ToolStep) => Given<unknown>) | undefined
}
