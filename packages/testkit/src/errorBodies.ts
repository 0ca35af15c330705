/** Names of the documented errors, after the `code` or `type` on the wire. */
export type ErrorName =
  | "invalid_request"
  | "context_length_exceeded"
  | "content_filter"
  | "invalid_api_key"
  | "forbidden"
  | "model_not_found"
  | "request_too_large"
  | "rate_limit_exceeded"
  | "insufficient_quota"
  | "server_error"
  | "bad_gateway"
  | "overloaded"
  | "gateway_timeout"
  | "overloaded_error"

/** The `error` object of a JSON error body. The Anthropic wire has neither `param` nor `code`. */
export interface WireError {
  readonly message: string
  readonly type: string | null
  readonly param?: string | null
  readonly code?: string | null
}

/** A JSON error body. Some vendors add members beside or inside `error`. */
export interface ErrorEnvelope extends Readonly<Record<string, unknown>> {
  readonly error: WireError & Readonly<Record<string, unknown>>
}

/** One documented error: HTTP status, and the body: an object for JSON, a string for an HTML page. */
export interface ErrorBody {
  readonly status: number
  readonly body: ErrorEnvelope | string
}

const openai = (
  status: number,
  message: string,
  type: string | null,
  code: string | null,
  param: string | null = null,
): ErrorBody => ({ status, body: { error: { message, type, param, code } } })

/** The page that a proxy in front of a vendor answers with. */
export const page = (status: number, title: string): ErrorBody => ({
  status,
  body: `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
})

/** Azure's prompt filter: the same envelope, with an `innererror` that says which category fired. */
const contentFilter: ErrorBody = {
  status: 400,
  body: {
    error: {
      message:
        "The response was filtered due to the prompt triggering the content management policy. Please modify your prompt and retry.",
      type: null,
      param: "prompt",
      code: "content_filter",
      status: 400,
      innererror: {
        code: "ResponsibleAIPolicyViolation",
        content_filter_result: {
          hate: { filtered: false, severity: "safe" },
          self_harm: { filtered: false, severity: "safe" },
          sexual: { filtered: false, severity: "safe" },
          violence: { filtered: true, severity: "medium" },
        },
      },
    },
  },
}

/** 529 belongs to Anthropic, whose envelope differs: it has a `type` outside and no code inside. */
const overloadedError: ErrorBody = {
  status: 529,
  body: { type: "error", error: { type: "overloaded_error", message: "Overloaded", param: null, code: null } },
}

/** OpenAI's documented errors by name, in the order in which a bare `status` picks the first that fits. */
export const errorBodies: Readonly<Record<ErrorName, ErrorBody>> = {
  invalid_request: openai(
    400,
    "Invalid value for 'temperature': must be at most 2.",
    "invalid_request_error",
    null,
    "temperature",
  ),
  context_length_exceeded: openai(
    400,
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. Please reduce the length of the messages.",
    "invalid_request_error",
    "context_length_exceeded",
    "messages",
  ),
  content_filter: contentFilter,
  invalid_api_key: openai(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
  forbidden: openai(
    403,
    "Country, region, or territory not supported",
    "request_forbidden",
    "unsupported_country_region_territory",
  ),
  model_not_found: openai(
    404,
    "The model `missing-model` does not exist or you do not have access to it.",
    "invalid_request_error",
    "model_not_found",
  ),
  request_too_large: openai(
    413,
    "Maximum content size limit (26214400) exceeded (26214401 bytes read)",
    "server_error",
    null,
  ),
  rate_limit_exceeded: openai(
    429,
    "Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.",
    "requests",
    "rate_limit_exceeded",
  ),
  insufficient_quota: openai(
    429,
    "You exceeded your current quota, please check your plan and billing details.",
    "insufficient_quota",
    "insufficient_quota",
  ),
  server_error: openai(
    500,
    "The server had an error while processing your request. Sorry about that!",
    "server_error",
    null,
  ),
  bad_gateway: page(502, "Bad Gateway"),
  overloaded: openai(503, "The engine is currently overloaded, please try again later", "server_error", "overloaded"),
  gateway_timeout: page(504, "Gateway Time-out"),
  overloaded_error: overloadedError,
}

/** OpenAI's answer to a status that it does not document: the envelope with a message and no code. */
export const undocumentedError = (status: number): ErrorBody =>
  openai(
    status,
    `The upstream answered with status ${status}.`,
    status < 500 ? "invalid_request_error" : "server_error",
    null,
  )
