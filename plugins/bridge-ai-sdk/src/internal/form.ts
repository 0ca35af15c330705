import { LlmError } from "@switchyard/core"
import { isObject } from "./plain.ts"

/** A model's answer is not what its specification says. */
export const malformed = (what: string): LlmError =>
  LlmError.make({
    _tag: "InvalidResponse",
    message: `the model's AI SDK package breaks the AI SDK's specification: ${what}`,
  })

/** Fails for fields that every version of the specification demands and that are not there. */
const demand = (given: unknown, what: string, fields: ReadonlyArray<string>): void => {
  const missing = fields.filter((field) => !isObject(given) || given[field] === undefined || given[field] === null)
  if (missing.length > 0) throw malformed(`${what} has no ${missing.join(" and no ")}`)
}

interface Answer<C, W> {
  readonly content: ReadonlyArray<C>
  readonly warnings: ReadonlyArray<W>
}

/** A whole answer with all that it must have. Warnings may be absent, and pieces that are none are passed by. */
export const wholeAnswer = <C, W, R extends Answer<C, W>>(result: R): R => {
  demand(result, "the answer", ["content", "finishReason", "usage"])
  if (!Array.isArray(result.content)) throw malformed("the answer's content is no array")
  return { ...result, content: result.content.filter(isObject), warnings: result.warnings ?? [] }
}

/** What `doStream` gave, with its stream. */
export const streamAnswer = <R extends { readonly stream: unknown }>(result: R): R => {
  demand(result, "the answer", ["stream"])
  return result
}

/** A part of a stream before it is translated: the last one must say why the answer ended and what it cost. */
export const checkPart = (part: { readonly type: string }): void => {
  if (part.type === "finish") demand(part, `the stream's part "finish"`, ["finishReason", "usage"])
}

/** The text of a piece: none is an empty one. */
export const textOf = (given: unknown, type: string): string => {
  if (typeof given === "string") return given
  if (given === undefined || given === null) return ""
  throw malformed(`the text of a part "${type}" is of type ${typeof given}`)
}
