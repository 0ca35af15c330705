import type { BigIntStats } from "node:fs"
import { realpath, stat } from "node:fs/promises"
import { basename } from "node:path"
import { LlmError } from "@switchyard/core"
import type { DocumentSource, Metadata } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { wrongNumber } from "../internal/wrongNumber.ts"
import { fileItem, type ReadingOptions, readingOf } from "./fileItem.ts"
import { ReaderHost } from "./read/ReaderHost.ts"
import { codeOf } from "./read/readStable.ts"
import { unreserved } from "./reservedFields.ts"
import { nameOf, noPath, slashed } from "./sourcePath.ts"

export interface FileOptions extends ReadingOptions {
  /** Names the source in an index. Default: the file's absolute path. Machines that share an index give the same. */
  readonly id?: string
  /** Goes with the document. */
  readonly metadata?: Metadata
}

/**
 * The document of one file, in any format that `folderSource` reads. Its id is the name of the file. Nothing else of its
 * folder is looked at, so the name may be any, and a link that is named itself is followed. Fails with `InvalidRequest`
 * where there is no file.
 */
export const fileSource = (path: string, options: FileOptions = {}): DocumentSource => {
  const reading = readingOf(options)
  const id = options.id ?? nameOf(path)
  const wrong = noPath(path) ?? wrongNumber({ ...reading })
  if (wrong !== undefined) return { id, items: Stream.fail(wrong) }
  return {
    id,
    items: Stream.unwrap(
      Effect.gen(function* () {
        const host = yield* ReaderHost.make(reading)
        const { real, stats } = yield* look(path)
        const place = { id: basename(path), path: real, source: slashed(path) }
        const file = { ...place, metadata: unreserved(options.metadata), maxBytes: reading.maxBytes }
        return Stream.fromEffect(fileItem(file, stats, host))
      }),
    ),
  }
}

interface Looked {
  /** Where the file is, links followed. */
  readonly real: string
  readonly stats: BigIntStats
}

const look = Effect.fnUntraced(function* (path: string) {
  const found = yield* Effect.tryPromise({
    try: async (): Promise<Looked> => {
      const real = await realpath(path)
      return { real, stats: await stat(real, { bigint: true }) }
    },
    catch: (error) => refused(`the file ${path} cannot be read (${codeOf(error)}): check the path`),
  })
  if (found.stats.isFile()) return found
  return yield* refused(
    found.stats.isDirectory()
      ? `${path} is a folder: give folderSource or repositorySource its path`
      : `${path} is no regular file, and cannot be indexed as one`,
  )
})

const refused = (message: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field: "source", message }, { operation: "config" })
