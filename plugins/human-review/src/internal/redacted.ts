import type { Json } from "@switchyard/core"

/** What keys look like: OpenAI's and Anthropic's, bearer tokens, AWS, GitHub, Slack, Google, JSON Web Tokens. */
const keys = [
  /\b(?:sk|pk|rk)-[\w-]{8,}/g,
  /\bBearer\s+[\w.~+/=-]{8,}/gi,
  /\bAKIA[0-9A-Z]{12,}/g,
  /\bgh[pousr]_\w{16,}/g,
  /\bxox[abeprs]-[\w-]{8,}/g,
  /\bAIza[\w-]{20,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
]

/** Fields that carry secrets or vendors' own bulk. */
const left: ReadonlySet<string> = new Set(["headers", "providerData", "env", "policy"])

/** A text without what looks like a key. */
export const redactedText = (text: string): string =>
  keys.reduce((clean, key) => clean.replace(key, "[redacted]"), text)

const deepest = 32

/** A value as JSON that a person may read: whole texts, but no headers, no keys and no bytes. */
export const redacted = (value: unknown, depth = 0): Json => {
  if (typeof value === "string") return redactedText(value)
  if (value === null || typeof value === "boolean") return value
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value)
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`
  if (typeof value !== "object" || depth > deepest) return `[${typeof value}]`
  if (Array.isArray(value)) return value.map((item) => redacted(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): ReadonlyArray<readonly [string, Json]> => {
      if (inner === undefined || left.has(key)) return []
      if (key === "base64" && typeof inner === "string") return [[key, `[${inner.length} characters of base64]`]]
      return [[redactedText(key), redacted(inner, depth + 1)]]
    }),
  )
}
