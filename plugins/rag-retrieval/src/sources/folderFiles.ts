import { isLlmError, LlmError } from "@switchyard/core"
import type { DocumentSource, SourceItem } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { wrongNumber } from "../internal/wrongNumber.ts"
import { fileItem, readingOf } from "./fileItem.ts"
import type { FolderOptions } from "./FolderSource.ts"
import { ReaderHost } from "./read/ReaderHost.ts"
import { skipped, skippedNow, unreadable } from "./read/readStable.ts"
import { unreserved } from "./reservedFields.ts"
import { nameOf, noPath, slashed } from "./sourcePath.ts"
import { type Found, UnreadableFolder, walkFiles, type WalkOptions } from "./walkFiles.ts"

/** Which files a source has, and which of those it says that it skips. */
export interface FileRules<Scope> extends WalkOptions<Scope> {
  readonly skips?: (path: string) => string | undefined
  readonly skipsText?: (path: string, text: string) => string | undefined
}

/** The source over the files of a folder. */
export const folderFiles = <Scope>(folder: string, options: FolderOptions, rules: FileRules<Scope>): DocumentSource => {
  const reading = readingOf(options)
  const id = options.id ?? nameOf(folder)
  const wrong = noPath(folder) ?? wrongNumber({ ...reading })
  if (wrong !== undefined) return { id, items: Stream.fail(wrong) }
  const metadata = unreserved(options.metadata)
  const shown = slashed(folder).replace(/\/+$/, "")
  const itemOf = ({ path, stats, why, transient }: Found, host: ReaderHost): Effect.Effect<SourceItem> => {
    const left = why ?? rules.skips?.(path)
    if (left !== undefined || stats === undefined) {
      const skip = transient === true ? skippedNow : skipped
      return Effect.succeed({ id: path, read: Effect.succeed(skip(left ?? "not a file")) })
    }
    const { maxBytes } = reading
    const file = { id: path, path: `${folder}/${path}`, source: `${shown}/${path}`, metadata, maxBytes }
    return fileItem(file, stats, host, (text) => rules.skipsText?.(path, text))
  }
  return {
    id,
    items: Stream.unwrap(
      Effect.map(ReaderHost.make(reading), (host) =>
        Stream.fromAsyncIterable({ [Symbol.asyncIterator]: () => walkFiles(folder, rules) }, (error) =>
          folderFailure(folder, error),
        ).pipe(Stream.mapEffect((found) => itemOf(found, host))),
      ),
    ),
  }
}

const folderFailure = (folder: string, error: unknown): LlmError => {
  if (isLlmError(error)) return error
  if (!(error instanceof UnreadableFolder)) return unreadable(folder, error)
  const { path, code } = error
  const place = path === "" ? folder : `${folder}/${path}`
  const advice =
    path === ""
      ? "check the path; of a single file, use fileSource"
      : `give permission to read it, or leave it out with exclude: ["/${path}"]: what is in it would be taken for deleted`
  return LlmError.make(
    { _tag: "InvalidRequest", field: "source", message: `the folder ${place} cannot be read (${code}): ${advice}` },
    { operation: "config" },
  )
}
