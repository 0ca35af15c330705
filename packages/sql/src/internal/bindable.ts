import type { SQLInputValue } from "node:sqlite"

/** What SQLite has no type for: booleans are 0 and 1, dates ISO text, and what is not there is NULL. */
export const bindable = (value: unknown): SQLInputValue => {
  if (value === undefined || value === null) return null
  if (typeof value === "boolean") return value ? 1 : 0
  if (value instanceof Date) return value.toISOString()
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value
  if (value instanceof Uint8Array) return value
  throw new TypeError(`SQLite cannot store a ${typeof value}: give text, a number, bytes or NULL`)
}
