import type { Json, JsonObject, ProviderData } from "@switchyard/core"
import { Chat } from "./ai.ts"

/**
 * Under this key of effect/ai's `metadata` and `options` stands what effect/ai has no field for: who answered, the exact
 * text of a tool call, warnings, cost. No provider of Switchyard can have it as its id, since ids have no slash.
 */
export const metadataKey = "@switchyard/core"

/** Under this key of `providerData` stands what Switchyard has no field for. */
export const effectKey = "@effect/ai"

/** What effect/ai calls `metadata` in an answer and `options` in a prompt. */
export type Metadata = { readonly [key: string]: Json | null }

/** Fields that are not there are left out, so that a mark without fields is no mark. */
export type Marks = { readonly [field: string]: Json | undefined }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Sets a field whose name came from elsewhere: `__proto__` is a name like any other. */
const put = <T>(into: { [key: string]: T }, key: string, value: T): void => {
  if (key === "__proto__")
    Object.defineProperty(into, key, { value, enumerable: true, writable: true, configurable: true })
  else into[key] = value
}

const kept = (marks: Marks): { [field: string]: Json } | undefined => {
  let out: { [field: string]: Json } | undefined
  for (const field in marks) {
    const value = marks[field]
    if (value === undefined) continue
    out ??= {}
    put(out, field, value)
  }
  return out
}

/** `providerData` as effect/ai carries it, with marks beside it. `undefined` when there is nothing. */
export const toMetadata = (data: ProviderData | undefined, marks?: Marks): Metadata | undefined => {
  const own = marks === undefined ? undefined : kept(marks)
  if (data === undefined) return own === undefined ? undefined : { [metadataKey]: own }
  const { [effectKey]: theirs, ...rest } = data
  const values = isObject(theirs?.["values"]) ? theirs["values"] : undefined
  return { ...values, ...rest, ...(own === undefined ? {} : { [metadataKey]: own }) }
}

/** The same for an answer, which comes back: what Switchyard keeps for effect/ai goes along. */
export const toAnswerMetadata = (data: ProviderData | undefined, marks?: Marks): Metadata | undefined =>
  data?.[effectKey] === undefined ? toMetadata(data, marks) : toMetadata(data, { ...marks, theirs: data[effectKey] })

/** A part of effect/ai's metadata that is no provider's: which message of a stored chat it is. */
const bookkeeping = Chat.Persistence.key

const none: JsonObject = {}

/** The reverse of both: `providerData`, with `more` under effect/ai's own key, and the marks. */
export const fromMetadata = (
  metadata: Metadata | undefined,
  more?: Marks,
): { readonly providerData?: ProviderData; readonly marks: JsonObject } => {
  let data: { [provider: string]: JsonObject } | undefined
  let values: { [key: string]: Json } | undefined
  let marks = none
  for (const key in metadata) {
    const value = metadata[key]
    if (value === null || value === undefined || key === bookkeeping) continue
    if (key === metadataKey && isObject(value)) marks = value
    else if (isObject(value)) put((data ??= {}), key, value)
    else put((values ??= {}), key, value)
  }
  const theirs = kept({ ...(isObject(marks["theirs"]) ? marks["theirs"] : undefined), ...more, values })
  if (theirs !== undefined) data = { ...data, [effectKey]: { ...data?.[effectKey], ...theirs } }
  return data === undefined ? { marks } : { providerData: data, marks }
}

/** As `fromMetadata`, for what has no marks. */
export const dataOf = (metadata: Metadata | undefined): { readonly providerData?: ProviderData } => {
  const { providerData } = fromMetadata(metadata)
  return providerData === undefined ? {} : { providerData }
}

/** What a prompt or an answer had that Switchyard has no field for. */
export const theirsOf = (data: ProviderData | undefined): JsonObject => data?.[effectKey] ?? none

export const text = (value: Json | undefined): string | undefined => (typeof value === "string" ? value : undefined)

/**
 * A value of any kind as JSON, as `JSON.stringify` would write it: fields that JSON has no form for are left out, and
 * `undefined` itself is null. By structure, since writing and parsing costs more and loses -0 and, in some engines, keys.
 */
export const toJson = (value: unknown): Json => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return Number.isFinite(value) ? value : null
    case "bigint":
      return String(value)
    case "object":
      break
    default:
      return null
  }
  if (value === null) return null
  if ("toJSON" in value && typeof value.toJSON === "function") return toJson(value.toJSON())
  if (Array.isArray(value)) return value.map(toJson)
  const out: { [field: string]: Json } = {}
  for (const [field, one] of Object.entries(value)) {
    if (one !== undefined && typeof one !== "function" && typeof one !== "symbol") put(out, field, toJson(one))
  }
  return out
}
