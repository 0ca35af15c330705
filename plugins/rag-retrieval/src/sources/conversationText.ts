import { type Message, type Part, textOf } from "@switchyard/core"

const speakers = { system: "System", user: "User", assistant: "Assistant", tool: "Tool" } as const

/** A conversation as paragraphs, a turn after the other. */
export const conversationText = (messages: ReadonlyArray<Message>): string =>
  messages
    .flatMap((message) => {
      const text = typeof message.content === "string" ? message.content : partsText(message.content)
      return text.trim() === "" ? [] : [`${speakers[message.role]}: ${text.trim()}\n`]
    })
    .join("\n")

const partsText = (parts: ReadonlyArray<Part>): string =>
  parts
    .map(partText)
    .filter((text) => text !== "")
    .join("\n")

const partText = (part: Part): string => {
  switch (part.type) {
    case "text":
      return part.text
    case "file":
      return `[${part.filename ?? part.mediaType}]`
    case "tool-call":
      return `[${part.name} ${part.inputText}]`
    case "tool-result":
      return `[${part.name}] ${outputText(part.output)}`
    default:
      return ""
  }
}

const outputText = (output: Extract<Part, { type: "tool-result" }>["output"]): string => {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value
    case "json":
    case "error-json":
      return JSON.stringify(output.value)
    case "content":
      return textOf(output.value)
    case "denied":
      return `denied: ${output.reason ?? ""}`
  }
}
