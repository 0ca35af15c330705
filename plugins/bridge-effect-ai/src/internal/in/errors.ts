import { isLlmError, LlmError, type Reason, reasonTags, type ReasonTag } from "@switchyard/core"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import { AiError } from "../ai.ts"
import { isObject, metadataKey } from "../marks.ts"

type Tag = AiError.AiErrorReason["_tag"]

/** What a vendor's status says where effect/ai's reason does not. */
const byStatus: Readonly<Record<number, ReasonTag>> = {
  402: "QuotaExhausted",
  404: "ModelNotFound",
  408: "Timeout",
  413: "ContextTooLong",
  503: "Overloaded",
  504: "Overloaded",
  529: "Overloaded",
}

/** Many vendors tell a full context in words only. */
const fullContext = /maximum context length|context (window|length|size)|too many tokens|prompt is too long/i

/** How each reason of effect/ai reads. */
const table: Readonly<Record<Tag, ReasonTag>> = {
  RateLimitError: "RateLimited",
  QuotaExhaustedError: "QuotaExhausted",
  AuthenticationError: "Unauthorized",
  ContentPolicyError: "ContentFiltered",
  InvalidRequestError: "InvalidRequest",
  InvalidResponseError: "InvalidResponse",
  InternalProviderError: "ProviderInternal",
  NetworkError: "Network",
  InvalidOutputError: "InvalidResponse",
  StructuredOutputError: "InvalidResponse",
  UnsupportedSchemaError: "Unsupported",
  UnknownError: "ProviderInternal",
  ToolNotFoundError: "InvalidResponse",
  ToolParameterValidationError: "InvalidResponse",
  InvalidToolResultError: "ToolFailed",
  ToolResultEncodingError: "ToolFailed",
  ToolConfigurationError: "InvalidRequest",
  ToolkitRequiredError: "InvalidRequest",
  InvalidUserInputError: "InvalidRequest",
}

/** The field of the request that is wrong, where the reason is about one. */
const fields: Partial<Readonly<Record<Tag, string>>> = {
  UnsupportedSchemaError: "output.schema",
  ToolConfigurationError: "tools",
  ToolkitRequiredError: "tools",
  InvalidUserInputError: "messages",
}

type Http = { readonly status: number; readonly headers: Readonly<Record<string, unknown>> }

const httpOf = (reason: AiError.AiErrorReason): Http | undefined =>
  "http" in reason ? reason.http?.response : undefined

const tagOf = (reason: AiError.AiErrorReason, status: number | undefined): ReasonTag => {
  const tag = table[reason._tag]
  if (reason._tag === "AuthenticationError" && reason.kind === "InsufficientPermissions") return "Forbidden"
  if (reason._tag === "NetworkError" && reason.reason !== "TransportError") return "InvalidRequest"
  if (tag !== "InvalidRequest" && tag !== "ProviderInternal") return tag
  if (tag === "InvalidRequest" && fullContext.test(reason.message)) return "ContextTooLong"
  if (status === undefined) return tag
  const told = byStatus[status]
  if (told !== undefined) return told
  return reason._tag === "UnknownError" && status >= 400 && status < 500 ? "InvalidRequest" : tag
}

/** Keys that vendors quote back in their messages, whole or shortened. */
const looksLikeKey = /\b(sk|gsk|pk|rk|sess)-[A-Za-z0-9_*.-]{6,}/g

const clean = (text: string): string => {
  const plain = text.replace(looksLikeKey, "[redacted]")
  return plain.length > 600 ? `${plain.slice(0, 600)}…` : plain
}

const waitOf = (error: AiError.AiError, now: number): { readonly retryAfterMs?: number } => {
  if (error.retryAfter !== undefined) return { retryAfterMs: Duration.toMillis(error.retryAfter) }
  const { reason } = error
  if (reason._tag !== "QuotaExhaustedError" || reason.resetAt === undefined) return {}
  return { retryAfterMs: Math.max(0, DateTime.toEpochMillis(reason.resetAt) - now) }
}

