import type { ApprovalResponsePart, LlmResponse, Message, Part, ToolCallPart } from "@switchyard/core"

type ToolContent = Extract<Message, { role: "tool" }>["content"][number]

/** The calls of an answer that are ours to run: not the provider's own, and not answered in place. */
export const callsIn = (content: ReadonlyArray<Part>): ReadonlyArray<ToolCallPart> =>
  content.filter(
    (part): part is ToolCallPart =>
      part.type === "tool-call" &&
      part.providerExecuted !== true &&
      !content.some((other) => other.type === "tool-result" && other.id === part.id),
  )

/** Calls at the end of a conversation that nobody has answered, and what people said of them, by call. */
export interface Unanswered {
  readonly calls: ReadonlyArray<ToolCallPart>
  readonly responses: ReadonlyMap<string, ApprovalResponsePart>
}

const none: Unanswered = { calls: [], responses: new Map() }

/** The calls of the last answer, if only tool messages follow it, without those that have a result. */
export const unanswered = (messages: ReadonlyArray<Message>): Unanswered => {
  const at = messages.findLastIndex(({ role }) => role !== "tool")
  const last = messages[at]
  if (last?.role !== "assistant") return none
  const given = messages
    .slice(at + 1)
    .flatMap((message): ReadonlyArray<ToolContent> => (message.role === "tool" ? message.content : []))
  const done = new Set(given.flatMap((part) => (part.type === "tool-result" ? [part.id] : [])))
  const asked = new Map(
    last.content.flatMap((part) => (part.type === "approval-request" ? [[part.id, part.toolCallId]] : [])),
  )
  const responses = new Map<string, ApprovalResponsePart>()
  for (const part of given) {
    const call = part.type === "approval-response" ? asked.get(part.id) : undefined
    if (call !== undefined && part.type === "approval-response") responses.set(call, part)
  }
  return { calls: callsIn(last.content).filter(({ id }) => !done.has(id)), responses }
}

/** An answer as a message. Its origin says whose reasoning it holds. */
export const messageOf = ({ content, provider, model }: LlmResponse): Message => ({
  role: "assistant",
  content,
  origin: { provider, model },
})

/**
 * The conversation as a vendor takes it: all results of one answer in one message, without the approvals of our own calls,
 * which are between the person and us.
 */
export const sendable = (messages: ReadonlyArray<Message>): ReadonlyArray<Message> => {
  const sent: Array<Message> = []
  let own = new Set<string>()
  for (const message of messages) {
    if (message.role === "assistant") {
      const calls = new Set(callsIn(message.content).map(({ id }) => id))
      const asks = (part: Part) => part.type === "approval-request" && calls.has(part.toolCallId)
      own = new Set(
        message.content.flatMap((part) => (part.type === "approval-request" && asks(part) ? [part.id] : [])),
      )
      sent.push(own.size === 0 ? message : { ...message, content: message.content.filter((part) => !asks(part)) })
    } else if (message.role === "tool") {
      const content = message.content.filter((part) => part.type === "tool-result" || !own.has(part.id))
      const before = sent.at(-1)
      if (before?.role === "tool") sent[sent.length - 1] = { ...before, content: [...before.content, ...content] }
      else if (content.length > 0) sent.push({ ...message, content })
    } else sent.push(message)
  }
  return sent
}
