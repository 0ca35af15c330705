import * as Effect from "effect/Effect"
import type { LlmRequest } from "./Request.ts"

/**
 * The canonical form of a request: everything that changes the answer, with object keys sorted, so that two requests that
 * ask the same have the same text. Left out: `tenant` (caches keep tenants apart themselves), `tags`, and of `policy` all
 * but the validators: how a call is carried out does not change what a good answer is.
 */
export const canonicalRequest = (request: LlmRequest): string => {
  const { policy, tenant: _tenant, tags: _tags, ...rest } = request
  const validators = policy?.validators
  return canonical(validators === undefined || validators.length === 0 ? rest : { ...rest, validators })
}

/** SHA-256 of the canonical form, in hexadecimal. */
export const requestHash = (request: LlmRequest): Effect.Effect<string> =>
  Effect.promise(async () => {
    const bytes = new TextEncoder().encode(canonicalRequest(request))
    return hex(new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes)))
  })

const hex = (bytes: Uint8Array): string => {
  let out = ""
  for (const byte of bytes) out += byte.toString(16).padStart(2, "0")
  return out
}

const canonical = (value: unknown): string => {
  if (value instanceof Uint8Array) return `{"$bytes":"${hex(value)}"}`
  if (Array.isArray(value)) return `[${value.map((item) => (item === undefined ? "null" : canonical(item))).join(",")}]`
  if (typeof value === "object" && value !== null) return canonicalObject(value)
  // -0 and 0 are the same number to every provider; JSON writes both as 0.
  return JSON.stringify(value) ?? "null"
}

const canonicalObject = (value: object): string => {
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(",")}}`
}
