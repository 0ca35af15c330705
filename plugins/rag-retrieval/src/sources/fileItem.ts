import type { BigIntStats } from "node:fs"
import type { SourceItem } from "@switchyard/rag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type FileToRead, readDocument } from "./read/readDocument.ts"
import { ReaderHost } from "./read/ReaderHost.ts"
import { fingerprintOf, skipped, tooLarge } from "./read/readStable.ts"

/** How files are read. */
export interface ReadingOptions {
  /** Larger files are skipped. Default: 20 MB. */
  readonly maxBytes?: number
  /** For one PDF or Word file, in ms. Default: 60,000. */
  readonly timeoutMs?: number
  /** Heap for reading PDF and Word files, in MB. Default: 512. */
  readonly memoryMb?: number
}

/** The options with their defaults. */
export const readingOf = (options: ReadingOptions): Required<ReadingOptions> => {
  const { maxBytes = 20_000_000, timeoutMs = 60_000, memoryMb = 512 } = options
  return { maxBytes, timeoutMs, memoryMb }
}

const database = /\.(?:db|db3|sqlite|sqlite3)$|-(?:wal|shm|journal)$/i

/**
 * Why a file is not even opened. A system's lock on a file is gone from this program as soon as any part of it closes that
 * file, so the files of databases are left alone, and empty ones, as lock files are.
 */
const untouched = (path: string, { size }: BigIntStats): string | undefined =>
  size === 0n ? "it has no text" : database.test(path) ? "a database, or a file of one: it is not read" : undefined

/** A file with its state, not read yet. `refuses`: why a text is not taken. */
export const fileItem = Effect.fnUntraced(function* (
  file: FileToRead,
  stats: BigIntStats,
  host: ReaderHost,
  refuses?: (text: string) => string | undefined,
) {
  const { id, maxBytes } = file
  const why = untouched(id, stats)
  if (why !== undefined) return { id, read: Effect.succeed(skipped(why)) }
  if (stats.size > maxBytes) return { id, read: Effect.succeed(tooLarge(Number(stats.size), maxBytes)) }
  const read = Effect.map(readDocument(file, host), (document) => {
    const refused = "_tag" in document ? undefined : refuses?.(document.text)
    return refused === undefined ? document : skipped(refused)
  })
  const fingerprint = fingerprintOf(stats, yield* Clock.currentTimeMillis)
  const item: SourceItem = { id, read, ...(fingerprint === undefined ? {} : { fingerprint }) }
  return item
})
