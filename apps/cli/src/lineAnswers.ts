import { inputLines, writeLine } from "./lines.ts"
import { messageOf } from "./output.ts"

/** What is wrong with a line of input, in words for its author. */
export class LineError extends Error {
  override readonly name = "LineError"
}

/** The fields of a line; none of a line that is JSON and no object. */
export type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (line: string, form: string): Fields => {
  let input: unknown
  try {
    input = JSON.parse(line)
  } catch {
    throw new LineError(`the line is not valid JSON: write ${form}`)
  }
  return typeof input === "object" && input !== null ? Object.fromEntries(Object.entries(input)) : {}
}

/**
 * Answers each line of standard input with a line, in order, one at a time, under the line's own `id` where it has one. A line
 * that cannot be answered gives `{id?, line, error}`, `line` being its number, and the next one is read.
 */
export const answerLines = async (
  form: string,
  answer: (fields: Fields) => Promise<object> | object,
): Promise<void> => {
  for await (const { number, line, tooLong } of inputLines()) {
    let id: object = {}
    let answered: object
    try {
      if (tooLong) throw new LineError("the line is longer than 64 MiB")
      const fields = fieldsOf(line, form)
      if (fields["id"] !== undefined) id = { id: fields["id"] }
      answered = await answer(fields)
    } catch (error) {
      answered = { line: number, error: messageOf(error) }
    }
    await writeLine(JSON.stringify({ ...id, ...answered }))
  }
}
