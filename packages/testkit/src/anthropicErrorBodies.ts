import { type ErrorBody, type ErrorName, page } from "./errorBodies.ts"

const anthropic = (status: number, type: string, message: string): ErrorBody => ({
  status,
  body: { type: "error", error: { type, message } },
})

const overloaded = anthropic(529, "overloaded_error", "Overloaded")

/**
 * Anthropic's documented errors under the names that all wires share, in the order in which a bare `status` picks the
 * first that fits. The upstream adds the `request_id`. Source: Anthropic's API reference, "Errors".
 */
export const anthropicErrorBodies: Readonly<Record<ErrorName, ErrorBody>> = {
  invalid_request: anthropic(400, "invalid_request_error", "max_tokens: Input should be greater than or equal to 0"),
  context_length_exceeded: anthropic(
    400,
    "invalid_request_error",
    "prompt is too long: 208310 tokens > 200000 maximum",
  ),
  content_filter: anthropic(400, "invalid_request_error", "Output blocked by content filtering policy"),
  invalid_api_key: anthropic(401, "authentication_error", "invalid x-api-key"),
  insufficient_quota: anthropic(
    402,
    "billing_error",
    "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
  ),
  forbidden: anthropic(403, "permission_error", "Your API key does not have permission to use the specified resource."),
  model_not_found: anthropic(404, "not_found_error", "model: missing-model"),
  request_too_large: anthropic(413, "request_too_large", "Request exceeds the maximum size"),
  rate_limit_exceeded: anthropic(
    429,
    "rate_limit_error",
    "This request would exceed your organization's rate limit of 50 requests per minute.",
  ),
  server_error: anthropic(500, "api_error", "Internal server error"),
  bad_gateway: page(502, "Bad Gateway"),
  gateway_timeout: anthropic(504, "timeout_error", "Request timed out"),
  overloaded,
  overloaded_error: overloaded,
}

/** A status that is not documented: the envelope with a message. */
export const undocumentedAnthropicError = (status: number): ErrorBody =>
  anthropic(
    status,
    status < 500 ? "invalid_request_error" : "api_error",
    `The upstream answered with status ${status}.`,
  )
