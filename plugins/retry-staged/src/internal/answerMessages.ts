import type { Candidate, Message, Part, ToolCallPart, ToolResultPart } from "@switchyard/core"

const notRun = "This call was not run: the answer that it stands in was not accepted."

/** Does a message of these parts say anything to a model? Thoughts and citations alone do not. */
const says = (parts: ReadonlyArray<Part>): boolean =>
  parts.some(
    (part) => part.type === "tool-call" || part.type === "custom" || (part.type === "text" && part.text.trim() !== ""),
  )

/** Files in an assistant message cannot be sent to most vendors; that there was one can be said. */
const sayable = (part: Part): ReadonlyArray<Part> => {
  if (part.type === "approval-request" || part.type === "approval-response") return []
  if (part.type !== "file") return [part]
  const name = part.filename === undefined ? "" : ` named ${part.filename}`
  return [{ type: "text", text: `[a file${name} of type ${part.mediaType}]` }]
}

/**
 * An answer as turns of the conversation. Every tool call gets a result, as the vendors demand: its own where the answer
 * holds one, else that it was not run. An answer that says nothing gives no message.
 */
export const answerMessages = (
  content: ReadonlyArray<Part>,
  { provider, model }: Candidate,
): ReadonlyArray<Message> => {
  const messages: Array<Message> = []
  let parts: Array<Part> = []
  let results: Array<ToolResultPart> = []
  const open = new Map<string, ToolCallPart>()
  const flush = (): void => {
    if (says(parts)) messages.push({ role: "assistant", content: parts, origin: { provider, model } })
    for (const { id, name } of open.values()) {
      results.push({ type: "tool-result", id, name, output: { type: "error-text", value: notRun } })
    }
    if (results.length > 0) messages.push({ role: "tool", content: results })
    open.clear()
    parts = []
    results = []
  }
  for (const part of content) {
    if (part.type === "tool-result" && open.delete(part.id)) {
      results.push(part)
      continue
    }
    if (results.length > 0) flush()
    if (part.type === "tool-call" && part.providerExecuted !== true) open.set(part.id, part)
    parts.push(...sayable(part))
  }
  flush()
  return messages
}
