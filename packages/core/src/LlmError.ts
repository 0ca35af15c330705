import * as Data from "effect/Data"
import type { Part } from "./Part.ts"
import type { AttemptTrace, RouteTrace } from "./RouteTrace.ts"
import type { Usage } from "./Usage.ts"
import type { Verdict } from "./Verdict.ts"

/** What to do about a failure: nothing (the request is wrong), the same again, or another candidate (the provider is ill). */
export type Recovery = "none" | "retry" | "failover"

/** The HTTP answer behind a failure. `code` and `type` are the vendor's own words. */
export interface HttpDetails {
  readonly status: number
  readonly code?: string
  readonly type?: string
}

interface Fields {
  /** What happened, to which thing. Never holds a secret. */
  readonly message: string
  /** How long the provider asks to wait, in ms. */
  readonly retryAfterMs?: number
  readonly http?: HttpDetails
  /** Overrides the recovery that the table below gives for the reason. */
  readonly recovery?: Recovery
}

/** The phase in which time ran out. `call` is the deadline of the whole call. */
export type TimeoutPhase = "connect" | "first-content" | "throughput" | "idle" | "total" | "call"

/** What had arrived when an answer was cut. */
export interface PartialAnswer {
  readonly content: ReadonlyArray<Part>
  readonly usage: Usage
}

/** Why a call failed. */
export type Reason =
  | (Fields & { readonly _tag: "RateLimited" })
  | (Fields & { readonly _tag: "QuotaExhausted" })
  | (Fields & { readonly _tag: "Unauthorized" })
  | (Fields & { readonly _tag: "Forbidden" })
  | (Fields & { readonly _tag: "ModelNotFound" })
  | (Fields & { readonly _tag: "InvalidRequest"; readonly field?: string })
  | (Fields & { readonly _tag: "ContextTooLong"; readonly limit?: number; readonly requested?: number })
  | (Fields & { readonly _tag: "ContentFiltered" })
  | (Fields & { readonly _tag: "Unsupported"; readonly feature: string })
  | (Fields & { readonly _tag: "Overloaded" })
  | (Fields & { readonly _tag: "ProviderInternal" })
  | (Fields & { readonly _tag: "Network"; readonly code?: string })
  | (Fields & { readonly _tag: "Timeout"; readonly phase: TimeoutPhase; readonly ms: number })
  | (Fields & { readonly _tag: "InvalidResponse" })
  | (Fields & { readonly _tag: "EmptyResponse" })
  | (Fields & { readonly _tag: "Truncated"; readonly partial: PartialAnswer; readonly because?: Reason })
  | (Fields & { readonly _tag: "OutputInvalid"; readonly verdicts: ReadonlyArray<Verdict>; readonly text?: string })
  | (Fields & { readonly _tag: "ToolFailed"; readonly tool: string })
  | (Fields & { readonly _tag: "HumanReviewRequired"; readonly ticket?: string })
  | (Fields & { readonly _tag: "BudgetExceeded"; readonly limit?: string })
  | (Fields & { readonly _tag: "CircuitOpen" })
  | (Fields & { readonly _tag: "NoRoute" })
  | (Fields & { readonly _tag: "AllCandidatesFailed"; readonly attempts: ReadonlyArray<AttemptTrace> })
  | (Fields & { readonly _tag: "PluginIncompatible"; readonly plugin: string })
  | (Fields & { readonly _tag: "PluginFailure"; readonly plugin: string; readonly defect?: string })

export type ReasonTag = Reason["_tag"]

/** Where a failure happened. `elapsedMs` is counted from the start of the call. */
export interface ErrorContext {
  readonly provider?: string
  readonly model?: string
  readonly operation?: "generate" | "stream" | "embed" | "compose" | "config"
  readonly attempt?: number
  readonly requestId?: string
  readonly elapsedMs?: number
  readonly route?: RouteTrace
}

