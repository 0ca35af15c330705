import type { ReasonTag } from "@switchyard/core"

/**
 * What a failure is, for people who look after a system:
 * - `capacity`: the provider has no room for us now: limits, quota, overload
 * - `provider`: the provider is ill, or its answers are
 * - `network`, `timeout`: it was not reached, or not in time
 * - `configuration`: keys, rights and names of models; the operator's to correct
 * - `quality`: it answered, and the answer is not valid
 * - `code`: a plugin, a tool or the user's own code broke
 * - `outage`: nobody could be asked, or nobody answered
 * - `caller`: the request is wrong, or not allowed
 * - `limit`: our own limits did what they are for
 */
export type Category =
  | "capacity"
  | "provider"
  | "network"
  | "timeout"
  | "configuration"
  | "quality"
  | "code"
  | "outage"
  | "caller"
  | "limit"

const categories: { readonly [Tag in ReasonTag]: Category } = {
  RateLimited: "capacity",
  QuotaExhausted: "capacity",
  Overloaded: "capacity",
  ProviderInternal: "provider",
  InvalidResponse: "provider",
  EmptyResponse: "provider",
  Truncated: "provider",
  Network: "network",
  Timeout: "timeout",
  Unauthorized: "configuration",
  Forbidden: "configuration",
  ModelNotFound: "configuration",
  PluginIncompatible: "configuration",
  OutputInvalid: "quality",
  ToolFailed: "code",
  PluginFailure: "code",
  CircuitOpen: "outage",
  AllCandidatesFailed: "outage",
  InvalidRequest: "caller",
  ContextTooLong: "caller",
  ContentFiltered: "caller",
  Unsupported: "caller",
  NoRoute: "caller",
  BudgetExceeded: "limit",
  HumanReviewRequired: "limit",
}

const known: ReadonlyMap<string, Category> = new Map(Object.entries(categories))

/** The category of a kind of failure. Kinds that Switchyard does not know come from the user's own code. */
export const categoryOf = (kind: string): Category => known.get(kind) ?? "code"

/** Is it somebody's fault that the system's state can show? The caller's mistakes and our own limits are counted only. */
export const opensIncidents = (category: Category): boolean => category !== "caller" && category !== "limit"
