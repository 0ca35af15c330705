import {
  AISDKError,
  APICallError,
  EmptyResponseBodyError,
  InvalidArgumentError,
  InvalidPromptError,
  InvalidResponseDataError,
  JSONParseError,
  LoadAPIKeyError,
  LoadSettingError,
  NoContentGeneratedError,
  NoSuchModelError,
  NoSuchProviderReferenceError,
  TooManyEmbeddingValuesForCallError,
  TypeValidationError,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider"
import { type ErrorContext, isLlmError, LlmError, type Reason } from "@switchyard/core"
import { isFailure } from "./failure.ts"
import { isObject } from "./plain.ts"
import { reasonOf, type Told, toldBy } from "./reasons.ts"
import { retryAfterMs } from "./retryAfter.ts"

const notInForm = "the answer is not in the form that the model's AI SDK package expects"

/**
 * What each error of the AI SDK is. Their markers are the same in every version of the specification. Messages that may
 * quote the request or the answer are replaced by our own.
 */
const table: ReadonlyArray<{
  readonly is: { readonly isInstance: (error: unknown) => boolean }
  readonly reason: (error: AISDKError) => Reason
}> = [
  { is: LoadAPIKeyError, reason: ({ message }) => ({ _tag: "Unauthorized", message }) },
  { is: LoadSettingError, reason: ({ message }) => ({ _tag: "InvalidRequest", field: "options", message }) },
  { is: NoSuchModelError, reason: ({ message }) => ({ _tag: "ModelNotFound", message }) },
  {
    is: NoSuchProviderReferenceError,
    reason: () => ({ _tag: "InvalidRequest", field: "messages", message: "a file was uploaded to another provider" }),
  },
  {
    is: UnsupportedFunctionalityError,
    reason: (error) => ({ _tag: "Unsupported", feature: featureOf(error), message: error.message }),
  },
  { is: EmptyResponseBodyError, reason: () => ({ _tag: "EmptyResponse", message: "the answer has no body" }) },
  { is: NoContentGeneratedError, reason: () => ({ _tag: "EmptyResponse", message: "the model gave no content" }) },
  { is: JSONParseError, reason: () => ({ _tag: "InvalidResponse", message: `${notInForm}: it is not JSON` }) },
  { is: TypeValidationError, reason: () => ({ _tag: "InvalidResponse", message: notInForm }) },
  { is: InvalidResponseDataError, reason: () => ({ _tag: "InvalidResponse", message: notInForm }) },
  {
    is: TooManyEmbeddingValuesForCallError,
    reason: ({ message }) => ({ _tag: "InvalidRequest", field: "inputs", message }),
  },
  {
    is: InvalidPromptError,
    reason: () => ({ _tag: "InvalidRequest", field: "messages", message: "the model's package refused the messages" }),
  },
  { is: InvalidArgumentError, reason: ({ message }) => ({ _tag: "InvalidRequest", message }) },
]

const featureOf = (error: unknown): string =>
  isObject(error) && typeof error["functionality"] === "string" ? error["functionality"] : "the request"

/** Does the error only say that the stream ended before its finish? Then the answer is cut, and the kernel says so. */
export const saysCut = (error: unknown): boolean =>
  InvalidResponseDataError.isInstance(error) && /\bended (without|before)\b/i.test(error.message)

/** Whatever a model of the AI SDK throws, or sends as an `error` part. `now` is ms since the epoch. */
export const fromAiSdk = (error: unknown, now: number): LlmError => {
  if (isLlmError(error)) return LlmError.of(error, {})
  if (APICallError.isInstance(error)) return fromCall(error, now)
  const told = TypeValidationError.isInstance(error) ? errorWithin(error.value) : undefined
  if (told !== undefined) return LlmError.make(reasonOf(told))
  if (AISDKError.isInstance(error)) {
    const known = table.find(({ is }) => is.isInstance(error))
    if (known !== undefined) return LlmError.make(known.reason(error))
  }
  if (error instanceof Error) return below(error)
  return LlmError.make(reasonOf(toldBy(error) ?? {}))
}

/** An error object where an answer was expected: the vendor's own words count. */
const errorWithin = (value: unknown): Told | undefined => {
  if (!isObject(value)) return undefined
  const tells = value["type"] === "error" || (value["error"] !== undefined && value["error"] !== null)
  return tells ? toldBy(value) : undefined
}

/** The failure that a whole answer's raw body tells of, if it does: of the answer, or as aggregators say it of a choice. */
export const inBand = (body: unknown): LlmError | undefined => {
  if (!isObject(body)) return undefined
  const { choices } = body
  const holder = isObject(body["error"])
    ? body
    : Array.isArray(choices) && isObject(choices[0])
      ? choices[0]
      : undefined
  if (holder === undefined || !isObject(holder["error"])) return undefined
  return LlmError.make(reasonOf(toldBy(holder) ?? {}))
}

const fromCall = (error: APICallError, now: number): LlmError => {
  const { statusCode: status, responseHeaders: headers, responseBody, cause } = error
  const context = contextOf(headers)
  // Another Switchyard behind the model says exactly what happened.
  if (isFailure(cause)) return LlmError.make(behind(cause.reason), context)
  if (status === undefined) return connection(error, context)
  const body = parsed(responseBody) ?? error.data
  if (status < 400) return inSuccess(error, body, context)
  const told = toldBy(body) ?? { message: responseBody === undefined ? error.message : responseBody }
  return LlmError.make(reasonOf({ ...told, status, retryAfterMs: retryAfterMs(headers, now) }), context)
}

/** What cut an answer is told of the answer that was cut: the kernel makes it anew, with what has come through the bridge. */
const behind = (reason: Reason): Reason => (reason._tag === "Truncated" ? (reason.because ?? reason) : reason)

/** The status says that all is well, and something was not. */
const inSuccess = (error: APICallError, body: unknown, context: ErrorContext): LlmError => {
  const told = errorWithin(body)
  if (told !== undefined) return LlmError.make(reasonOf(told), context)
  if (codeOf(error.cause) !== undefined) return below(error.cause, context)
  const { cause, statusCode: status = 200 } = error
  const known = table.find(({ is }) => is.isInstance(cause))
  if (known !== undefined && AISDKError.isInstance(cause)) {
    return LlmError.make({ ...known.reason(cause), http: { status } }, context)
  }
  if (cause instanceof TypeError) return below(cause, context)
  return LlmError.make({ _tag: "InvalidResponse", message: notInForm, http: { status } }, context)
}

/** Longer bodies are not read for an explanation. */
const longestBody = 100_000

const parsed = (body: string | undefined): unknown => {
  if (body === undefined || body.length > longestBody) return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const contextOf = (headers: Readonly<Record<string, string>> | undefined): ErrorContext => {
  const requestId = headers?.["x-request-id"] ?? headers?.["request-id"] ?? headers?.["x-amzn-requestid"]
  return requestId === undefined ? {} : { requestId }
}

const codes: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens at that address (connection refused)",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "the host name does not exist",
  EAI_AGAIN: "the host name could not be looked up",
  EPIPE: "the connection was closed",
  ETIMEDOUT: "the connection timed out",
  UND_ERR_SOCKET: "the connection was closed",
}

const waits: Readonly<Record<string, "connect" | "first-content" | "idle">> = {
  UND_ERR_CONNECT_TIMEOUT: "connect",
  UND_ERR_HEADERS_TIMEOUT: "first-content",
  UND_ERR_BODY_TIMEOUT: "idle",
}

/** The packages' own word for a request that never was answered. */
const connection = (error: APICallError, context: ErrorContext): LlmError => {
  const failure = below(error.cause ?? error, context)
  if (failure.reason._tag !== "ProviderInternal") return failure
  return LlmError.make({ _tag: "Network", message: error.message.slice(0, 200) }, context)
}

/** A failure below HTTP, or of the package itself. Nothing of the request is repeated. */
const below = (error: unknown, context: ErrorContext = {}): LlmError => {
  const code = codeOf(error)
  const phase = code === undefined ? undefined : waits[code]
  if (phase !== undefined) {
    return LlmError.make({ _tag: "Timeout", phase, ms: 0, message: "the server stopped answering" }, context)
  }
  if (code !== undefined) {
    return LlmError.make({ _tag: "Network", code, message: codes[code] ?? `the connection failed (${code})` }, context)
  }
  if (error instanceof TypeError && /header/i.test(error.message)) {
    // The platform repeats the header's value, which may be a key.
    const message = "a header of the request cannot be sent: it holds characters that headers may not have"
    return LlmError.make({ _tag: "InvalidRequest", field: "headers", message }, context)
  }
  if (error instanceof TypeError && /fetch|terminated|network|socket/i.test(error.message)) {
    return LlmError.make({ _tag: "Network", message: "the connection failed" }, context)
  }
  const told = error instanceof Error ? `${error.name}: ${error.message.slice(0, 200)}` : typeof error
  return LlmError.make({ _tag: "ProviderInternal", message: `the model's AI SDK package failed with ${told}` }, context)
}

const codeOf = (error: unknown): string | undefined => {
  let current: unknown = error
  for (let depth = 0; depth < 6 && current instanceof Error; depth++) {
    // Codes of the operating system and of undici; ERR_… are mistakes in a program.
    if ("code" in current && typeof current.code === "string" && /^(?!ERR_)[A-Z][A-Z0-9_]+$/.test(current.code))
      return current.code
    current = current.cause
  }
  return undefined
}
