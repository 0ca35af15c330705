import { createHash } from "node:crypto"
import type { Document, Metadata, MetadataScalar } from "@switchyard/rag"
import { isObject, type Unknown } from "./openapi/References.ts"
import { skipped } from "./read/readStable.ts"
import type { ReadRecord } from "./recordItems.ts"
import { unreserved } from "./reservedFields.ts"

/** Where a record stands, for citations. */
export interface RecordPlace {
  /** What a person calls it. */
  readonly place: string
  readonly source: string
  /** Its line in the file, from 1, where it has one. */
  readonly line: number | undefined
  readonly metadata: Metadata
}

const texts = ["text", "content"]
const own = new Set(["id", "title", "question", "answer", ...texts])

/**
 * A record of a knowledge base as a document: `{ text }` or `{ content }`, or `{ question, answer }`; with `id`, `title` and
 * further fields, which become metadata where it can hold them: scalars and lists of them. Without an id, a hash of the
 * record is its id, so that it stays the same wherever the record stands.
 */
export const readRecord = (value: unknown, key: string | undefined, where: RecordPlace): ReadRecord => {
  const { place, source, line, metadata } = where
  if (!isObject(value)) return { place, found: skipped("a record that is no object") }
  const text = textOf(value)
  if (text === undefined)
    return { place, found: skipped('a record without "text", "content", or "question" and "answer"') }
  const id = idOf(value["id"] ?? key)
  const title = value["title"] ?? value["question"]
  const found: Document = {
    id: id ?? createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 24),
    text,
    source,
    mediaType: "text/markdown",
    ...(typeof title === "string" && title !== "" ? { title } : {}),
    metadata: { ...metadata, ...unreserved(fieldsOf(value, own)), ...linesOf(text, line) },
  }
  return { place, found, hashed: id === undefined }
}

const idOf = (id: unknown): string | undefined =>
  typeof id === "number" || (typeof id === "string" && id !== "") ? String(id) : undefined

const textOf = (record: Unknown): string | undefined => {
  const given = texts.map((field) => record[field]).find((text) => typeof text === "string")
  if (typeof given === "string") return given
  const { question, answer } = record
  return typeof question === "string" && typeof answer === "string" ? `${question}\n\n${answer}` : undefined
}

/** The fields that metadata can hold, but for some. */
export const fieldsOf = (record: Unknown, but: ReadonlySet<string> = new Set()): Metadata =>
  Object.fromEntries(
    Object.entries(record)
      .filter(isField)
      .filter(([name]) => !but.has(name)),
  )

const isField = (entry: [string, unknown]): entry is [string, Metadata[string]] =>
  isScalar(entry[1]) || (Array.isArray(entry[1]) && entry[1].every(isScalar))

const isScalar = (value: unknown): value is MetadataScalar =>
  value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)

/** However many lines the text has, it stands on one line of the file. */
const linesOf = (text: string, line: number | undefined): Metadata => ({
  sourceLines: line === undefined ? [] : text.split("\n").map(() => line),
})
