import { LlmError } from "@switchyard/core"

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))

/** A file that the store cannot begin with. Nothing is written to it. */
export const notOpened = (file: string, problem: unknown, advice: string): LlmError =>
  LlmError.make(
    {
      _tag: "InvalidRequest",
      field: "file",
      message: `the store's file ${file} cannot be used: ${messageOf(problem)}. It was left as it is. ${advice}`,
    },
    { operation: "compose" },
  )

/** Something that a file of this store has wrong, and what to do. */
export const unreadable = (file: string, problem: string): LlmError =>
  notOpened(file, problem, "Put a good copy in its place; or move it away, and index again")

export const notSaved = (file: string, thrown: unknown): LlmError =>
  failure(
    `the store could not be saved to ${file}: ${messageOf(thrown)}. The file is as it was, and the records are in memory: ` +
      `make room or give this program the right to write there, and save again`,
  )

export const closedAlready = (file: string): LlmError =>
  failure(`the store of ${file} is closed, and another may have the file by now: save before its scope ends`)

const failure = (message: string): LlmError =>
  LlmError.make({ _tag: "PluginFailure", plugin: "@switchyard/rag-store-memory", recovery: "none", message })
