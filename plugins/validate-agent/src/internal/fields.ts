type Fields = Readonly<Record<string, unknown>>

const yes = new Set(["true", "yes", "pass", "passed", "ok", "valid", "success"])
const no = new Set(["false", "no", "fail", "failed", "invalid", "failure"])

/** A yes or no as judges write it; `undefined` when it is neither. */
export const asBoolean = (value: unknown): boolean | undefined => {
  if (typeof value === "boolean") return value
  if (typeof value !== "string") return undefined
  const word = value.trim().toLowerCase()
  return yes.has(word) ? true : no.has(word) ? false : undefined
}

export const asText = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The first of these fields that is there. */
export const firstOf = (fields: Fields, names: ReadonlyArray<string>): unknown => {
  for (const name of names) if (fields[name] !== undefined && fields[name] !== null) return fields[name]
  return undefined
}

/** A field by its path: `"details.checks.0.ok"`. */
export const at = (fields: Fields, path: string): unknown => {
  if (Object.hasOwn(fields, path)) return fields[path]
  let current: unknown = fields
  for (const key of path.split(".")) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined
    current = Reflect.get(current, key)
  }
  return current
}

/** A score as judges write it, brought from 0..`scale` to 0..1; `undefined` when it is no number in that range. */
export const asScore = (value: unknown, scale: number): number | undefined => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value.trim()) : value
  if (typeof number !== "number" || !(number >= 0 && number <= scale)) return undefined
  return number / scale
}
