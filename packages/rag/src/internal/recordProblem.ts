import type { VectorRecord } from "../VectorStore.ts"

/** Levels of a payload. What JSON is written and read with ends at some thousands, by how full the stack is. */
const deepest = 500
/** UTF-16 units of a record, about. Its JSON may be six times as long, and no string is longer than 2^29. */
const largest = 2 ** 26

/** `at` is the path within the record: `payload.a[1]`. */
export interface RecordProblem {
  readonly at: string
  readonly says: string
}

/** Why a store could not give the record back as it is, beside its vector: an id or text that is none, or what is no JSON. */
export const recordProblem = ({ id, metadata, text, payload }: VectorRecord): RecordProblem | undefined => {
  if (typeof id !== "string") return { at: "id", says: `has ${nameOf(id)} as its id, which must be a string` }
  if (text !== undefined && typeof text !== "string")
    return { at: "text", says: `has ${nameOf(text)} as its text, which must be a string` }
  const walk = new Walk(id.length + (text?.length ?? 0))
  return (
    (metadata === undefined ? undefined : under("metadata", walk.metadata(metadata))) ??
    (payload === undefined ? undefined : whole("payload", walk.json(payload, 0))) ??
    (walk.size > largest
      ? { at: "", says: `has more than ${largest} characters: cut it into smaller ones` }
      : undefined)
  )
}

const under = (step: string, found: RecordProblem | undefined): RecordProblem | undefined =>
  found === undefined ? undefined : { at: step + found.at, says: found.says }

/** What is too deep is wrong as a whole: its path would be as long. */
const whole = (field: string, found: RecordProblem | undefined): RecordProblem | undefined =>
  found?.says === tooDeep ? { at: field, says: found.says } : under(field, found)

const tooDeep = `is nested deeper than ${deepest} levels, or holds itself`

/** Looks at each value once. Paths are made on the way back, so that a good record costs none. */
class Walk {
  size: number

  constructor(size: number) {
    this.size = size
  }

  metadata(metadata: unknown): RecordProblem | undefined {
    if (!isPlainObject(metadata)) return { at: "", says: `has ${nameOf(metadata)} as its metadata` }
    for (const field of Object.keys(metadata)) {
      const value: unknown = metadata[field]
      const found = Array.isArray(value) ? this.#items(value, (item) => this.#scalar(item)) : this.#scalar(value)
      if (found !== undefined) return under(`.${field}`, found)
      this.size += field.length
    }
    return undefined
  }

  json(value: unknown, depth: number): RecordProblem | undefined {
    if (typeof value !== "object" || value === null) return this.#scalar(value)
    if (depth > deepest) return { at: "", says: tooDeep }
    if (Array.isArray(value)) return this.#items(value, (item) => this.json(item, depth + 1))
    if (!isPlainObject(value)) return { at: "", says: `holds ${nameOf(value)}, which is no JSON` }
    for (const field of Object.keys(value)) {
      const inner = value[field]
      // JSON has none, and reading gives the same.
      if (inner === undefined) continue
      const found = this.json(inner, depth + 1)
      if (found !== undefined) return under(`.${field}`, found)
      this.size += field.length
    }
    return undefined
  }

  #items(items: ReadonlyArray<unknown>, look: (item: unknown) => RecordProblem | undefined): RecordProblem | undefined {
    for (let at = 0; at < items.length; at++) {
      const found = look(items[at])
      if (found !== undefined) return under(`[${at}]`, found)
    }
    return undefined
  }

  #scalar(value: unknown): RecordProblem | undefined {
    this.size += typeof value === "string" ? value.length : 8
    return value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)
      ? undefined
      : { at: "", says: `holds ${nameOf(value)} where a string, a finite number, true, false or null may be` }
  }
}

/** Not of a class: `Object.prototype` of any realm has none above it. */
const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false
  const parent: unknown = Object.getPrototypeOf(value)
  return parent === null || Object.getPrototypeOf(parent) === null
}

const nameOf = (value: unknown): string => {
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "a list" : isPlainObject(value) ? "an object" : `a ${value.constructor.name}`
  }
  return typeof value === "bigint" || typeof value === "function" || typeof value === "symbol"
    ? `a ${typeof value}`
    : String(value)
}
