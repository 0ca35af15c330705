import { hideKeys, type Json } from "@switchyard/core"

const longest = 8000
const deepest = 24

const hidden = "[redacted]"

/** A text without these secrets and without what looks like a key, at most 8,000 characters of it. */
const cleanText = (text: string, secrets: ReadonlyArray<string>): string => {
  // Cut first where it is huge: all of it is searched.
  let clean = text.slice(0, longest * 4)
  for (const secret of secrets) clean = clean.replaceAll(secret, hidden)
  clean = hideKeys(clean)
  if (text.length <= longest * 4 && clean.length <= longest) return clean
  return `${clean.slice(0, longest)}[… ${text.length - longest} characters more]`
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