/** The default recovery of each reason, and what its message advises. */
const table: { readonly [Tag in ReasonTag]: readonly [recovery: Recovery, advice: string] } = {
  RateLimited: ["retry", "Wait before the next call, or add a retry or failover plugin."],
  QuotaExhausted: ["failover", "Check the plan and billing of this key, or add a candidate with another key."],
  Unauthorized: ["failover", "Check the API key that this provider is given."],
  Forbidden: ["failover", "Ask for access to this model or region, or use another model."],
  ModelNotFound: ["failover", "Check the model's name and whether this key may use it."],
  InvalidRequest: ["none", "Correct the request: sending it again will fail again."],
  ContextTooLong: ["failover", "Shorten the conversation, or use a model with a larger context window."],
  ContentFiltered: ["none", "The provider's filter refused it: rephrase, or use another provider if its rules allow."],
  Unsupported: ["failover", "Use a model or provider that can do it."],
  Overloaded: ["failover", "The provider has no capacity now: try later or add a failover candidate."],
  ProviderInternal: ["failover", "The provider failed: try again or add a failover candidate."],
  Network: ["failover", "Check that the address is right and that the server is running and reachable."],
  Timeout: ["failover", "Allow more time in policy.timeouts or policy.deadline, or add a faster candidate."],
  InvalidResponse: ["failover", "The answer is not in the provider's documented form: check the base URL."],
  EmptyResponse: ["failover", "Ask again, or use another model."],
  Truncated: ["failover", "The part that arrived is in reason.partial: it is not the whole answer."],
  OutputInvalid: ["none", "The validators' issues are in reason.verdicts: add a retry plugin to have them corrected."],
  ToolFailed: ["none", "See the tool's own message."],
  HumanReviewRequired: ["none", "A person must decide: see reason.ticket."],
  BudgetExceeded: ["none", "Raise the budget or wait for the next period."],
  CircuitOpen: ["failover", "The provider failed too often and is being left alone for a while."],
  NoRoute: ["none", "Install a plugin that serves it, or name a model of an installed provider."],
  AllCandidatesFailed: ["none", "Each attempt and its reason is in reason.attempts."],
  PluginIncompatible: ["none", "Until then nothing can be called."],
  PluginFailure: ["failover", "This is a bug in the plugin: report it to its author with the text above."],
}

/**
 * Is it an `LlmError`, of this copy of the package or of another? A plugin in a user's project may bring a copy of its own,
 * so `instanceof` would miss it.
 */
export const isLlmError = (value: unknown): value is LlmError =>
  typeof value === "object" &&
  value !== null &&
  "_tag" in value &&
  value._tag === "LlmError" &&
  "reason" in value &&
  "context" in value

/**
 * A wrong set-up says itself what is to be corrected, and so do a plugin that knows that nobody else can help (a full disk)
 * and one that was late itself, not a provider.
 */
const advice = (reason: Reason, { operation }: ErrorContext): string =>
  (reason._tag === "InvalidRequest" && (operation === "compose" || operation === "config")) ||
  (reason._tag === "PluginFailure" && reason.recovery === "none") ||
  (reason._tag === "Timeout" && reason.phase === "total" && reason.recovery !== undefined)
    ? ""
    : table[reason._tag][1]

/** Every name that `reason._tag` can have. */
export const reasonTags: ReadonlyArray<ReasonTag> = Object.keys(table) as Array<ReasonTag>

const where = ({ provider, model }: ErrorContext): string =>
  provider === undefined ? "" : model === undefined ? `${provider}: ` : `${provider}/${model}: `

/**
 * The one error of Switchyard: a `reason` that says what happened and a `context` that says where.
 *
 * `Effect.catchReason("LlmError", "RateLimited", …)` handles one reason; `Effect.unwrapReason("LlmError")` opens them all.
 */
export class LlmError extends Data.TaggedError("LlmError")<{
  readonly reason: Reason
  readonly context: ErrorContext
  readonly message: string
}> {
  static make(reason: Reason, context: ErrorContext = {}): LlmError {
    const message = `${where(context)}${sentence(reason.message)} ${advice(reason, context)}`.trimEnd()
    return new LlmError({ reason, context, message })
  }

  /** None: the request is wrong. Retry: the same again. Failover: the provider is ill, ask another. */
  get recovery(): Recovery {
    return this.reason.recovery ?? table[this.reason._tag][0]
  }

  /** How long the provider asks to wait, in ms. */
  get retryAfterMs(): number | undefined {
    return this.reason.retryAfterMs
  }

  get http(): HttpDetails | undefined {
    return this.reason.http
  }

  /** The same failure with more known about where it happened. What is already known is kept. */
  in(context: ErrorContext): LlmError {
    return LlmError.of(this, context)
  }

  /** As `in`, for an error that another copy of the package may have made. */
  static of(error: Pick<LlmError, "reason" | "context">, context: ErrorContext): LlmError {
    return LlmError.make(error.reason, { ...context, ...error.context })
  }

  /** What may be shown and stored: no stack. */
  override toJSON(): unknown {
    return {
      error: "LlmError",
      reason: this.reason._tag,
      message: this.message,
      context: this.context,
      http: this.http,
    }
  }
}

const sentence = (text: string): string => (/[.!?]$/.test(text.trimEnd()) ? text.trimEnd() : `${text.trimEnd()}.`)
