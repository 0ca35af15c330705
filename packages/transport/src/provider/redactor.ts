import { type HttpDetails, LlmError, type Reason } from "@switchyard/core"

/** Keys that vendors quote back in their messages, whole or shortened. */
const looksLikeKey = /\b(sk|gsk|pk|rk|sess)-[A-Za-z0-9_*.-]{6,}/g

/** A function that takes secrets out of a text. Shorter ones would be found in any text. */
const cleaner = (secrets: ReadonlyArray<string>) => {
  // Longest first: one may stand inside another, as a key does inside "Bearer …".
  const known = secrets
    .map((secret) => secret.trim())
    .flatMap((secret) => [secret, secret.replace(/^\S+\s+/, "")])
    .filter((secret) => secret.length >= 6)
    .sort((a, b) => b.length - a.length)
  return (text: string): string =>
    known.reduce((left, secret) => left.replaceAll(secret, "[redacted]"), text).replace(looksLikeKey, "[redacted]")
}

/**
 * A function that takes secrets out of a failure: those that are always sent, and the values of the headers that were
 * sent with this request alone, which cost nothing until a call fails.
 */
export const redactor = (secrets: ReadonlyArray<string>) => {
  const always = cleaner(secrets)
  return (error: LlmError, headers?: Readonly<Record<string, string>>): LlmError =>
    redacted(error, headers === undefined ? always : cleaner([...secrets, ...Object.values(headers)]))
}

const redacted = ({ reason: given, context }: LlmError, clean: (text: string) => string): LlmError => {
  const http = ({ status, code, type }: HttpDetails): HttpDetails => ({
    status,
    ...(code === undefined ? {} : { code: clean(code) }),
    ...(type === undefined ? {} : { type: clean(type) }),
  })
  const reason = (given: Reason): Reason => ({
    ...given,
    message: clean(given.message),
    ...(given.http === undefined ? {} : { http: http(given.http) }),
    ...("field" in given && given.field !== undefined ? { field: clean(given.field) } : {}),
    ...("because" in given && given.because !== undefined ? { because: reason(given.because) } : {}),
  })
  return LlmError.make(
    reason(given),
    context.requestId === undefined ? context : { ...context, requestId: clean(context.requestId) },
  )
}
