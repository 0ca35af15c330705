import type { Message, Part } from "@switchyard/core"

const charsOf = (part: Part): number => {
  if (part.type === "text" || part.type === "reasoning") return part.text.length
  if (part.type === "tool-call") return part.inputText.length + part.name.length
  return part.type === "tool-result" ? JSON.stringify(part.output).length : 0
}

/** The size of messages, in characters. */
export const sizeOf = (messages: ReadonlyArray<Pick<Message, "content">>): number => {
  let chars = 0
  for (const { content } of messages) {
    if (typeof content === "string") chars += content.length
    else for (const part of content) chars += charsOf(part)
  }
  return chars
}
