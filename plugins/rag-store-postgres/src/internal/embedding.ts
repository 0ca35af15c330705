import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Result from "effect/Result"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import type { Database } from "./Database.ts"
import type { Space } from "./Space.ts"

/** The square of the length of a vector that was scaled to 1 and rounded to 32 bits is off by less than this. */
const rounding = 2 ** -22

/** The vector at length 1, as the index compares them. Zeros stay zeros, and what has length 1 stays bit by bit. */
export const normalised = (vector: Float32Array): Float32Array => {
  let squares = 0
  for (const x of vector) squares += x * x
  if (squares === 0 || Math.abs(squares - 1) < rounding) return vector.slice()
  const length = Math.sqrt(squares)
  return vector.map((x) => x / length)
}

export const reals = (values: ReadonlyArray<number>): PgTypes.Parameter =>
  Result.getOrThrow(PgTypes.array(values, PgTypes.OID.float4))

export const texts = (values: ReadonlyArray<string | null>): PgTypes.Parameter =>
  Result.getOrThrow(PgTypes.array(values, PgTypes.OID.text))

/** A vector as a parameter that is turned into pgvector's type once, and not for each row. */
export const asVector = ({ sql, extension }: Database, vector: Float32Array): Fragment =>
  sql`(SELECT ${reals([...vector])}::real[]::${sql.literal(vectorType(extension))})`

const vectorType = (extension: Database["extension"]): string => `${extension?.schema ?? "public"}.vector`

/** SQL for the vector of the row that `given.at` numbers, from 1, out of all of them. */
export const vectorAt = (database: Database, space: Space, all: ReadonlyArray<Float32Array>): Fragment => {
  const { sql, extension } = database
  const { dimensions } = space.stamp
  const number = (value: number): Fragment => sql.literal(String(value))
  if (space.vectors === "scan") {
    const size = 4 * dimensions
    return sql`substring(${bytesOf(all)}::bytea FROM ((given.at - 1) * ${number(size)} + 1)::int FOR ${number(size)})`
  }
  const numbers = reals(all.flatMap((vector) => [...vector]))
  const slice = sql`(given.at - 1) * ${number(dimensions)} + 1 : given.at * ${number(dimensions)}`
  return sql`(${numbers}::real[])[${slice}]::${sql.literal(vectorType(extension))}`
}

const bytesOf = (all: ReadonlyArray<Float32Array>): Uint8Array => {
  const bytes = new Uint8Array(all.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const { buffer, byteOffset, byteLength } of all) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at)
    at += byteLength
  }
  return bytes
}

/** SQL for a kept vector, which `vectorOf` reads. */
export const keptVector = (sql: SqlClient, { vectors }: Space): Fragment =>
  vectors === "scan" ? sql`embedding` : sql`embedding::real[]`

export type KeptVector = ReadonlyArray<number> | Uint8Array

export const vectorOf = (value: KeptVector): Float32Array => {
  if (!(value instanceof Uint8Array)) return Float32Array.from(value)
  const bytes = value.byteOffset % 4 === 0 ? value : value.slice()
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
}
