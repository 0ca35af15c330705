import { LlmError } from "@switchyard/core"
import type { DocumentSource, Metadata } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { wrongNumber } from "../internal/wrongNumber.ts"
import { escapeStep } from "./openapi/References.ts"
import { decodeText } from "./read/decodeText.ts"
import { readStable, skipped } from "./read/readStable.ts"
import { readRecord } from "./recordDocument.ts"
import { type ReadRecord, recordItems } from "./recordItems.ts"
import { jsonLines, recordsFailure } from "./recordsIn.ts"
import { unreserved } from "./reservedFields.ts"
import { nameOf, noPath, slashed } from "./sourcePath.ts"

export interface KnowledgeOptions {
  /** Names the source in an index. Default: the file's absolute path; of entries in memory, `knowledge`. */
  readonly id?: string
  /** The longest line, or the largest JSON file. Default: 20 MB. */
  readonly maxBytes?: number
  /** Goes with every document. */
  readonly metadata?: Metadata
}

const defaultMaxBytes = 20_000_000

/**
 * A knowledge base of JSON Lines, of any size: a document for each `{ id?, title?, text | content | question and answer, … }`
 * of the file; further fields are metadata. A line that cannot be used is skipped, with its number. Citations are the file
 * and the line.
 */
export const jsonlSource = (path: string, options: KnowledgeOptions = {}): DocumentSource => {
  const { maxBytes = defaultMaxBytes } = options
  const id = options.id ?? nameOf(path)
  const wrong = noPath(path) ?? wrongNumber({ maxBytes })
  if (wrong !== undefined) return { id, items: Stream.fail(wrong) }
  const lines = { [Symbol.asyncIterator]: () => jsonLines(path, maxBytes) }
  const given = { source: slashed(path), metadata: unreserved(options.metadata) }
  const records = Stream.map(Stream.fromAsyncIterable(lines, recordsFailure(path)), (found): ReadRecord => {
    const { line } = found
    const place = `line ${line}`
    return "why" in found
      ? { place, found: skipped(found.why) }
      : readRecord(found.value, undefined, { ...given, place, line })
  })
  return { id, items: recordItems(records) }
}

/**
 * A knowledge base of keys and texts: a JSON file, or the entries themselves. An entry is a text, or a record as in
 * `jsonlSource`; a list of records will do as well. Citations of a file are its name with a JSON Pointer.
 */
export const knowledgeSource = (
  entries: string | Readonly<Record<string, unknown>>,
  options: KnowledgeOptions = {},
): DocumentSource => {
  const { maxBytes = defaultMaxBytes } = options
  const metadata = unreserved(options.metadata)
  if (typeof entries !== "string") {
    const id = options.id ?? "knowledge"
    return { id, items: recordItems(Stream.suspend(() => Stream.fromIterable(entriesOf(entries, id, metadata)))) }
  }
  const records = Effect.map(jsonFile(entries, maxBytes), (value) =>
    Stream.fromIterable(entriesOf(value, slashed(entries), metadata)),
  )
  return { id: options.id ?? nameOf(entries), items: recordItems(Stream.unwrap(records)) }
}

/** The whole of a JSON file. */
export const jsonFile = Effect.fnUntraced(function* (path: string, maxBytes: number) {
  const bytes = yield* noPath(path) ?? wrongNumber({ maxBytes }) ?? readStable(path, { maxBytes })
  if ("why" in bytes) return yield* noJson(path, bytes.why)
  const value = yield* Effect.try({
    try: (): unknown => JSON.parse(decodeText(bytes)?.text ?? ""),
    catch: (error) => noJson(path, `it is no JSON: ${error instanceof Error ? error.message : String(error)}`),
  })
  return typeof value === "object" && value !== null ? value : yield* noJson(path, "it is no object and no list")
})

const noJson = (path: string, why: string): LlmError =>
  LlmError.make(
    { _tag: "InvalidRequest", field: "source", message: `${path} cannot be read (${why})` },
    { operation: "config" },
  )

function* entriesOf(entries: object, source: string, metadata: Metadata): Generator<ReadRecord> {
  const keyed = !Array.isArray(entries)
  for (const [key, value] of Object.entries(entries)) {
    const record: unknown = typeof value === "string" ? { text: value } : value
    const place = keyed ? key : `entry ${key}`
    const pointer = `${source}#/${escapeStep(key)}`
    yield readRecord(record, keyed ? key : undefined, { place, source: pointer, line: undefined, metadata })
  }
}
