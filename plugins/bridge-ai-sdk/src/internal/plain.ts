import type { Json, JsonObject } from "@switchyard/core"

/** Deeper data is cut: it may be a cycle. */
const deepest = 64

const plainArray = (given: ReadonlyArray<unknown>, depth: number): Json => {
  let changed = false
  const out = given.map((value) => {
    const each = plainAt(value, depth + 1) ?? null
    changed ||= each !== value
    return each
  })
  return changed ? out : (given as ReadonlyArray<Json>) // each one was found to be JSON
}

const plainObject = (given: object, depth: number): JsonObject => {
  let changed = false
  const out: { [key: string]: Json } = {}
  for (const [key, value] of Object.entries(given)) {
    const each = plainAt(value, depth + 1)
    changed ||= each === undefined || each !== value
    if (each !== undefined) out[key] = each
  }
  return changed ? out : (given as JsonObject) // each one was found to be JSON
}

const plainAt = (value: unknown, depth: number): Json | undefined => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return Number.isFinite(value) ? value : null
    case "bigint":
      return String(value)
    case "object":
      if (value === null) return null
      if (depth > deepest) return undefined
      if (value instanceof Date) return value.toISOString()
      if (value instanceof Uint8Array) return Buffer.from(value).toString("base64")
      return Array.isArray(value) ? plainArray(value, depth) : plainObject(value, depth)
    default:
      return undefined
  }
}

/** A value without what JSON has no word for (`undefined` fields, functions); the same object when nothing is left out. */
export const plain = (value: unknown): Json | undefined => plainAt(value, 0)

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The same for what must be an object; `undefined` when it is none, or empty. */
export const plainFields = (value: unknown): JsonObject | undefined => {
  if (!isObject(value)) return undefined
  const fields = plainObject(value, 0)
  for (const _ in fields) return fields
  return undefined
}

/** An object without some of its fields. */
export const without = <T extends object, K extends keyof T>(value: T, ...fields: ReadonlyArray<K>): Omit<T, K> => {
  const copy = { ...value }
  for (const field of fields) delete copy[field]
  return copy
}
