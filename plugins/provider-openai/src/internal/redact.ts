import { LlmError, type Reason } from "@switchyard/core"

/** Keys that vendors quote back in their messages, whole or shortened. */
const looksLikeKey = /\b(sk|gsk|pk|rk|sess)-[A-Za-z0-9_*.-]{6,}/g

/** A function that takes secrets out of a failure's message. */
export const redactor = (secret: string | undefined) => {
  const clean = (text: string): string => {
    const without = secret === undefined || secret.length < 4 ? text : text.replaceAll(secret, "[redacted]")
    return without.replace(looksLikeKey, "[redacted]")
  }
  const reason = (given: Reason): Reason =>
    given._tag === "Truncated" && given.because !== undefined
      ? { ...given, message: clean(given.message), because: reason(given.because) }
      : { ...given, message: clean(given.message) }
  return (error: LlmError): LlmError => LlmError.make(reason(error.reason), error.context)
}
