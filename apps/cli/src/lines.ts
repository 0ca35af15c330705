import { UsageError } from "./ExitCode.ts"

/** A line of standard input; of one that is too long only that is known. */
export interface InputLine {
  readonly line: string
  readonly tooLong: boolean
}

/** In UTF-16 units. */
const maxLine = 64 * 1024 * 1024

/** The lines of standard input as they come, without empty ones; never more than one is held. */
export async function* inputLines(): AsyncGenerator<InputLine> {
  let pieces: Array<string> = []
  let length = 0
  const take = (): InputLine => {
    const tooLong = length > maxLine
    const line = tooLong ? "" : pieces.join("")
    pieces = []
    length = 0
    return { line: line.endsWith("\r") ? line.slice(0, -1) : line, tooLong }
  }
  const add = (piece: string) => {
    length += piece.length
    if (length <= maxLine) pieces.push(piece)
    else pieces = []
  }
  process.stdin.setEncoding("utf8")
  for await (const chunk of process.stdin) {
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

/** All of standard input. */
export const inputText = async (): Promise<string> => {
  if (process.stdin.isTTY === true) throw new UsageError("no text: pipe it in")
  const chunks: Array<string> = []
  let length = 0
  process.stdin.setEncoding("utf8")
  for await (const chunk of process.stdin) {
    const text = String(chunk)
    length += text.length
    if (length > maxLine) throw new UsageError("standard input is larger than 64 MiB: give a smaller one")
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
