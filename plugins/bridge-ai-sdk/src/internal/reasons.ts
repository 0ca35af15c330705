import type { Reason, ReasonTag } from "@switchyard/core"
import { isObject } from "./plain.ts"

/** How each HTTP status reads when the vendor's code says nothing more exact. */
const byStatus: Readonly<Record<number, ReasonTag>> = {
  400: "InvalidRequest",
  401: "Unauthorized",
  402: "QuotaExhausted",
  403: "Forbidden",
  404: "ModelNotFound",
  408: "Timeout",
  409: "ProviderInternal",
  413: "ContextTooLong",
  422: "InvalidRequest",
  429: "RateLimited",
  500: "ProviderInternal",
  502: "ProviderInternal",
  503: "Overloaded",
  504: "Overloaded",
  529: "Overloaded",
}

/** Codes and types, whatever the status. Sources: the error guides of OpenAI, Anthropic, Google and Amazon Bedrock. */
const byCode: Readonly<Record<string, ReasonTag>> = {
  context_length_exceeded: "ContextTooLong",
  string_above_max_length: "ContextTooLong",
  request_too_large: "ContextTooLong",
  content_filter: "ContentFiltered",
  content_policy_violation: "ContentFiltered",
  insufficient_quota: "QuotaExhausted",
  billing_hard_limit_reached: "QuotaExhausted",
  billing_error: "QuotaExhausted",
  rate_limit_exceeded: "RateLimited",
  rate_limit_error: "RateLimited",
  RESOURCE_EXHAUSTED: "RateLimited",
  ThrottlingException: "RateLimited",
  invalid_api_key: "Unauthorized",
  authentication_error: "Unauthorized",
  UNAUTHENTICATED: "Unauthorized",
  permission_error: "Forbidden",
  PERMISSION_DENIED: "Forbidden",
  AccessDeniedException: "Forbidden",
  unsupported_country_region_territory: "Forbidden",
  model_not_found: "ModelNotFound",
  not_found_error: "ModelNotFound",
  NOT_FOUND: "ModelNotFound",
  ResourceNotFoundException: "ModelNotFound",
  server_error: "ProviderInternal",
  internal_server_error: "ProviderInternal",
  api_error: "ProviderInternal",
  INTERNAL: "ProviderInternal",
  InternalServerException: "ProviderInternal",
  overloaded: "Overloaded",
  overloaded_error: "Overloaded",
  server_overloaded: "Overloaded",
  UNAVAILABLE: "Overloaded",
  ServiceUnavailableException: "Overloaded",
  ModelNotReadyException: "Overloaded",
  DEADLINE_EXCEEDED: "Overloaded",
  invalid_request_error: "InvalidRequest",
  INVALID_ARGUMENT: "InvalidRequest",
  ValidationException: "InvalidRequest",
}

// Many servers say it in words only.
const byText: ReadonlyArray<readonly [RegExp, ReasonTag]> = [
  [/maximum context length|context (window|length|size)|too many tokens|prompt is too long/i, "ContextTooLong"],
  [/content (management )?policy|content filter/i, "ContentFiltered"],
  [/exceeded your current quota|insufficient (funds|balance|quota)|credit balance is too low/i, "QuotaExhausted"],
]

/** A failure in the vendor's words. */
export interface Told {
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly param?: string | undefined
  readonly message?: string | undefined
  readonly retryAfterMs?: number | undefined
}

const tagOf = ({ status, code, type, message = "" }: Told): ReasonTag => {
  // A quota has the status of a rate limit, and a full context that of any bad request: an exact code decides. Its type
  // may be no more than "server_error": that says less than a status.
  const exactCode = code === undefined ? undefined : byCode[code]
  if (exactCode !== undefined && exactCode !== "InvalidRequest") return exactCode
  const named = type === undefined ? exactCode : byCode[type]
  if (named !== undefined && named !== "InvalidRequest" && (named !== "ProviderInternal" || status === undefined))
    return named
  const exact = status === undefined || status === 400 || status === 413 || status === 429
  const told = exact ? byText.find(([words]) => words.test(message))?.[1] : undefined
  if (told !== undefined) return told
  if (status !== undefined) return byStatus[status] ?? (status >= 500 ? "ProviderInternal" : "InvalidRequest")
  return named ?? "ProviderInternal"
}

const unexplained = "the provider reported an error and did not explain it"

const shortened = (message: string | undefined): string => {
  const text = message?.trim() ?? ""
  if (text === "") return unexplained
  if (/<html|<!doctype/i.test(text))
    return "the server answered with a page of HTML instead of JSON: check the base URL"
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

/** A failure in the vendor's words as one of ours. */
export const reasonOf = (told: Told): Reason => {
  const { status, code, type, param, retryAfterMs } = told
  const tag = tagOf(told)
  const message = shortened(told.message)
  const named = { ...(code === undefined ? {} : { code }), ...(type === undefined ? {} : { type }) }
  const fields = {
    message: status === undefined ? message : `${message} (HTTP ${status})`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(status === undefined ? {} : { http: { status, ...named } }),
  }
  switch (tag) {
    case "InvalidRequest":
      return { _tag: tag, ...fields, ...(param === undefined ? {} : { field: param }) }
    case "Timeout":
      return { _tag: tag, ...fields, phase: "total", ms: 0 }
    case "ContextTooLong":
    case "ContentFiltered":
    case "QuotaExhausted":
    case "RateLimited":
    case "Unauthorized":
    case "Forbidden":
    case "ModelNotFound":
    case "Overloaded":
      return { _tag: tag, ...fields }
    default:
      return { _tag: "ProviderInternal", ...fields }
  }
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)

/** What the error object of any vendor says; `undefined` when it is none. Google has its word in `status`, Bedrock in `__type`. */
export const toldBy = (body: unknown): Told | undefined => {
  if (typeof body === "string") return { message: body }
  if (!isObject(body)) return undefined
  const inner = body["error"]
  const { code, type, status, param, message, __type, detail } = isObject(inner) ? inner : body
  const words = text(message) ?? text(inner) ?? text(detail)
  const vendorCode = text(code) ?? text(status) ?? text(__type)
  const named = text(type)
  if (words === undefined && vendorCode === undefined && !isObject(inner)) return undefined
  return { message: words, code: vendorCode, type: named === "error" ? undefined : named, param: text(param) }
}
