import { TransportError } from "../TransportError.ts"

const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed while the request was being sent",
  ENOTFOUND: "the host name was not found",
  EAI_AGAIN: "the host name could not be looked up for now",
  ETIMEDOUT: "the connection timed out",
  UND_ERR_CONNECT_TIMEOUT: "connecting timed out",
  UND_ERR_HEADERS_TIMEOUT: "waiting for the response headers timed out",
  UND_ERR_BODY_TIMEOUT: "waiting for more of the response body timed out",
  UND_ERR_SOCKET: "the other side closed the connection",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the response body ended before its content-length",
  UND_ERR_HEADERS_OVERFLOW: "the response headers are too large",
  UND_ERR_CLOSED: "the transport is closed",
  UND_ERR_DESTROYED: "the transport is closed",
  Z_BUF_ERROR: "the compressed response body ended early",
}

/** A parser error carries the bytes it stumbled over: only its code may travel further. */
const isParserError = (error: unknown): boolean => error instanceof Error && error.name === "HTTPParserError"

/** The `code` of a system, undici or zlib error; `UNKNOWN` when it has none. */
const codeOf = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? error.code : undefined
  if (typeof code === "string") return code
  return isParserError(error) ? "HPE_INVALID_RESPONSE" : "UNKNOWN"
}

const meaningOf = (code: string, error: unknown): string => {
  const meaning = meanings[code]
  if (meaning !== undefined) return meaning
  if (isParserError(error)) return "the response is not valid HTTP"
  if (code.startsWith("Z_")) return "the compressed response body is damaged"
  return error instanceof Error ? error.message : "the request failed"
}

/** What undici, the socket or zlib reported, as a `TransportError` for a request to `origin`. */
export const transportFailure = (error: unknown, origin: string): TransportError => {
  if (error instanceof TransportError) return error
  const code = codeOf(error)
  const cause = isParserError(error) ? Object.assign(new Error("HTTP parser error"), { code }) : error
  return new TransportError(code, `${origin}: ${meaningOf(code, error)} (${code})`, { cause })
}
