import type { Message, Part, ToolCallPart, ToolResultPart } from "@switchyard/core"

/** Which tool of which server was called. */
export interface Owner {
  readonly server: string
  readonly tool: string
}

/** Whose tool it is, by the name under which the model was offered it; `undefined` for the caller's own. */
export type OwnerOf = (name: string) => Owner | undefined

type Spoken = ToolCallPart | ToolResultPart

const isSpoken = (part: Part): part is Spoken => part.type === "tool-call" || part.type === "tool-result"

/**
 * Calls of MCP tools and their results, as an answer holds them: they have been carried out, so whoever gets the answer
 * has nothing to run. `providerData.mcp` tells them from what a provider did itself.
 */
export const marked = <P extends { readonly type: string }>(part: P | Spoken, ownerOf: OwnerOf): P | Spoken => {
  if (!("name" in part) || !isSpoken(part) || part.providerExecuted === true) return part
  const owner = ownerOf(part.name)
  if (owner === undefined) return part
  const mcp = { server: owner.server, tool: owner.tool }
  return { ...part, providerExecuted: true, providerData: { ...part.providerData, mcp } }
}

const isMarked = (part: Part): part is Spoken =>
  isSpoken(part) && part.providerExecuted === true && part.providerData?.["mcp"] !== undefined

const unmarked = <P extends Spoken>(part: P): P => {
  const { providerExecuted: _, providerData, ...rest } = part
  const { mcp: __, ...others } = providerData ?? {}
  return { ...rest, ...(Object.keys(others).length === 0 ? {} : { providerData: others }) } as P // only optional fields went
}

type AssistantMessage = Extract<Message, { role: "assistant" }>
type ToolMessage = Extract<Message, { role: "tool" }>

/**
 * A conversation that holds answers with such calls, as vendors take it: results stand in a tool message after the answer
 * that asked for them, together with those that the caller adds. The inverse of `marked`.
 */
export const restored = (messages: ReadonlyArray<Message>): ReadonlyArray<Message> => {
  if (!messages.some((message) => message.role === "assistant" && message.content.some(isMarked))) return messages
  const out: Array<Message> = []
  for (const message of messages) {
    const before = out.at(-1)
    if (message.role === "assistant" && message.content.some(isMarked)) out.push(...split(message))
    else if (message.role === "tool" && before?.role === "tool") {
      out[out.length - 1] = { ...before, content: [...before.content, ...message.content] }
    } else out.push(message)
  }
  return out
}

/** One answer as the steps that it was made of. */
const split = (message: AssistantMessage): ReadonlyArray<Message> => {
  const answered = new Set(
    message.content.flatMap((part) => (isMarked(part) && part.type === "tool-result" ? [part.id] : [])),
  )
  const out: Array<Message> = []
  let said: Array<Part> = []
  let results: Array<ToolResultPart> = []
  const step = () => {
    if (said.length > 0) out.push({ ...message, content: said })
    if (results.length > 0) out.push({ role: "tool", content: results } satisfies ToolMessage)
    said = []
    results = []
  }
  for (const part of message.content) {
    if (isMarked(part) && part.type === "tool-result") {
      results.push(unmarked(part))
      continue
    }
    if (results.length > 0) step()
    if (!isMarked(part)) said.push(part)
    // A call that was cut off before its result would make vendors refuse the whole conversation.
    else if (answered.has(part.id)) said.push(unmarked(part))
  }
  step()
  return out
}
