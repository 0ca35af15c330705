import { LlmError, type Part, type Reason, type ReasonTag } from "@switchyard/core"
import * as Duration from "effect/Duration"
import { AiError } from "../ai.ts"
import { metadataKey, toJson } from "../marks.ts"
import { plainPart } from "./response.ts"

type Details = { readonly metadata: AiError.ProviderMetadata; readonly http?: typeof AiError.HttpContext.Type }
type Make = (error: LlmError, details: Details) => AiError.AiErrorReason

const invalid =
  (parameter?: string, constraint?: string): Make =>
  ({ reason }, details) =>
    new AiError.InvalidRequestError({
      description: reason.message,
      ...(parameter === undefined ? {} : { parameter }),
      ...(constraint === undefined ? {} : { constraint }),
      ...details,
    })

const ill: Make = ({ reason }, details) =>
  new AiError.InternalProviderError({ description: reason.message, ...details })

const unknown: Make = ({ message }, details) => new AiError.UnknownError({ description: message, ...details })

const noOutput: Make = ({ reason }, { metadata }) =>
  new AiError.InvalidOutputError({ description: reason.message, metadata })

const key =
  (kind: AiError.AuthenticationError["kind"]): Make =>
  ({ reason }, details) =>
    new AiError.AuthenticationError({ kind, description: reason.message, ...details })

/** effect/ai gives it a method and an address; which model it was is the nearest that a call has. */
const network: Make = (error) => {
  const { operation, provider, model } = error.context
  return new AiError.NetworkError({
    reason: "TransportError",
    method: operation ?? "call",
    url: [provider, model].filter((name) => name !== undefined).join("/"),
    description: error.reason.message,
    cause: error,
  })
}

/** How each failure reads in effect/ai. Where it has no word, `UnknownError` says it in ours. */
const table: { readonly [Tag in ReasonTag]: Make } = {
  RateLimited: ({ retryAfterMs }, details) =>
    new AiError.RateLimitError({
      ...details,
      ...(retryAfterMs === undefined ? {} : { retryAfter: Duration.millis(retryAfterMs) }),
    }),
  QuotaExhausted: (_, details) => new AiError.QuotaExhaustedError(details),
  Unauthorized: (error, details) => key(error.http === undefined ? "Unknown" : "InvalidKey")(error, details),
  Forbidden: key("InsufficientPermissions"),
  ModelNotFound: invalid("model"),
  InvalidRequest: (error, details) =>
    invalid(error.reason._tag === "InvalidRequest" ? error.reason.field : undefined)(error, details),
  ContextTooLong: invalid("prompt", "does not fit into the context window"),
  ContentFiltered: ({ reason }, details) => new AiError.ContentPolicyError({ description: reason.message, ...details }),
  Unsupported: (error, details) =>
    invalid(error.reason._tag === "Unsupported" ? error.reason.feature : undefined, "is not supported")(error, details),
  Overloaded: ill,
  ProviderInternal: ill,
  Network: network,
  Timeout: network,
  InvalidResponse: ({ reason }, details) =>
    new AiError.InvalidResponseError({ description: reason.message, ...details }),
  EmptyResponse: noOutput,
  Truncated: ill,
  OutputInvalid: noOutput,
  ToolFailed: unknown,
  HumanReviewRequired: unknown,
  BudgetExceeded: unknown,
  CircuitOpen: ill,
  NoRoute: invalid("model"),
  AllCandidatesFailed: ill,
  PluginIncompatible: unknown,
  PluginFailure: unknown,
}

/** A failure with everything that is known of it, as JSON. The route is left to spans and to the kernel. */
const whole = ({ reason, context }: LlmError): AiError.ProviderMetadata => {
  const { route: _, ...where } = context
  // Plain data, which JSON leaves as it is.
  return { [metadataKey]: toJson({ reason: plain(reason), context: where }) } as AiError.ProviderMetadata
}

const plain = (reason: Reason): unknown => {
  if (reason._tag !== "Truncated") return reason
  const content = reason.partial.content.map((part: Part) => plainPart(part))
  return { ...reason, partial: { ...reason.partial, content } }
}

const httpOf = ({ http }: LlmError): Pick<Details, "http"> =>
  http === undefined ? {} : { http: { response: { status: http.status, headers: {} } } }

export type Method = "generateText" | "streamText" | "embedMany"

/** A failure of Switchyard as one of effect/ai. `metadata` holds the whole of it. */
export const toAiError = (given: LlmError, method: Method): AiError.AiError => {
  // Another copy of core may have made it: ours has the same data, and its methods.
  const error = given instanceof LlmError ? given : LlmError.of(given, {})
  const reason = table[error.reason._tag](error, { metadata: whole(error), ...httpOf(error) })
  return AiError.make({ module: "Switchyard", method, reason: waiting(reason, error.retryAfterMs) })
}

/** effect/ai reads `retryAfter` off any reason, but has the field in one: overloaded servers ask for a wait too. */
const waiting = (reason: AiError.AiErrorReason, ms: number | undefined): AiError.AiErrorReason =>
  ms === undefined || "retryAfter" in reason ? reason : Object.assign(reason, { retryAfter: Duration.millis(ms) })
