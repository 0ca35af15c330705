import { type LlmRequest, type Part, textOf } from "@switchyard/core"

/** The passages that a question came with (files of plain text), then those that the answer itself names as sources. */
export const passagesOf = (
  request: Pick<LlmRequest, "messages">,
  content: ReadonlyArray<Part> = [],
): ReadonlyArray<string> => {
  const attached = request.messages.flatMap((message) =>
    message.role === "user"
      ? message.content.flatMap((part) =>
          part.type === "file" && part.source.type === "text" ? [part.source.text] : [],
        )
      : [],
  )
  const cited = content.flatMap((part) =>
    part.type === "source" && part.source.type === "document" && part.source.text !== undefined
      ? [part.source.text]
      : [],
  )
  return [...attached, ...cited]
}

/** What was asked last. */
export const questionOf = ({ messages }: Pick<LlmRequest, "messages">): string | undefined => {
  const last = messages.findLast(({ role }) => role === "user")
  const text = last?.role === "user" ? textOf(last.content).trim() : ""
  return text === "" ? undefined : text
}
