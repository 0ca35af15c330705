// How numbers were written, beside the values: `1.10` and long identifiers are not what their number says.
import type { Value } from "./Value.ts"

const sources = new WeakMap<object, Map<string, string>>()

/** Short whole numbers are written in one way only. */
const plain = /^-?[1-9]\d{0,14}$/

/** Keeps how the number at `key` of `holder` was written, where that is more than the number says. */
export const noteSource = (holder: object, key: string, value: number, source: string): void => {
  const known = sources.get(holder)
  if (plain.test(source) || String(value) === source) known?.delete(key)
  else if (known === undefined) sources.set(holder, new Map([[key, source]]))
  else known.set(key, source)
}

/** How it was written; `undefined` where the number says it itself. */
export const sourceOf = (holder: object, key: string | number): string | undefined =>
  sources.get(holder)?.get(String(key))

/** JSON as it stands, with how its numbers are written; nothing when it is not valid. */
export const parseSourced = (text: string): Value | undefined => {
  try {
    const value: unknown = JSON.parse(text, note)
    return isJson(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isJson = (value: unknown): value is Value => value !== undefined

function note(this: unknown, key: string, value: unknown, ...rest: ReadonlyArray<unknown>): unknown {
  const [context] = rest
  if (typeof value !== "number" || typeof this !== "object" || this === null) return value
  if (typeof context === "object" && context !== null && "source" in context && typeof context.source === "string")
    noteSource(this, key, value, context.source)
  return value
}
