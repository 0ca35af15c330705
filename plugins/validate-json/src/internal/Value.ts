/** A JSON value while it grows. */
export type Value = null | boolean | number | string | Array<Value> | Members
export interface Members {
  [name: string]: Value
}

export const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Sets an own member whatever its name: `__proto__` is a name like any other, as for JSON.parse. */
export const setMember = (members: Members, name: string, value: Value): void => {
  if (name !== "__proto__") members[name] = value
  else Object.defineProperty(members, name, { value, writable: true, enumerable: true, configurable: true })
}

/** The most that arrays and objects may be nested. */
export const maxDepth = 512

/** Is it nested deeper than `maxDepth`? */
export const isTooDeep = (value: unknown): boolean =>
  typeof value === "object" && value !== null && isDeeper(value, maxDepth)

/** Recursion ends after `left` levels. */
const isDeeper = (container: object, left: number): boolean => {
  if (left === 0) return true
  const inner: ReadonlyArray<unknown> = Array.isArray(container) ? container : Object.values(container)
  for (const value of inner) {
    if (typeof value === "object" && value !== null && isDeeper(value, left - 1)) return true
  }
  return false
}
