import { type FileHandle, open, stat } from "node:fs/promises"
import { LlmError } from "@switchyard/core"
import { codeOf, sizeText } from "./read/readStable.ts"

/** A line of a file of JSON Lines, from 1: what it holds, or why that cannot be told. */
export type JsonLine =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly why: string }

/** A file that is being written while it is read: its records would be of two states. */
export class FileChanged extends Error {}

const blockBytes = 1 << 16
const newline = 10

/**
 * The lines of a file of JSON Lines. A line that is longer than `maxBytes`, no UTF-8 or no JSON is said so; blank ones are
 * left out. One line is held at a time. Throws `FileChanged` at the end when the file changed meanwhile.
 */
export async function* jsonLines(path: string, maxBytes: number): AsyncGenerator<JsonLine> {
  const file = await open(path)
  try {
    const before = await file.stat({ bigint: true })
    let line = 0
    for await (const bytes of linesOf(file, maxBytes)) {
      line++
      if (bytes === undefined) yield { line, why: `a line longer than ${sizeText(maxBytes)}` }
      else {
        const found = valueOf(bytes, line)
        if (found !== undefined) yield found
      }
    }
    const after = await stat(path, { bigint: true })
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs || after.ino !== before.ino)
      throw new FileChanged()
  } finally {
    await file.close()
  }
}

const strict = new TextDecoder("utf-8", { fatal: true })

const valueOf = (bytes: Uint8Array, line: number): JsonLine | undefined => {
  let text
  try {
    text = strict.decode(bytes)
  } catch {
    return { line, why: "a line that is no UTF-8" }
  }
  if (text.trim() === "") return undefined
  try {
    const value: unknown = JSON.parse(text)
    return { line, value }
  } catch (error) {
    return { line, why: `a line that is no JSON (${error instanceof Error ? error.message : String(error)})` }
  }
}

/** Undefined: a line that is too long; it is read over and not held. */
async function* linesOf(file: FileHandle, maxBytes: number): AsyncGenerator<Uint8Array | undefined> {
  const block = new Uint8Array(blockBytes)
  let parts: Array<Uint8Array> = []
  let held = 0
  const take = (): Uint8Array | undefined => {
    const line = held > maxBytes ? undefined : Buffer.concat(parts)
    parts = []
    held = 0
    return line
  }
  const hold = (bytes: Uint8Array): void => {
    held += bytes.length
    if (held > maxBytes) parts = []
    else parts.push(bytes.slice())
  }
  for (;;) {
    const { bytesRead } = await file.read(block, 0, blockBytes)
    if (bytesRead === 0) break
    let from = 0
    for (let end = block.indexOf(newline); end >= 0 && end < bytesRead; end = block.indexOf(newline, from)) {
      hold(block.subarray(from, end))
      yield take()
      from = end + 1
    }
    hold(block.subarray(from, bytesRead))
  }
  if (held > 0) yield take()
}

/** The failure behind what reading records throws. */
export const recordsFailure =
  (path: string) =>
  (error: unknown): LlmError => {
    const why =
      error instanceof FileChanged ? "it changed while it was read: run it again when it is written" : codeOf(error)
    return LlmError.make(
      { _tag: "InvalidRequest", field: "source", message: `${path} cannot be read (${why})` },
      { operation: "config" },
    )
  }
