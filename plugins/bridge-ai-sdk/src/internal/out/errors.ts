import { APICallError } from "@ai-sdk/provider"
import { type ErrorContext, LlmError, type ReasonTag } from "@switchyard/core"
import { isFailure } from "../failure.ts"

/** The status of each reason where no vendor gave one: what a gateway would answer. A broken connection has none. */
const statuses: { readonly [Tag in ReasonTag]: number | undefined } = {
  RateLimited: 429,
  QuotaExhausted: 402,
  Unauthorized: 401,
  Forbidden: 403,
  ModelNotFound: 404,
  InvalidRequest: 400,
  ContextTooLong: 413,
  ContentFiltered: 400,
  Unsupported: 400,
  Overloaded: 503,
  ProviderInternal: 500,
  Network: undefined,
  Timeout: 504,
  InvalidResponse: 502,
  EmptyResponse: 502,
  Truncated: 502,
  OutputInvalid: 422,
  ToolFailed: 500,
  HumanReviewRequired: 409,
  BudgetExceeded: 402,
  CircuitOpen: 503,
  NoRoute: 404,
  AllCandidatesFailed: 502,
  PluginIncompatible: 500,
  PluginFailure: 500,
}

/**
 * The kernel owns retrying: what it has retried, or what asks for another candidate, the AI SDK must not ask for again.
 * Only a failure that says "the same again", and of which there was one attempt, may be retried above.
 */
const retryable = (recovery: string, context: ErrorContext): boolean =>
  recovery === "retry" && (context.route?.attempts.length ?? 0) <= 1

/** A failure of the stack as the AI SDK's own error. The request and the vendor's headers are not repeated in it. */
export const toApiCallError = (error: unknown, modelId: string): unknown => {
  if (!isFailure(error)) return error
  const { reason, context, message } = error
  const { recovery } = LlmError.make(reason)
  const { retryAfterMs, http } = reason
  const statusCode = http?.status ?? statuses[reason._tag]
  return new APICallError({
    message,
    url: `switchyard:${context.provider === undefined ? modelId : `${context.provider}/${context.model ?? ""}`}`,
    requestBodyValues: {},
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(retryAfterMs === undefined ? {} : { responseHeaders: { "retry-after-ms": String(retryAfterMs) } }),
    isRetryable: retryable(recovery, context),
    data: { reason: reason._tag, recovery, route: context.route },
    cause: error,
  })
}

/** An AI SDK stream cannot take back what it sent. */
export const cannotRestart = (): LlmError =>
  LlmError.make({
    _tag: "InvalidRequest",
    field: "policy.stream",
    message: `the contract "restart" cannot be kept: an AI SDK stream cannot take back what it sent. Use "hold" or "resume"`,
  })
