import type { LlmRequest, Message, Part } from "@switchyard/core"
import type { ModelName } from "../../ModelNames.ts"
import { type Contents, contentsOfMessages, contentsOfParts } from "./contents.ts"
import type { Count } from "./encodings.ts"
import { fileTokens } from "./fileTokens.ts"
import { isChatKnown, overheadOf } from "./overhead.ts"
import { toolTokens } from "./toolTokens.ts"

/** A text, messages, a request (messages, tools), or a response (content). */
export type Countable =
  | string
  | ReadonlyArray<Message>
  | Pick<LlmRequest, "messages" | "tools" | "output">
  | { readonly content: ReadonlyArray<Part> }

/** The texts of what is counted, and the tokens around them. */
export interface Frame {
  readonly contents: Contents
  readonly overhead: number
  readonly tools: number
  readonly images: number
  /** Media types of files without a rule. */
  readonly uncounted: ReadonlyArray<string>
  /** What stands around the texts is known and public. */
  readonly exact: boolean
}

const isMessages = (what: Countable): what is ReadonlyArray<Message> => Array.isArray(what)

const bare = (contents: Contents, model: ModelName): Frame => {
  const files = filesOf(model, contents)
  return { contents, overhead: 0, tools: 0, ...files, exact: contents.files.length === 0 && contents.structured === 0 }
}

export const frameOf = (model: ModelName, what: Countable, count: Count): Frame => {
  if (typeof what === "string") return bare({ texts: [what], files: [], structured: 0 }, model)
  if (!isMessages(what) && "content" in what) return bare(contentsOfParts(what.content), model)
  const { messages, output, tools = [] } = isMessages(what) ? { messages: what } : what
  const frame = bare(contentsOfMessages(messages), model)
  const json = output?.type === "json"
  if (json && output.schema !== undefined) frame.contents.texts.push(JSON.stringify(output.schema))
  const around = overheadOf(model)
  return {
    ...frame,
    overhead: messages.reduce((sum, { role }) => sum + count(role) + around.perMessage, around.base),
    tools: toolTokens(tools, count, around),
    exact: frame.exact && isChatKnown(model) && tools.length === 0 && !json,
  }
}

const filesOf = (model: ModelName, { files }: Contents): Pick<Frame, "images" | "uncounted"> => {
  let images = 0
  const uncounted: Array<string> = []
  for (const file of files) {
    const tokens = fileTokens(file, model)
    if (tokens === undefined) uncounted.push(file.mediaType)
    else images += tokens
  }
  return { images, uncounted }
}