/** The system's word for a broken connection, from the causes. */
const codeOf = (reason: AiError.NetworkError): string | undefined => {
  let current: unknown = reason.cause
  for (let depth = 0; depth < 6 && typeof current === "object" && current !== null; depth++) {
    if ("code" in current && typeof current.code === "string") return current.code
    current = "cause" in current ? current.cause : "reason" in current ? current.reason : undefined
  }
  return undefined
}

const more = (tag: ReasonTag, reason: AiError.AiErrorReason): object => {
  switch (tag) {
    case "Network": {
      const code = reason._tag === "NetworkError" ? codeOf(reason) : undefined
      return code === undefined ? {} : { code }
    }
    case "InvalidRequest": {
      const field = reason._tag === "InvalidRequestError" ? reason.parameter : fields[reason._tag]
      return field === undefined ? {} : { field }
    }
    case "Unsupported":
      return { feature: fields[reason._tag] ?? "request" }
    case "ToolFailed":
      return { tool: "toolName" in reason ? reason.toolName : "" }
    // How long was waited is not told.
    case "Timeout":
      return { phase: "total", ms: 0 }
    default:
      return {}
  }
}

const requestIdOf = (http: Http | undefined): { readonly requestId?: string } => {
  const id = http?.headers["x-request-id"] ?? http?.headers["request-id"]
  return typeof id === "string" ? { requestId: clean(id) } : {}
}

/** A failure of effect/ai as one of Switchyard. `now`: ms since 1970. */
export const toLlmError = (error: AiError.AiError, now: number): LlmError => {
  const { reason } = error
  const own = ownFailure(reason)
  if (own !== undefined) return own
  const http = httpOf(reason)
  const tag = tagOf(reason, http?.status)
  const made = {
    _tag: tag,
    message: clean(reason.message),
    ...(http === undefined ? {} : { http: { status: http.status } }),
    ...waitOf(error, now),
    ...more(tag, reason),
  }
  // `more` gives each reason the fields that are its own.
  return LlmError.make(made as Reason, requestIdOf(http))
}

/** A failure that was Switchyard's before it was effect/ai's is itself again. Where it happened, this call knows better. */
const ownFailure = (reason: AiError.AiErrorReason): LlmError | undefined => {
  if (reason._tag === "NetworkError") {
    if (!isLlmError(reason.cause)) return undefined
    const { requestId } = reason.cause.context
    return LlmError.make(reason.cause.reason, requestId === undefined ? {} : { requestId })
  }
  const told = "metadata" in reason ? reason.metadata[metadataKey] : undefined
  if (!isObject(told) || !isReason(told["reason"])) return undefined
  const context = isObject(told["context"]) ? told["context"] : {}
  const { requestId } = context
  return LlmError.make(told["reason"], typeof requestId === "string" ? { requestId } : {})
}

const isReason = (value: unknown): value is Reason =>
  isObject(value) && reasonTags.some((tag) => tag === value["_tag"]) && typeof value["message"] === "string"

/** A model that was given to the bridge died: its author's mistake, told with the name that it was given under. */
export const fromDefect = (id: string, model: string, defect: unknown): LlmError => {
  const said = defect instanceof Error ? `${defect.name}: ${defect.message}` : typeof defect === "string" ? defect : ""
  const message = `the model "${model}" given to effectAi() as a model of "${id}" died${said === "" ? "" : `: ${clean(said)}`}`
  return LlmError.make({ _tag: "ProviderInternal", message })
}

/** An error that came as a part of a stream. */
export const fromErrorPart = (error: unknown, now: number): LlmError => {
  if (AiError.isAiError(error)) return toLlmError(error, now)
  const message = error instanceof Error ? error.message : typeof error === "string" ? error : "no reason was given"
  return LlmError.make({ _tag: "ProviderInternal", message: clean(`the model failed: ${message}`) })
}
