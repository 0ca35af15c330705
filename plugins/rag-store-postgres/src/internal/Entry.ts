import type { Json, LlmError } from "@switchyard/core"
import type { Metadata, MetadataScalar, MetadataValue, VectorMatch, VectorRecord } from "@switchyard/rag"
import { decoded, encoded, isPlain } from "./encoded.ts"
import { normalised } from "./embedding.ts"
import { invalid } from "./failure.ts"

/** A record as a row of its table. `rest` is JSON text, which is never looked at: the payload, and a text that is not plain. */
export interface Entry {
  readonly id: string
  readonly vector: Float32Array
  readonly metadata: string
  readonly text: string | null
  readonly rest: string
  /** The text as it was given. */
  readonly given: string | undefined
  /** About how many bytes it sends. */
  readonly size: number
}

interface Rest {
  readonly payload?: Json
  readonly text?: string
}

/** Postgres's limit for an entry of the index on the ids is 2,704 bytes. */
export const longestId = 2000
/** A row must come back in one message of the driver's, of 16 MiB. */
const largest = 15 * 2 ** 20

/** Records as rows, of one id twice the last; or what is wrong with one. */
export const entriesOf = (records: ReadonlyArray<VectorRecord>): ReadonlyArray<Entry> | LlmError => {
  const entries = new Map<string, Entry>()
  for (const [index, record] of records.entries()) {
    const problem = problemOf(record)
    if (problem !== undefined)
      return invalid(`records[${index}].${problem[0]}`, `the record ${nameOf(record)} ${problem[1]}`)
    const entry = entryOf(record)
    if (entry.size > largest) {
      const message = `the record ${nameOf(record)} has ${entry.size} bytes with its text, metadata and payload`
      return invalid(`records[${index}]`, `${message}, and at most ${largest} are kept: cut it into smaller ones`)
    }
    // The last of an id counts, and stands where it is.
    entries.delete(entry.id)
    entries.set(entry.id, entry)
  }
  return [...entries.values()]
}

const nameOf = ({ id }: VectorRecord): string => JSON.stringify(id.length > 100 ? `${id.slice(0, 100)}…` : id)

const problemOf = ({
  id,
  metadata = {},
  payload,
}: VectorRecord): readonly [field: string, problem: string] | undefined => {
  if (Buffer.byteLength(encoded(id)) > longestId) return ["id", `has an id of more than ${longestId} bytes: shorten it`]
  for (const [field, value] of Object.entries(metadata)) {
    const wrong = (isList(value) ? value : [value]).find((item) => !isScalar(item))
    if (wrong === undefined) continue
    return [`metadata.${field}`, `holds ${String(wrong)} where a string, a finite number, true, false or null may be`]
  }
  try {
    JSON.stringify(payload)
  } catch (thrown) {
    return ["payload", `has a payload that is no JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`]
  }
  return undefined
}

const isList = (value: MetadataValue): value is ReadonlyArray<MetadataScalar> => Array.isArray(value)

const isScalar = (value: unknown): boolean =>
  value === null ||
  typeof value === "string" ||
  typeof value === "boolean" ||
  (typeof value === "number" && Number.isFinite(value))

const entryOf = ({ id, vector, metadata = {}, text, payload }: VectorRecord): Entry => {
  const plain = text === undefined || isPlain(text)
  const rest: Rest = { ...(payload === undefined ? {} : { payload }), ...(plain ? {} : { text }) }
  const row = {
    id: encoded(id),
    metadata: JSON.stringify(mapped(metadata, encoded)),
    text: plain ? (text ?? null) : null,
    rest: JSON.stringify(rest),
  }
  const size = Object.values(row).reduce((sum, value) => sum + (value === null ? 0 : Buffer.byteLength(value)), 0)
  return { ...row, given: text, vector: normalised(vector), size: size + longer(metadata) + 8 * vector.length }
}

/** How much longer Postgres gives metadata back than it was sent: with spaces, and with numbers written out in full. */
const longer = (metadata: Metadata): number => {
  let sum = 0
  for (const value of Object.values(metadata)) {
    sum += 2
    for (const item of isList(value) ? value : [value]) sum += 1 + (typeof item === "number" ? zeros(item) : 0)
  }
  return sum
}

const exponential = /(?:\.(\d+))?e([+-])(\d+)$/

const zeros = (value: number): number => {
  const [found, digits = "", sign, exponent] = exponential.exec(String(value)) ?? []
  if (found === undefined) return 0
  const places = sign === "+" ? Number(exponent) : 1 + Number(exponent) + digits.length
  return places - found.length
}

const mapped = (metadata: Metadata, change: (text: string) => string): Metadata => {
  const item = (value: MetadataScalar): MetadataScalar => (typeof value === "string" ? change(value) : value)
  return Object.fromEntries(
    Object.entries(metadata).map(([field, value]) => [change(field), isList(value) ? value.map(item) : item(value)]),
  )
}

/** The columns of a row that give a record back. */
export const shown = "metadata::text AS metadata, text, rest"

export interface Row {
  readonly id: string
  readonly metadata: string
  readonly text: string | null
  readonly rest: string
}

export const contentOf = ({ id, metadata, text, rest }: Row): Omit<VectorMatch, "score"> => {
  const { payload, text: odd }: Rest = JSON.parse(rest)
  const whole = text ?? odd
  return {
    id: decoded(id),
    metadata: metadataOf(metadata),
    ...(whole === undefined ? {} : { text: whole }),
    ...(payload === undefined ? {} : { payload }),
  }
}

/** What `encoded` makes of anything: a surrogate, or the escape of a control character. */
const marked = /[\ud800-\udfff]|\\u0001/

export const metadataOf = (json: string): Metadata => {
  const metadata: Metadata = JSON.parse(json)
  return marked.test(json) ? mapped(metadata, decoded) : metadata
}
