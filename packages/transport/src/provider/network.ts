import { LlmError } from "@switchyard/core"

const codes: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens at that address (connection refused)",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "the host name does not exist",
  EAI_AGAIN: "the host name could not be looked up",
  EPIPE: "the connection was closed",
  ETIMEDOUT: "the connection timed out",
  UND_ERR_SOCKET: "the connection was closed",
  UND_ERR_ABORTED: "the request was aborted",
}

/** A failure below HTTP. Its causes are searched for a code; nothing of the request is repeated. */
export const network = (error: unknown): LlmError => {
  const code = codeOf(error)
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT" || code === "UND_ERR_CONNECT_TIMEOUT") {
    const phase =
      code === "UND_ERR_BODY_TIMEOUT" ? "idle" : code === "UND_ERR_CONNECT_TIMEOUT" ? "connect" : "first-content"
    return LlmError.make({ _tag: "Timeout", phase, ms: 0, message: "the server stopped answering" })
  }
  if (code === undefined && error instanceof TypeError && /header/i.test(error.message)) {
    // The platform repeats the header's value, which may be a key.
    const message = "a header of the request cannot be sent: it holds characters that headers may not have"
    return LlmError.make({ _tag: "InvalidRequest", field: "headers", message })
  }
  const known = code === undefined ? undefined : codes[code]
  const message = known ?? (error instanceof Error ? error.message : "the connection failed")
  return LlmError.make({ _tag: "Network", message, ...(code === undefined ? {} : { code }) })
}

const codeOf = (error: unknown): string | undefined => {
  let current: unknown = error
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    if ("code" in current && typeof current.code === "string") return current.code
    current = current.cause
  }
  return undefined
}
