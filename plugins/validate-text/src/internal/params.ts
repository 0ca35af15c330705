import { hint, type Json, type JsonObject } from "@switchyard/core"
import type { Rule } from "./Rule.ts"

export interface UnknownParam {
  readonly param: string
  /** ` (did you mean "…"?)`, or nothing. */
  readonly meant: string
}

const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Parameters as users' files have them, in our spelling; `null` counts as absent, what nobody knows is put aside. */
export const readParams = ({ known, also }: Pick<Rule, "known" | "also">, given: JsonObject) => {
  const params: Array<readonly [string, Json]> = []
  const unknown: Array<UnknownParam> = []
  const names = [...known, ...Object.keys(also)]
  for (const [key, value] of Object.entries(given)) {
    const name = camel(key)
    const field = Object.hasOwn(also, name) ? also[name] : known.includes(name) ? name : undefined
    if (field === undefined)
      unknown.push({ param: key, meant: hint(key, key.includes("_") ? names.map(snake) : names) })
    else if (value !== null) params.push([field, value])
  }
  return { params: Object.fromEntries(params), unknown }
}
