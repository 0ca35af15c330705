import type { Json } from "@switchyard/core"

const longest = 8000
const deepest = 24

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

const hidden = "[redacted]"

/** A text without these secrets and without what looks like a key, at most 8,000 characters of it. */
const cleanText = (text: string, secrets: ReadonlyArray<string>): string => {
  let clean = text
  for (const secret of secrets) clean = clean.replaceAll(secret, hidden)
  for (const key of keys) clean = clean.replace(key, hidden)
  return clean.length <= longest ? clean : `${clean.slice(0, longest)}[… ${clean.length - longest} characters more]`
}

/** Fields that carry secrets or vendors' own bulk. */
const left: ReadonlySet<string> = new Set(["headers", "providerData", "env", "policy"])

/** A value as JSON that may be written down: no secrets, no bytes, no long texts. */
export const clean = (value: unknown, secrets: ReadonlyArray<string>, depth = 0): Json => {
  if (typeof value === "string") return cleanText(value, secrets)
  if (value === null || typeof value === "boolean") return value
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value)
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`
  if (typeof value !== "object" || depth > deepest) return `[${typeof value}]`
  if (Array.isArray(value)) return value.map((item) => clean(item, secrets, depth + 1))
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): ReadonlyArray<readonly [string, Json]> => {
      if (inner === undefined || left.has(key)) return []
      if (key === "base64" && typeof inner === "string") return [[key, `[${inner.length} characters of base64]`]]
      return [[cleanText(key, secrets), clean(inner, secrets, depth + 1)]]
    }),
  )
}
