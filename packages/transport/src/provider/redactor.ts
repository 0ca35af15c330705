import { type HttpDetails, LlmError, type Reason } from "@switchyard/core"

/** Keys that vendors quote back in their messages, whole or shortened. */
const looksLikeKey = /\b(sk|gsk|pk|rk|sess)-[A-Za-z0-9_*.-]{6,}/g

/** A function that takes secrets out of a failure. Shorter ones would be found in any text. */
export const redactor = (secrets: ReadonlyArray<string>) => {
  // Longest first: one may stand inside another, as a key does inside "Bearer …".
  const known = secrets
    .flatMap((secret) => [secret, secret.replace(/^\S+\s+/, "")])
    .filter((secret) => secret.length >= 6)
    .sort((a, b) => b.length - a.length)
  const clean = (text: string): string =>
    known.reduce((left, secret) => left.replaceAll(secret, "[redacted]"), text).replace(looksLikeKey, "[redacted]")
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
  return ({ reason: given, context }: LlmError): LlmError =>
    LlmError.make(
      reason(given),
      context.requestId === undefined ? context : { ...context, requestId: clean(context.requestId) },
    )
}
