import { type HttpDetails, LlmError, type Reason } from "@switchyard/core"

/**
 * Keys as vendors write them, which some quote back in their messages, whole or shortened. The bridge does not know the key
 * that an AI SDK model was given, so it goes by their looks; keys of other looks are named in the plugin's `secrets`.
 */
const looksLikeKey =
  /\bBearer\s+\S+|\b(?:sk|pk|rk|gsk|xai|key|sess|hf|r8|fw|csk|nvapi|pplx|tgp|AIza|ya29|AKIA|ASIA)[-_.]?[A-Za-z0-9_*.+/=-]{12,}/g

/** A function that takes secrets out of a failure. Shorter ones would be found in any text. */
export const redactor = (secrets: ReadonlyArray<string>): ((error: LlmError) => LlmError) => {
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
  })
  return ({ reason: given, context }) =>
    LlmError.make(
      reason(given),
      context.requestId === undefined ? context : { ...context, requestId: clean(context.requestId) },
    )
}
