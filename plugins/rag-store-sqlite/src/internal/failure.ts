import { isLlmError, LlmError } from "@switchyard/core"

const plugin = "@switchyard/rag-store-sqlite"

/** What is wrong with what a caller gave. */
export const invalid = (field: string, message: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field, message }, { operation: "config" })

/** The code of SQLite, as `node:sqlite` gives it: https://sqlite.org/rescode.html. */
const codeOf = (thrown: unknown): number | undefined =>
  thrown instanceof Error && "errcode" in thrown && typeof thrown.errcode === "number"
    ? thrown.errcode & 0xff
    : undefined

/** Another connection holds the lock: it is worth waiting. */
export const isBusy = (thrown: unknown): boolean => {
  const code = codeOf(thrown)
  return code === 5 || code === 6
}

/** It may not be written to, or not be opened in the way that was asked for. */
export const isShut = (thrown: unknown): boolean => {
  const code = codeOf(thrown)
  return code === 8 || code === 14
}

/** What to do, by SQLite's code. */
const advice: Readonly<Record<number, string>> = {
  5: "another process has been writing to it all the while. Try again later, or raise busyTimeoutMs",
  6: "another process has been writing to it all the while. Try again later, or raise busyTimeoutMs",
  8: "it may not be written to. Give this program the right to write the file and its folder, or give another file",
  10: "the disk does not read or write what it should. Check the disk and the space on it",
  11: "the file is damaged. Move it away and index again",
  13: "there is no more space on the disk. Make room: what was there is as it was",
  14: "give this program the right to write the file and its folder, or give another file",
  26: "it is no SQLite file, and was left as it is. Give another file",
}

const problemOf = (thrown: unknown): string => {
  const said = thrown instanceof Error ? thrown.message : String(thrown)
  const code = codeOf(thrown)
  const more = code === undefined ? undefined : advice[code]
  return more === undefined ? said : `${said}: ${more}`
}

/** A failure of an operation. It is nobody's provider that is ill, so nothing is tried again elsewhere. */
export const failed = (file: string, thrown: unknown): LlmError =>
  isLlmError(thrown)
    ? thrown
    : LlmError.make({
        _tag: "PluginFailure",
        plugin,
        recovery: "none",
        message: `the store ${file} failed: ${problemOf(thrown)}`,
      })

/** A store that cannot be opened. */
export const notOpened = (file: string, thrown: unknown): LlmError =>
  isLlmError(thrown)
    ? thrown
    : LlmError.make(
        { _tag: "InvalidRequest", field: "file", message: `the store ${file} cannot be opened: ${problemOf(thrown)}` },
        { operation: "compose" },
      )

/** A file that is fine, and not one of this store's. */
export const refusedFile = (file: string, problem: string): LlmError => notOpened(file, new Error(problem))
