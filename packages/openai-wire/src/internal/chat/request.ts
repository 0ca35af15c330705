import type { FilePart, LlmRequest, Message, Part, ToolResultPart, Warning } from "@switchyard/core"
import { textOf } from "@switchyard/core"
import type {
  ChatCompletionContentPart,
  ChatCompletionCreateParams,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions"
import { Warnings, base64Of, defined, object, toolOutputText, urlOf, written } from "@switchyard/transport/provider"
import { cannotSend } from "../cannotSend.ts"
import { dropSampling } from "../dropSampling.ts"
import { describe } from "../models.ts"

/** What the translation needs to know of the provider: its id, and whether it is the vendor's own endpoint. */
export interface Target {
  readonly id: string
  readonly vendor: boolean
}

export interface Translated<Body> {
  readonly body: Body
  readonly warnings: ReadonlyArray<Warning>
}

type Body = ChatCompletionCreateParams & Record<string, unknown>

const sampled = ["temperature", "topP", "presencePenalty", "frequencyPenalty"] as const

/** Our request as a Chat Completions body. Throws `Unsupported` for content that cannot be sent. */
export const toChat = (request: LlmRequest, target: Target, stream: boolean): Translated<Body> => {
  const warnings = new Warnings(target.id)
  const info = target.vendor ? describe(request.model) : undefined
  if (request.topK !== undefined) warnings.unsupported("topK", "the Chat Completions API has no such setting")
  const sampling =
    info?.reasoning === true && !info.outputMedia.includes("audio/*")
      ? dropSampling(request, sampled, warnings)
      : request
  const limit = request.maxOutputTokens
  const body: Body = {
    model: request.model,
    messages: request.messages.flatMap((message) => toMessages(message, target, warnings)),
    ...(stream ? { stream: true as const, stream_options: { include_usage: true } } : { stream: false as const }),
    ...defined({
      // Servers that speak this wire know the old name; OpenAI's reasoning models know only the new one.
      max_completion_tokens: target.vendor ? limit : undefined,
      max_tokens: target.vendor ? undefined : limit,
      temperature: sampling.temperature,
      top_p: sampling.topP,
      presence_penalty: sampling.presencePenalty,
      frequency_penalty: sampling.frequencyPenalty,
      seed: request.seed,
      stop: request.stop === undefined ? undefined : [...request.stop],
      reasoning_effort: request.reasoningEffort,
      response_format: toFormat(request),
      ...toTools(request, warnings),
    }),
    ...object(request.providerData?.[target.id]),
  }
  return { body, warnings: warnings.all }
}

const toFormat = ({ output }: LlmRequest): ChatCompletionCreateParams["response_format"] => {
  if (output?.type !== "json") return undefined
  if (output.schema === undefined) return { type: "json_object" }
  const { schema, name, strict } = output
  return {
    type: "json_schema",
    json_schema: { name: name ?? "response", schema: { ...schema }, strict: strict ?? true },
  }
}

const toTools = ({ tools, toolChoice }: LlmRequest, warnings: Warnings) => {
  if (tools === undefined || tools.length === 0) {
    if (toolChoice !== undefined) warnings.unsupported("toolChoice", "the request has no tools")
    return {}
  }
  const functions = tools.flatMap((tool) => {
    if (tool.type === "provider") {
      warnings.unsupported("tools", `the Chat Completions API has no tool "${tool.id}"`)
      return []
    }
    const { name, description, inputSchema, strict } = tool
    return [
      {
        type: "function" as const,
        function: { name, parameters: { ...inputSchema }, ...defined({ description, strict }) },
      },
    ]
  })
  const choice =
    typeof toolChoice === "object" ? { type: "function" as const, function: { name: toolChoice.name } } : toolChoice
  return defined({ tools: functions.length === 0 ? undefined : functions, tool_choice: choice })
}

const toMessages = (message: Message, target: Target, warnings: Warnings): Array<ChatCompletionMessageParam> => {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: message.content }]
    case "user": {
      const texts = message.content.every((part) => part.type === "text")
      return [
        {
          role: "user",
          content: texts ? textOf(message.content) : message.content.map((part) => toContent(part, target)),
        },
      ]
    }
    case "assistant":
      return toAssistant(message.content, warnings)
    case "tool":
      return message.content.flatMap((part) => (part.type === "tool-result" ? [toToolMessage(part, warnings)] : []))
  }
}

const toToolMessage = (part: ToolResultPart, warnings: Warnings): ChatCompletionMessageParam => ({
  role: "tool",
  tool_call_id: part.id,
  content: toolOutputText(part.output, warnings),
})

/** Reasoning and citations are the provider's own: the wire has no place for them on the way in. */
const toAssistant = (content: ReadonlyArray<Part>, warnings: Warnings): Array<ChatCompletionMessageParam> => {
  const calls = content.flatMap((part) =>
    part.type === "tool-call" && part.providerExecuted !== true
      ? [{ type: "function" as const, id: part.id, function: { name: part.name, arguments: part.inputText } }]
      : [],
  )
  if (content.some((part) => part.type === "file")) warnings.lost("files in an assistant message")
  const text = textOf(content)
  if (text === "" && calls.length === 0) return []
  return [
    { role: "assistant", content: text === "" ? null : text, ...(calls.length === 0 ? {} : { tool_calls: calls }) },
  ]
}

const toContent = (
  part: Extract<Message, { role: "user" }>["content"][number],
  target: Target,
): ChatCompletionContentPart => (part.type === "text" ? { type: "text", text: part.text } : toFile(part, target))

const audioFormats: Readonly<Record<string, "wav" | "mp3">> = {
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "audio/mpeg": "mp3",
  "audio/mp3": "mp3",
}

const toFile = (part: FilePart, target: Target): ChatCompletionContentPart => {
  const own = object(part.providerData?.[target.id])
  const url = urlOf(part)
  if (part.mediaType.startsWith("image/") && url !== undefined) {
    return { type: "image_url", image_url: { url, ...own } }
  }
  if (part.source.type === "ref") return { type: "file", file: { file_id: part.source.ref } }
  const text = written(part)
  if (text !== undefined) return { type: "text", text }
  const data = base64Of(part)
  const format = audioFormats[part.mediaType]
  if (data !== undefined && format !== undefined) return { type: "input_audio", input_audio: { data, format } }
  if (data !== undefined && part.mediaType === "application/pdf" && url !== undefined) {
    return { type: "file", file: { filename: part.filename ?? "document.pdf", file_data: url } }
  }
  throw cannotSend(part, "Chat Completions")
}
