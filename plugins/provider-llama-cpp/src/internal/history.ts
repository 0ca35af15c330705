import { type FilePart, type Json, LlmError, type LlmRequest, type Message, type Part, textOf } from "@switchyard/core"
import type { ToolOutput } from "@switchyard/core"
import type { ChatHistoryItem, ChatModelFunctionCall, ChatModelResponse } from "node-llama-cpp"
import type { Warnings } from "./Warnings.ts"

type Item = ChatModelResponse["response"][number]

/** A conversation in the library's form, and the ids of the tool calls in it. */
export interface History {
  readonly items: ReadonlyArray<ChatHistoryItem>
  readonly toolCallIds: ReadonlySet<string>
}

/** Whose reasoning is given back: that of this provider's model, to the same model. */
interface Target {
  readonly id: string
  readonly model: string
}

/** A file as text, with its name. */
const written = ({ source, filename, mediaType }: FilePart): string | undefined => {
  const named = (text: string) => (filename === undefined ? text : `${filename}:\n${text}`)
  if (source.type === "text") return named(source.text)
  if (!/^text\/|^application\/(json|xml|yaml)/.test(mediaType)) return undefined
  if (source.type === "base64") return named(Buffer.from(source.base64, "base64").toString("utf8"))
  return source.type === "bytes" ? named(Buffer.from(source.bytes).toString("utf8")) : undefined
}

/** Leaving a file out would answer another question. */
const cannotRead = ({ mediaType, source }: FilePart): LlmError =>
  LlmError.make({
    _tag: "Unsupported",
    feature: `input of ${mediaType}`,
    message: `a local model reads text: it cannot take a file of type ${mediaType} given as ${source.type}`,
  })

const userText = (content: Extract<Message, { role: "user" }>["content"]): string =>
  content
    .map((part) => {
      if (part.type === "text") return part.text
      const text = written(part)
      if (text === undefined) throw cannotRead(part)
      return text
    })
    .join("\n\n")

/** A tool's output as the JSON value that a template prints. */
const resultOf = (output: ToolOutput, warnings: Warnings): Json => {
  switch (output.type) {
    case "text":
    case "json":
      return output.value
    case "error-text":
    case "error-json":
      return { error: output.value }
    case "denied":
      return { error: output.reason === undefined ? "The call was denied." : `The call was denied: ${output.reason}` }
    case "content":
      if (output.value.some((part) => part.type === "file")) warnings.lost("files in a tool result")
      return textOf(output.value)
  }
}

/** What the model wrote as input; when it is no JSON, the text itself. */
const paramsOf = (inputText: string): Json => {
  try {
    const params: Json = JSON.parse(inputText)
    return params
  } catch {
    return inputText
  }
}

class Conversation {
  readonly items: Array<ChatHistoryItem> = []
  readonly calls = new Map<string, ChatModelFunctionCall>()
  readonly #target: Target
  readonly #warnings: Warnings

  constructor(target: Target, warnings: Warnings) {
    this.#target = target
    this.#warnings = warnings
  }

  add(message: Message): void {
    switch (message.role) {
      case "system":
        return this.#system(message.content)
      case "user":
        this.items.push({ type: "user", text: userText(message.content) })
        return
      case "assistant": {
        const { provider, model } = message.origin ?? {}
        const own = provider === this.#target.id && model === this.#target.model
        return this.#assistant(message.content, own)
      }
      case "tool":
        for (const part of message.content) if (part.type === "tool-result") this.#result(part)
    }
  }

  #system(text: string): void {
    const last = this.items.at(-1)
    if (last?.type === "system" && typeof last.text === "string") last.text += `\n\n${text}`
    else this.items.push({ type: "system", text })
  }

  /** A model's turn: it goes on over the tool calls within it. */
  #turn(): Array<Item> {
    const last = this.items.at(-1)
    if (last?.type === "model") return last.response
    const response: Array<Item> = []
    this.items.push({ type: "model", response })
    return response
  }

  #assistant(content: ReadonlyArray<Part>, own: boolean): void {
    const turn = this.#turn()
    let first = true
    for (const part of content) {
      if (part.type === "text") turn.push(part.text)
      else if (part.type === "reasoning" && own) {
        turn.push({ type: "segment", segmentType: "thought", text: part.text, ended: true })
      } else if (part.type === "tool-call") {
        const { id, name, inputText } = part
        this.#call(turn, id, { name, params: paramsOf(inputText), result: null, startsNewChunk: first })
        first = false
      } else if (part.type === "tool-result") this.#result(part)
      else if (part.type === "file") this.#warnings.lost("files in an assistant message")
    }
  }

  #call(turn: Array<Item>, id: string, call: Omit<ChatModelFunctionCall, "type">): void {
    const item: ChatModelFunctionCall = { type: "functionCall", ...call }
    turn.push(item)
    this.calls.set(id, item)
  }

  #result({ id, name, output }: { readonly id: string; readonly name: string; readonly output: ToolOutput }): void {
    const result = resultOf(output, this.#warnings)
    const call = this.calls.get(id)
    if (call === undefined) this.#call(this.#turn(), id, { name, params: {}, result, startsNewChunk: true })
    else call.result = result
  }
}

/**
 * The messages as the library's history: results stand inside their calls, and a turn of the model goes on over them.
 * Reasoning of other models is left out. Throws `Unsupported` for files that are no text.
 */
export const toHistory = ({ messages }: LlmRequest, target: Target, warnings: Warnings): History => {
  const conversation = new Conversation(target, warnings)
  for (const message of messages) conversation.add(message)
  return { items: conversation.items, toolCallIds: new Set(conversation.calls.keys()) }
}
