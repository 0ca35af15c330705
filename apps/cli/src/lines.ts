import { once } from "node:events"
import { createReadStream } from "node:fs"
import { UsageError } from "./ExitCode.ts"

/** A line of input; of one that is too long only that is known. `number` counts from 1, empty lines included. */
export interface InputLine {
  readonly number: number
  readonly line: string
  readonly tooLong: boolean
}

/** In UTF-16 units. */
const maxLine = 64 * 1024 * 1024

/** Standard input, or a file that can be read. */
const open = async (file: string | undefined): Promise<NodeJS.ReadableStream> => {
  if (file === undefined) return process.stdin
  const stream = createReadStream(file)
  try {
    await once(stream, "open")
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable"
    throw new UsageError(`cannot read ${file}: ${code === "ENOENT" ? "there is no such file" : code}`)
  }
  return stream
}

/** The lines of standard input, or of a file, as they come, without empty ones; never more than one is held. */
export async function* inputLines(file?: string): AsyncGenerator<InputLine> {
  const input = await open(file)
  let pieces: Array<string> = []
  let length = 0
  let number = 0
  const take = (): InputLine => {
    const tooLong = length > maxLine
    const joined = tooLong ? "" : pieces.join("")
    // A file may begin with a byte order mark.
    const line = ++number === 1 ? joined.replace(/^\ufeff/, "") : joined
    pieces = []
    length = 0
    return { number, line: line.endsWith("\r") ? line.slice(0, -1) : line, tooLong }
  }
  const add = (piece: string) => {
    length += piece.length
    if (length <= maxLine) pieces.push(piece)
    else pieces = []
  }
  input.setEncoding("utf8")
  for await (const chunk of input) {
    const text = String(chunk)
    let from = 0
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      add(text.slice(from, at))
      from = at + 1
      const line = take()
      if (line.tooLong || line.line.trim() !== "") yield line
    }
    add(text.slice(from))
  }
  const last = take()
  if (last.tooLong || last.line.trim() !== "") yield last
}

/** All of standard input, or of a file. */
export const inputText = async (file?: string): Promise<string> => {
  if (file === undefined && process.stdin.isTTY === true) throw new UsageError("no text: pipe it in")
  const chunks: Array<string> = []
  let length = 0
  const input = await open(file)
  input.setEncoding("utf8")
  for await (const chunk of input) {
    const text = String(chunk)
    length += text.length
    if (length > maxLine) throw new UsageError(`${file ?? "standard input"} is larger than 64 MiB: give a smaller one`)
    chunks.push(text)
  }
  return chunks.join("")
}

/** Writes a line, and waits until there is room for more, so that a slow reader is not written to for ever. */
export const writeLine = (text: string): Promise<void> =>
  new Promise((resolve) => {
    if (process.stdout.write(`${text}\n`)) resolve()
    else process.stdout.once("drain", resolve)
  })
