import { hideKeys, type Json } from "@switchyard/core"

/** Fields that carry secrets or vendors' own bulk. */
const left: ReadonlySet<string> = new Set(["headers", "providerData", "env", "policy"])

const deepest = 32

/** A value as JSON that a person may read: whole texts, but no headers, no keys and no bytes. */
export const redacted = (value: unknown, depth = 0): Json => {
  if (typeof value === "string") return hideKeys(value)
  if (value === null || typeof value === "boolean") return value
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value)
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`
  if (typeof value !== "object" || depth > deepest) return `[${typeof value}]`
  if (Array.isArray(value)) return value.map((item) => redacted(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): ReadonlyArray<readonly [string, Json]> => {
      if (inner === undefined || left.has(key)) return []
      if (key === "base64" && typeof inner === "string") return [[key, `[${inner.length} characters of base64]`]]
      return [[hideKeys(key), redacted(inner, depth + 1)]]
    }),
  )
}
