import type { Json } from "@switchyard/core"
import type { EmbedderStamp, Metadata } from "@switchyard/rag"
import type { SQLOutputValue } from "node:sqlite"

/** What is in a column, by its kind. A file that holds another kind there is damaged. */
type Column = SQLOutputValue | undefined

const damaged = (expected: string, value: Column): Error =>
  new Error(`${expected} was expected and ${value === null ? "NULL" : typeof value} is there: the file is damaged`)

export const numberOf = (value: Column): number => {
  if (typeof value === "number") return value
  throw damaged("a number", value)
}

export const bytesOf = (value: Column): Uint8Array => {
  if (value instanceof Uint8Array) return value
  throw damaged("bytes", value)
}

const jsonOf = (value: Column): unknown => {
  try {
    if (typeof value === "string") return JSON.parse(value)
  } catch {
    // As any other text that is not what this store writes.
  }
  throw damaged("JSON", value)
}

export interface Content {
  readonly text?: string
  readonly payload?: Json
}

// What this store wrote as JSON is read as what it was: nothing else writes the file.
export const metadataOf = (value: Column): Metadata => jsonOf(value) as Metadata
export const stampOfJson = (value: Column): EmbedderStamp => jsonOf(value) as EmbedderStamp
export const keysOfJson = (value: Column): ReadonlyArray<number> => jsonOf(value) as ReadonlyArray<number>
export const contentOf = (value: Column): Content => (value === undefined ? {} : (jsonOf(value) as Content))

/** Aligned and the caller's own. */
export const floatsOf = (value: Column): Float32Array => new Float32Array(bytesOf(value).slice().buffer)

/** A copy of length 1; zeros stay zeros. The square of a 32-bit float always fits into a 64-bit one. */
export const unit = (vector: Float32Array): Float32Array => {
  const copy = vector.slice()
  let squares = 0
  for (let i = 0; i < copy.length; i++) squares += copy[i]! ** 2
  const length = Math.sqrt(squares)
  if (length > 0) for (let i = 0; i < copy.length; i++) copy[i]! /= length
  return copy
}

export const blobOf = (vector: Float32Array): Uint8Array =>
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)

/**
 * 1 minus the cosine of two vectors of length 1 or 0, each as the bytes of its floats. NULL for zeros, as sqlite-vec has it.
 */
export const distance = (a: Column, b: Column): number | null => {
  const [x, y] = [viewOf(bytesOf(a)), viewOf(bytesOf(b))]
  let [even, odd] = [0, 0]
  const pairs = x.length & ~1
  for (let i = 0; i < pairs; i += 2) {
    even += x[i]! * y[i]!
    odd += x[i + 1]! * y[i + 1]!
  }
  if (pairs < x.length) even += x[pairs]! * y[pairs]!
  const dot = even + odd
  return dot === 0 && (isZero(x) || isZero(y)) ? null : 1 - dot
}

/** SQLite's bytes are a buffer of their own, so that they are aligned. */
const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array =>
  new Float32Array(buffer, byteOffset, byteLength / Float32Array.BYTES_PER_ELEMENT)

const isZero = (vector: Float32Array): boolean => vector.every((value) => value === 0)
