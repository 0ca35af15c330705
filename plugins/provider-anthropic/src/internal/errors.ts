import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from "@anthropic-ai/sdk"
import { isLlmError, LlmError, type Reason, type ReasonTag } from "@switchyard/core"
import { httpReason, network, object, plainBody, retryAfter, string, tagOfStatus } from "@switchyard/transport/provider"

/** How the vendor's error types read, whatever the status; errors inside a stream have none. */
const byType: Readonly<Record<string, ReasonTag>> = {
  authentication_error: "Unauthorized",
  billing_error: "QuotaExhausted",
  permission_error: "Forbidden",
  not_found_error: "ModelNotFound",
  request_too_large: "ContextTooLong",
  rate_limit_error: "RateLimited",
  timeout_error: "Overloaded",
  api_error: "ProviderInternal",
  overloaded_error: "Overloaded",
}

/** `details.error_code`, where the type is too coarse. */
const byCode: Readonly<Record<string, ReasonTag>> = {
  contract_spend_limit_reached: "QuotaExhausted",
  enforced_spend_limit_reached: "QuotaExhausted",
  linked_organization_billing_unavailable: "QuotaExhausted",
  linked_organization_spend_limit_reached: "QuotaExhausted",
  organization_on_hold: "Forbidden",
  request_body_too_large_after_decoding: "ContextTooLong",
  compaction_unavailable: "Overloaded",
}

// The API has one type for all bad requests: only its words tell these apart.
const byText: ReadonlyArray<readonly [RegExp, ReasonTag]> = [
  [/prompt is too long|context (window|limit|length)|input length and `?max_tokens`? exceed/i, "ContextTooLong"],
  [/content filtering policy|content policy/i, "ContentFiltered"],
  [/credit balance|spend limit|api usage limits/i, "QuotaExhausted"],
]

interface Failure {
  readonly status?: number
  readonly error: unknown
  readonly retryAfterMs?: number
}

const tagOf = (status: number | undefined, type: string | undefined, code: string | undefined, message: string) => {
  const exact = (code === undefined ? undefined : byCode[code]) ?? (type === undefined ? undefined : byType[type])
  if (exact !== undefined) return exact
  const told = status === undefined || status === 400 ? byText.find(([words]) => words.test(message))?.[1] : undefined
  if (told !== undefined) return told
  if (status === undefined) return type === "invalid_request_error" ? "InvalidRequest" : "ProviderInternal"
  return tagOfStatus(status)
}

/** The field that a refusal begins with: `messages.0.content: Field required`. */
const fieldOf = (message: string): string | undefined => /^([a-z_]+(?:\.[\w-]+)*): /i.exec(message)?.[1]

const reasonOf = ({ status, error, retryAfterMs }: Failure, fallback: string): Reason => {
  const body = object(error)
  const type = string(body["type"])
  const code = string(object(body["details"])["error_code"])
  const words = string(body["message"]) ?? fallback
  const told = { message: words, status, code, type, field: fieldOf(words), retryAfterMs }
  return httpReason(tagOf(status, type, code, words), told)
}

/** The failure that an error object in a 200, or an `error` event, tells of. */
export const inBand = (error: unknown): Reason =>
  reasonOf({ error }, string(error) ?? "the provider reported an error in its answer")

/** Whatever the official client throws. `now` is ms since the epoch, for times of day in headers. */
export const fromClient = (error: unknown, now: number): LlmError => {
  if (isLlmError(error)) return error
  if (error instanceof APIConnectionTimeoutError) {
    return LlmError.make({ _tag: "Timeout", phase: "connect", ms: 0, message: "the server did not answer in time" })
  }
  if (error instanceof APIConnectionError) return network(error.cause ?? error)
  if (error instanceof APIError && !(error instanceof APIUserAbortError) && typeof error.status === "number") {
    const { status, headers } = error
    const body: unknown = error.error
    const wait = headers === undefined ? undefined : waitOf(headers, now)
    const failure: Failure = {
      status,
      error: object(body)["error"],
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
    }
    const requestId = error.requestID ?? undefined
    const reason = reasonOf(failure, plainBody(string(body) ?? error.message))
    return LlmError.make(reason, requestId === undefined ? {} : { requestId })
  }
  return network(error)
}

/** What goes wrong before anything is sent. What is not the request's fault is a defect. */
export const fromTranslation = (error: unknown): LlmError => {
  const known = fromSerialising(error)
  if (isLlmError(known)) return known
  throw known
}

/** The stack ends where a schema or a tool's output is nested thousands of levels deep: before anything was sent. */
export const fromSerialising = (error: unknown): unknown =>
  error instanceof RangeError
    ? LlmError.make({ _tag: "InvalidRequest", message: "the request is nested too deeply to be sent" })
    : error

const limits = ["requests", "tokens", "input-tokens", "output-tokens"] as const

/** `retry-after`, else the latest reset (RFC 3339) of the limits that are spent. Source: "Rate limits". */
const waitOf = (headers: Headers, now: number): number | undefined => {
  const asked = retryAfter(headers, now)
  if (asked !== undefined) return asked
  const waits = limits
    .filter((kind) => headers.get(`anthropic-ratelimit-${kind}-remaining`) === "0")
    .map((kind) => Date.parse(headers.get(`anthropic-ratelimit-${kind}-reset`) ?? "") - now)
    .filter(Number.isFinite)
  return waits.length === 0 ? undefined : Math.max(0, ...waits)
}
