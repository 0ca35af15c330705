import { type LlmError, type ReasonTag, reasonTags } from "@switchyard/core"

/**
 * How often a failure of each kind is retried at one candidate. Kinds that are not here are not retried: the request is
 * wrong, or waiting does not help. No kind of timeout is here, so that a silent provider is left after its first one. What
 * mostly passes by itself (a reset, one 500) gets one more chance before failover is asked.
 */
const defaults: Partial<Record<ReasonTag, number>> = {
  RateLimited: 2,
  Overloaded: 1,
  ProviderInternal: 1,
  Network: 1,
  InvalidResponse: 1,
  EmptyResponse: 1,
  Truncated: 1,
  // Rejected answers are asked for again with feedback, as long as attempts are left.
  OutputInvalid: Infinity,
}

const known: ReadonlySet<string> = new Set(reasonTags)

export const isKind = (name: string): boolean => known.has(name)

/** The kind that counts: a stream that was cut because its provider fell silent is a timeout. */
export const kindOf = ({ reason }: Pick<LlmError, "reason">): ReasonTag =>
  reason._tag === "Truncated" && reason.because?._tag === "Timeout" ? "Timeout" : reason._tag

/** How many retries this failure's kind has at one candidate. What the failure itself says of its recovery goes first. */
export const allowanceOf = (error: Pick<LlmError, "reason">, perKind: Readonly<Record<string, number>>): number => {
  const { recovery } = error.reason
  if (recovery === "none") return 0
  const kind = kindOf(error)
  const asked = perKind[kind]
  if (asked !== undefined) return asked
  const usual = defaults[kind] ?? 0
  if (recovery === "retry") return Math.max(1, usual)
  // Such as a limit that ends tomorrow: nobody waits for that here.
  return recovery === "failover" && kind === "RateLimited" ? 0 : usual
}

/** How many rejected answers of one candidate are asked for again. */
export const rejectionsAllowed = (perKind: Readonly<Record<string, number>>): number =>
  perKind["OutputInvalid"] ?? Infinity
