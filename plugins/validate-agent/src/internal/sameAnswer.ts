import * as Schema from "effect/Schema"
import { canonical } from "./canonical.ts"
import { at, isFields } from "./fields.ts"
import { objectsIn } from "./looseJson.ts"

/** By what two answers are the same. */
export const Compare = Schema.Literals(["auto", "text", "json", "number"])
export type Compare = typeof Compare.Type

const number = /[-+]?\d[\d,_ ]*(?:\.\d+)?(?:e[-+]?\d+)?/gi

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const unfenced = (text: string): string => /^\s*```[^\n]*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text

const jsonOf = (text: string): unknown => parse(unfenced(text).trim()) ?? objectsIn(text).at(-1)?.value

/** The last number in a text, without thousands separators. */
const numberOf = (text: string): string | undefined => {
  const last = text.match(number)?.at(-1)
  const value = last === undefined ? Number.NaN : Number(last.replace(/[,_ ]/g, ""))
  return Number.isFinite(value) ? String(value) : undefined
}

const plain = (text: string): string =>
  unfenced(text)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[*_`#]+/g, "")
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/\s+/g, " ")
    .replace(/^[\s.,;:!?"'()]+|[\s.,;:!?"'()]+$/g, "")

const whole = /^[$€£]?\s*[-+]?\d[\d,_]*(?:\.\d+)?\s*%?$/

const autoKey = (text: string): string => {
  const json = parse(unfenced(text).trim())
  if (typeof json === "object" && json !== null) return `json ${canonical(json)}`
  const said = plain(text)
  if (!whole.test(said)) return `text ${said}`
  const unit = said.replace(/[-+\d,_.\s]/g, "")
  return `number ${numberOf(said) ?? said}${unit}`
}

/**
 * A key that is equal for answers that say the same: JSON with its keys sorted, a number without separators, or text
 * without letter case, markup and outer punctuation. `field` takes one field of a JSON answer. `undefined` when there is
 * nothing to compare.
 */
export const answerKey = (text: string, compare: Compare, field?: string): string | undefined => {
  if (field !== undefined) {
    const json = jsonOf(text)
    const value = isFields(json) ? at(json, field) : undefined
    return value === undefined ? undefined : typeof value === "string" ? autoKey(value) : canonical(value)
  }
  if (compare === "number") return numberOf(text)
  if (compare === "json") {
    const json = jsonOf(text)
    return json === undefined ? undefined : canonical(json)
  }
  const key = compare === "text" ? plain(text) : autoKey(text)
  return key === "" || key === "text " ? undefined : key
}
