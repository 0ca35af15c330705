import { isLlmError, LlmError, type Reason, type ReasonTag } from "@switchyard/core"
import { APIConnectionError, APIConnectionTimeoutError, APIError } from "openai"
import {
  httpReason,
  isWire,
  network,
  object,
  plainBody,
  retryAfter,
  string,
  tagOfStatus,
} from "@switchyard/transport/provider"

/** How the vendor's own codes and types read, whatever the status; in-band errors have no status. */
const byCode: Readonly<Record<string, ReasonTag>> = {
  context_length_exceeded: "ContextTooLong",
  string_above_max_length: "ContextTooLong",
  content_filter: "ContentFiltered",
  content_policy_violation: "ContentFiltered",
  insufficient_quota: "QuotaExhausted",
  billing_hard_limit_reached: "QuotaExhausted",
  rate_limit_exceeded: "RateLimited",
  invalid_api_key: "Unauthorized",
  model_not_found: "ModelNotFound",
  unsupported_country_region_territory: "Forbidden",
  server_error: "ProviderInternal",
  internal_server_error: "ProviderInternal",
  overloaded: "Overloaded",
  overloaded_error: "Overloaded",
  server_overloaded: "Overloaded",
  invalid_request_error: "InvalidRequest",
}

// Servers that speak OpenAI's wire often say it in words only.
const byText: ReadonlyArray<readonly [RegExp, ReasonTag]> = [
  [/maximum context length|context (window|length|size)|too many tokens|prompt is too long/i, "ContextTooLong"],
  [/content (management )?policy|content filter/i, "ContentFiltered"],
  [/exceeded your current quota|insufficient (funds|balance|quota)/i, "QuotaExhausted"],
  [/rate.?limit|too many requests/i, "RateLimited"],
]

export interface Failure {
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly param?: string | undefined
  readonly message: string
  readonly retryAfterMs?: number | undefined
}

const tagOf = ({ status, code, type, message }: Failure): ReasonTag => {
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
  if (status !== undefined) return tagOfStatus(status)
  return named ?? "ProviderInternal"
}

/** A failure in the vendor's words as one of ours. */
export const reasonOf = ({ param, ...told }: Failure): Reason => httpReason(tagOf(told), { ...told, field: param })

/** The failure that an error object in an answer or a stream tells of. */
export const inBand = (error: unknown): Reason => {
  const { code, type, param, message } = object(error)
  return reasonOf({
    code: string(code),
    type: string(type),
    param: string(param),
    message: string(message) ?? string(error) ?? "the provider reported an error in its answer",
  })
}

/** Servers tell of an error as an object, or in one string. `null` and `""` are none. */
export const isTold = (error: unknown): boolean => isWire(error) || (typeof error === "string" && error !== "")

/** Why a request cannot be written: its own fault, and no other provider would fare better; `undefined` for a bug of ours. */
export const untranslatable = (error: unknown): LlmError | undefined => {
  if (isLlmError(error)) return error
  const deep = error instanceof RangeError
  // What `JSON.stringify` says of objects that contain themselves, and of bigints.
  if (!deep && !(error instanceof TypeError && /circular structure|BigInt/.test(error.message))) return undefined
  const why = deep
    ? "it is nested too deeply or is too long; make its schemas and messages flatter"
    : "it holds a value that JSON does not have, such as a bigint or an object that contains itself"
  return LlmError.make({ _tag: "InvalidRequest", message: `the request cannot be written as JSON: ${why}` })
}

/** Whatever the official client throws. `now` is ms since the epoch, for dates in `retry-after`. */
export const fromClient = (error: unknown, now: number): LlmError => {
  if (isLlmError(error)) return error
  if (error instanceof APIConnectionTimeoutError) {
    return LlmError.make({ _tag: "Timeout", phase: "connect", ms: 0, message: "the server did not answer in time" })
  }
  if (error instanceof APIConnectionError) return network(error.cause ?? error)
  if (error instanceof APIError && typeof error.status === "number") {
    const { status, headers } = error
    const { message } = object(error.error)
    const html = string(error.error) ?? ""
    const requestId = error.requestID ?? undefined
    const reason = reasonOf({
      status,
      code: string(error.code),
      type: string(error.type),
      param: string(error.param),
      message: string(message) ?? (html === "" ? plainBody(error.message) : plainBody(html)),
      retryAfterMs: retryAfterMs(headers, now),
    })
    return LlmError.make(reason, requestId === undefined ? {} : { requestId })
  }
  return network(error)
}

/** What the headers ask us to wait, in ms: the standard ones, then OpenAI's resets. */
export const retryAfterMs = (headers: Headers | undefined, now: number): number | undefined => {
  if (headers === undefined) return undefined
  const standard = retryAfter(headers, now)
  if (standard !== undefined) return standard
  const resets = ["requests", "tokens"].filter((kind) => headers.get(`x-ratelimit-remaining-${kind}`) === "0")
  const waits = resets
    .map((kind) => durationMs(headers.get(`x-ratelimit-reset-${kind}`)))
    .filter((wait) => wait !== undefined)
  return waits.length === 0 ? undefined : Math.max(...waits)
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/** `1h2m3.5s` or `20ms`, as OpenAI writes resets. */
const durationMs = (text: string | null): number | undefined => {
  if (text === null || !/^(\d+(\.\d+)?(ms|h|m|s))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g))
    total += Number(amount) * (units[unit ?? ""] ?? 0)
  return total
}
