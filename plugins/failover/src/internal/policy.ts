import type { LlmError, Reason, ReasonTag } from "@switchyard/core"

/**
 * What a failure of one candidate means for the others. `stop`: the request is wrong, nobody else is asked. `next`: the
 * next candidate. `larger`: the next whose known context window is larger. `key`: the same model under the vendor's next
 * key, else the next candidate. `local`: the local models first, then as `key`.
 */
export const actions = ["stop", "next", "larger", "key", "local"] as const
export type Action = (typeof actions)[number]

/** By kind of error. */
export type ErrorPolicy = Readonly<Record<string, Action | undefined>>

export const defaultPolicy: Readonly<Record<ReasonTag, Action>> = {
  RateLimited: "local",
  QuotaExhausted: "key",
  Unauthorized: "key",
  Forbidden: "key",
  ModelNotFound: "next",
  InvalidRequest: "stop",
  ContextTooLong: "larger",
  ContentFiltered: "stop",
  Unsupported: "next",
  Overloaded: "next",
  ProviderInternal: "next",
  Network: "next",
  Timeout: "next",
  InvalidResponse: "next",
  EmptyResponse: "next",
  Truncated: "next",
  OutputInvalid: "next",
  ToolFailed: "stop",
  HumanReviewRequired: "stop",
  BudgetExceeded: "stop",
  CircuitOpen: "next",
  NoRoute: "next",
  AllCandidatesFailed: "stop",
  PluginIncompatible: "stop",
  PluginFailure: "next",
}

/** These say something of the account: every model under the same key would fail alike. */
const ofTheAccount: ReadonlySet<string> = new Set<ReasonTag>(["QuotaExhausted", "Unauthorized", "Forbidden"])

export const spoilsProvider = (kind: string): boolean => ofTheAccount.has(kind)

/** These say nothing of the provider's health and never count against a breaker. */
export const defaultIgnored: ReadonlyArray<ReasonTag> = [
  "InvalidRequest",
  "ContextTooLong",
  "ContentFiltered",
  "Unsupported",
  "OutputInvalid",
  "ToolFailed",
  "HumanReviewRequired",
  "BudgetExceeded",
  "CircuitOpen",
  "NoRoute",
  "AllCandidatesFailed",
  "PluginIncompatible",
]

/** These do not make an outage: an old or an extracted answer would be no remedy. */
const noOutage: ReadonlySet<ReasonTag> = new Set<ReasonTag>([
  "InvalidRequest",
  "ContextTooLong",
  "ContentFiltered",
  "Unsupported",
  "OutputInvalid",
  "ToolFailed",
  "HumanReviewRequired",
  "BudgetExceeded",
])

export const isOutage = ({ reason }: LlmError): boolean => !noOutage.has(kindOf(reason))

/** What lies behind a cut answer decides, where it is known. */
export const kindOf = (reason: Reason): ReasonTag =>
  reason._tag === "Truncated" && reason.because !== undefined ? kindOf(reason.because) : reason._tag

export const actionFor = (policy: ErrorPolicy, { reason }: LlmError): Action =>
  // What says of itself that it is final is: a person's rejection, the deadline of the whole call.
  reason.recovery === "none" || (reason._tag === "Timeout" && reason.phase === "call")
    ? "stop"
    : (policy[kindOf(reason)] ?? "next")
