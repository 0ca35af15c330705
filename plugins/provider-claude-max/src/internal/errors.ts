import { LlmError } from "@switchyard/core"

/** System errors that mean that nobody is there. */
const absent: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
])

/** A proxy that is not running is the usual failure: it says where one was looked for, and what to do. */
export const explained =
  (baseURL: string) =>
  (error: LlmError): LlmError => {
    const { reason, context } = error
    if (reason._tag !== "Network" || reason.code === undefined || !absent.has(reason.code)) return error
    const message =
      `no Claude proxy answers at ${baseURL}: ${reason.message}. Start the proxy there, ` +
      `or say where it is with claudeMax({ baseURL }) or CLAUDE_MAX_BASE_URL`
    return LlmError.make({ ...reason, message }, context)
  }
