import {
  type AssistantMessage,
  type Json,
  LlmError,
  type LlmRequest,
  type Message,
  type Part,
  type ProviderData,
  type ToolMessage,
  type ToolResultPart,
} from "@switchyard/core"
import { Prompt } from "../ai.ts"
import { toPromptFile } from "../files.ts"
import { type Marks, theirsOf, toJson, toMetadata } from "../marks.ts"
import { plainPart } from "../out/response.ts"
import { exactText, paramsOf } from "../toolCall.ts"
import { toResult } from "../toolResult.ts"

/** Who is asked: the provider's id and the model's name in it. */
export interface Target {
  readonly id: string
  readonly model: string
}

const optionsOf = (data: ProviderData | undefined, marks?: Marks) => {
  const options = toMetadata(data, marks)
  return options === undefined ? {} : { options }
}

/** A conversation as a prompt of effect/ai. Throws `Unsupported` for tool calls that were allowed and never run. */
export const toPrompt = ({ messages }: LlmRequest, target: Target): Prompt.Prompt => {
  const pending = pendingApprovals(messages)
  return Prompt.fromMessages(
    messages.map((message): Prompt.Message => {
      switch (message.role) {
        case "system":
          return Prompt.makeMessage("system", { content: message.content, ...optionsOf(message.providerData) })
        case "user":
          return Prompt.makeMessage("user", {
            content: message.content.map((part) => (part.type === "file" ? toPromptFile(part) : toText("text", part))),
            ...optionsOf(message.providerData),
          })
        case "assistant":
          return toAssistant(message, target)
        case "tool":
          return Prompt.makeMessage("tool", {
            content: [...message.content.map(toToolPart), ...denials(message, pending)],
            ...optionsOf(message.providerData),
          })
      }
    }),
  )
}

const toText = <T extends "text" | "reasoning">(
  type: T,
  part: { readonly text: string; readonly providerData?: ProviderData },
  marks?: Marks,
) => Prompt.makePart(type, { text: part.text, ...optionsOf(part.providerData, marks) } as never)

/** A vendor dates its models in the answer: `gpt-5-2025-08-07` is `gpt-5`. */
const undated = (model: string): string => model.replace(/-\d{4}-?\d{2}-?\d{2}$/, "")

/** Reasoning, and what a vendor wants back of it, belong to who wrote them. */
const isOwn = (origin: AssistantMessage["origin"], part: Part, { id, model }: Target): boolean => {
  if (origin?.provider !== id) return false
  const asked = theirsOf(part.providerData)["model"]
  return typeof asked === "string" ? asked === model : undated(origin.model) === undated(model)
}

const toAssistant = (message: AssistantMessage, target: Target): Prompt.AssistantMessage => {
  const { origin } = message
  const content: Array<Prompt.AssistantMessagePart> = []
  const unnamed: Array<Json> = []
  let inner: Json | undefined
  message.content.forEach((part, at) => {
    const own = isOwn(origin, part, target)
    if (part.type === "reasoning" && !own) return
    // What another vendor wants back is of no use here, and might be taken for this vendor's.
    const given = own || origin === undefined ? part : bare(part)
    inner ??= theirsOf(given.providerData)["origin"]
    const made = toPart(given)
    if (made === undefined) unnamed.push({ at, part: plainPart(given) })
    else content.push(made)
  })
  const marks: Marks = {
    origin: inner ?? (origin === undefined ? undefined : toJson(origin)),
    parts: unnamed.length === 0 ? undefined : unnamed,
  }
  return Prompt.makeMessage("assistant", { content, ...optionsOf(message.providerData, marks) })
}

const bare = (part: Part): Part => {
  if (part.providerData === undefined) return part
  const { providerData: _, ...rest } = part
  return rest
}

/** A part of an earlier answer; `undefined` for one that effect/ai has no name for in a prompt. */
const toPart = (part: Part): Prompt.AssistantMessagePart | undefined => {
  switch (part.type) {
    case "text":
    case "reasoning":
      return toText(part.type, part)
    case "file":
      return toPromptFile(part)
    case "tool-call": {
      const params = paramsOf(part.inputText)
      return Prompt.makePart("tool-call", {
        id: part.id,
        name: part.name,
        params,
        providerExecuted: part.providerExecuted === true,
        ...optionsOf(part.providerData, { inputText: exactText(part.inputText, params) }),
      })
    }
    case "tool-result":
      return toToolResult(part)
    case "approval-request":
      return Prompt.makePart("tool-approval-request", {
        approvalId: part.id,
        toolCallId: part.toolCallId,
        ...optionsOf(part.providerData),
      })
    default:
      return undefined
  }
}

const toToolResult = (part: ToolResultPart): Prompt.ToolResultPart => {
  const { result, marks } = toResult(part.output, theirsOf(part.providerData))
  return Prompt.makePart("tool-result", {
    id: part.id,
    name: part.name,
    ...result,
    providerExecuted: part.providerExecuted === true,
    ...optionsOf(part.providerData, marks),
  })
}

const toToolPart = (part: ToolMessage["content"][number]): Prompt.ToolMessagePart =>
  part.type === "tool-result"
    ? toToolResult(part)
    : Prompt.makePart("tool-approval-response", {
        approvalId: part.id,
        approved: part.approved,
        ...(part.reason === undefined ? {} : { reason: part.reason }),
        ...optionsOf(part.providerData),
      })

/** Denied calls without a result, by the id of the approval. */
type Pending = ReadonlyMap<string, { readonly id: string; readonly name: string }>

const nothingPending: Pending = new Map()

/**
 * Approvals that no result follows. effect/ai would run the tools of those that were allowed, with handlers that it does not
 * have here; and it wants the tools to be told for those that were denied.
 */
const pendingApprovals = (messages: ReadonlyArray<Message>): Pending => {
  const parts = messages.flatMap((message): ReadonlyArray<Part> =>
    message.role === "assistant" || message.role === "tool" ? message.content : [],
  )
  const answered = parts.filter((part) => part.type === "approval-response")
  if (answered.length === 0) return nothingPending
  const calls = new Map(parts.flatMap((part) => (part.type === "tool-call" ? [[part.id, part] as const] : [])))
  const done = new Set(parts.flatMap((part) => (part.type === "tool-result" ? [part.id] : [])))
  const pending = new Map<string, { readonly id: string; readonly name: string }>()
  for (const request of parts) {
    if (request.type !== "approval-request" || done.has(request.toolCallId)) continue
    const answer = answered.find((part) => part.id === request.id)
    if (answer === undefined) continue
    const call = calls.get(request.toolCallId)
    if (answer.approved) throw allowed(call?.name ?? request.toolCallId)
    if (call !== undefined) pending.set(answer.id, call)
  }
  return pending
}

const allowed = (name: string): LlmError =>
  LlmError.make({
    _tag: "Unsupported",
    feature: "approvals",
    message: `the call of the tool "${name}" was allowed and has no result: run it and add its result, since effect/ai would run it itself`,
  })

const denials = ({ content }: ToolMessage, pending: Pending): ReadonlyArray<Prompt.ToolMessagePart> =>
  pending.size === 0
    ? []
    : content.flatMap((part) => {
        const call = part.type === "approval-response" ? pending.get(part.id) : undefined
        if (call === undefined || part.type !== "approval-response") return []
        const reason = part.reason === undefined ? {} : { reason: part.reason }
        const { id, name } = call
        return [toToolResult({ type: "tool-result", id, name, output: { type: "denied", ...reason } })]
      })
