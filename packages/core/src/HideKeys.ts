/**
 * What keys look like: OpenAI's and Anthropic's, bearer and basic credentials, AWS, GitHub, Slack, Google, JSON Web Tokens,
 * values that are named as secret, and long runs that can only be a key. Each reads a text once, however long it is.
 */
const keys: ReadonlyArray<RegExp> = [
  /\b(?:sk|gsk|pk|rk|sess)-[\w*.-]{6,}/g,
  /\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi,
  /\bAKIA[0-9A-Z]{12,}/g,
  /\bgh[pousr]_\w{16,}/g,
  /\bxox[abeprs]-[\w-]{8,}/g,
  /\bAIza[\w-]{20,}/g,
  /\beyJ[\w-]{8,}(?:\.[\w-]{8,}\.[\w-]*)?/g,
  /\b(?:api[-_]?key|token|secret|password|authorization)["']?\s*[:=]\s*["']?[^\s"',;&]{4,}/gi,
  // user:password@ of a URL.
  /(?<=:\/\/)[^\s/@]+@/g,
  /\b(?=\w*\d)(?=\w*[A-Za-z])\w{40,}\b/g,
]

/** Short JSON in base64, as cursors are, is no token: a token has two dots, or was cut and is long. */
const isPlainBase64 = (found: string): boolean => found.startsWith("eyJ") && found.length < 40 && !found.includes(".")

/** A text with `[redacted]` in the place of everything that looks like a key: for logs, stores and people. */
export const hideKeys = (text: string): string =>
  keys.reduce((left, key) => left.replace(key, (found) => (isPlainBase64(found) ? found : "[redacted]")), text)
