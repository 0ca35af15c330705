import type { FilePart, JsonObject, LlmRequest, Message, Part, ToolResultPart, Warning } from "@switchyard/core"
import { LlmError, textOf } from "@switchyard/core"
import type {
  ChatCompletionContentPart,
  ChatCompletionCreateParams,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from "openai/resources/chat/completions"
import { Warnings, base64Of, defined, object, toolOutputText, urlOf, written } from "@switchyard/transport/provider"
import { cannotSend } from "../cannotSend.ts"
import { dropSampling } from "../dropSampling.ts"
import { describe } from "../models.ts"
import { answerFormat } from "../schema.ts"
import { toolsOf } from "../tools.ts"

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

/** Our request as a Chat Completions body. Throws `Unsupported` or `InvalidRequest` for what cannot be sent. */
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
      response_format: toFormat(request, target),
      ...toTools(request, warnings),
    }),
    ...ownFields(request, target),
  }
  return { body, warnings: warnings.all }
}

/** What the caller adds for this provider. Of several choices all but the first would be paid for and lost. */
const ownFields = ({ providerData }: LlmRequest, { id }: Target): JsonObject => {
  const own = providerData?.[id] ?? {}
  const { n = 1 } = own
  if (n === 1) return own
  const field = `providerData.${id}.n`
  throw LlmError.make({
    _tag: "InvalidRequest",
    field,
    message: `${field} is ${JSON.stringify(n)}: a call gives one choice; make several calls instead`,
  })
}

const toFormat = ({ output }: LlmRequest, { vendor }: Target): ChatCompletionCreateParams["response_format"] => {
  if (output?.type !== "json") return undefined
  const format = answerFormat(output, vendor)
  return format === undefined ? { type: "json_object" } : { type: "json_schema", json_schema: { ...format } }
}

const toTools = (request: LlmRequest, warnings: Warnings) => {
  const { tools, choice } = toolsOf<ChatCompletionTool>(
    request,
    {
      ofFunction: ({ name, parameters, description, strict }) => ({
        type: "function",
        function: { name, parameters: { ...parameters }, ...defined({ description, strict }) },
      }),
      ofProvider: (id) => {
        warnings.unsupported("tools", `the Chat Completions API has no tool "${id}"`)
        return undefined
      },
    },
    warnings,
  )
  const named = typeof choice === "object" ? { type: "function" as const, function: { name: choice.name } } : choice
  return defined({ tools, tool_choice: named })
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
