import type { FilePart, LlmRequest, Message, Part, ToolResultPart } from "@switchyard/core"

/** A file of a request, and where it stands: `messages[2].content[0]`. */
export interface Placed {
  readonly part: FilePart
  readonly field: string
}

export const isImage = (part: Part): part is FilePart => part.type === "file" && /^image\//i.test(part.mediaType)

const inContent = (content: ReadonlyArray<Part>, field: string): ReadonlyArray<Placed> =>
  content.flatMap((part, index): ReadonlyArray<Placed> => {
    const here = `${field}[${index}]`
    if (part.type === "file") return [{ part, field: here }]
    if (part.type !== "tool-result" || part.output.type !== "content") return []
    return inContent(part.output.value, `${here}.output.value`)
  })

/** Every file in the messages, those that tools gave included. */
export const filesIn = ({ messages }: LlmRequest): ReadonlyArray<Placed> =>
  messages.flatMap((message, index) =>
    message.role === "system" ? [] : inContent(message.content, `messages[${index}].content`),
  )

/** PDFs count with the images where a vendor limits their number. */
export const countOfDocuments = ({ messages }: LlmRequest): number =>
  messages
    .flatMap((message): ReadonlyArray<Part> => (message.role === "user" ? message.content : []))
    .filter((part) => part.type === "file" && part.mediaType === "application/pdf").length

type Swap = <P extends Part>(part: P) => P | FilePart

const inResult = (part: ToolResultPart, swap: Swap): ToolResultPart =>
  part.output.type === "content" ? { ...part, output: { type: "content", value: part.output.value.map(swap) } } : part

const inMessage = (message: Message, swap: Swap): Message => {
  if (message.role === "system") return message
  if (message.role === "user") return { ...message, content: message.content.map(swap) }
  if (message.role === "assistant") {
    const content = message.content.map((part) => (part.type === "tool-result" ? inResult(part, swap) : swap(part)))
    return { ...message, content }
  }
  const content = message.content.map((part) => (part.type === "tool-result" ? inResult(part, swap) : part))
  return { ...message, content }
}

/** The request with other files; `request` itself when nothing was replaced. */
export const withFiles = (request: LlmRequest, replaced: ReadonlyMap<Part, FilePart>): LlmRequest => {
  if (replaced.size === 0) return request
  const swap: Swap = (part) => replaced.get(part) ?? part
  return { ...request, messages: request.messages.map((message) => inMessage(message, swap)) }
}
