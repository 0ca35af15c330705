import type { AssistantMessage, FilePart, JsonObject, LlmRequest, Message, ReasoningPart } from "@switchyard/core"
import type {
  ResponseCreateParams,
  ResponseInputContent,
  ResponseInputItem,
  ResponseReasoningItem,
  Tool as ResponsesTool,
} from "openai/resources/responses/responses"
import { Warnings, defined, object, string, toolOutputText, urlOf, written } from "@switchyard/transport/provider"
import type { Target, Translated } from "../chat/request.ts"
import { cannotSend } from "../cannotSend.ts"
import { dropSampling } from "../dropSampling.ts"
import { describe } from "../models.ts"
import { answerFormat } from "../schema.ts"
import { toolsOf } from "../tools.ts"

type Body = ResponseCreateParams & Record<string, unknown>

const withoutPlace = ["topK", "seed", "stop", "presencePenalty", "frequencyPenalty"] as const

/**
 * Our request as a Responses body. Nothing is kept at the vendor (`store: false`): reasoning comes back encrypted and is
 * replayed by us. Throws `Unsupported` or `InvalidRequest` for what cannot be sent.
 */
export const toResponses = (request: LlmRequest, target: Target, stream: boolean): Translated<Body> => {
  const warnings = new Warnings(target.id)
  for (const setting of withoutPlace) {
    if (request[setting] !== undefined) warnings.unsupported(setting, "the Responses API has no such setting")
  }
  const reasons = describe(request.model)?.reasoning === true
  const sampling = reasons ? dropSampling(request, ["temperature", "topP"], warnings) : request
  const effort = request.reasoningEffort
  const body: Body = {
    model: request.model,
    input: request.messages.flatMap((message) => toItems(message, request.model, target, warnings)),
    ...(stream ? { stream: true as const } : { stream: false as const }),
    store: false,
    ...defined({
      include: reasons ? ["reasoning.encrypted_content" as const] : undefined,
      max_output_tokens: request.maxOutputTokens,
      temperature: sampling.temperature,
      top_p: sampling.topP,
      reasoning:
        effort === undefined ? undefined : { effort, ...(effort === "none" ? {} : { summary: "auto" as const }) },
      text: toText(request, target),
      ...toTools(request, target, warnings),
    }),
    ...object(request.providerData?.[target.id]),
  }
  return { body, warnings: warnings.all }
}

const toText = ({ output }: LlmRequest, { vendor }: Target): ResponseCreateParams["text"] => {
  if (output?.type !== "json") return undefined
  const format = answerFormat(output, vendor)
  return { format: format === undefined ? { type: "json_object" } : { type: "json_schema", ...format } }
}

const toTools = (request: LlmRequest, target: Target, warnings: Warnings) => {
  const { tools, choice } = toolsOf<ResponsesTool>(
    request,
    {
      ofFunction: ({ name, parameters, description, strict = false }) => ({
        type: "function",
        name,
        parameters: { ...parameters },
        strict,
        ...defined({ description }),
      }),
      ofProvider: (id, args) => ownTool(id, args, target, warnings),
    },
    warnings,
  )
  const named = typeof choice === "object" ? { type: "function" as const, name: choice.name } : choice
  return defined({ tools, tool_choice: named })
}

/** The vendor's own tools are an open set: their arguments go through as they are. */
const ownTool = (id: string, args: JsonObject | undefined, target: Target, warnings: Warnings) => {
  const [owner, ...rest] = id.split(".")
  const type = rest.join(".")
  if ((owner === "openai" || owner === target.id) && type !== "") {
    return { ...args, type } as unknown as ResponsesTool // theirs
  }
  warnings.unsupported("tools", `"${id}" is not a tool of OpenAI's`)
  return undefined
}

const toItems = (message: Message, model: string, target: Target, warnings: Warnings): Array<ResponseInputItem> => {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: message.content }]
    case "user":
      return [
        {
          role: "user",
          content: message.content.map((part) =>
            part.type === "text" ? { type: "input_text", text: part.text } : toFile(part, target),
          ),
        },
      ]
    case "assistant":
      return toAssistant(message, model, target, warnings)
    case "tool":
      return message.content.flatMap((part) =>
        part.type === "tool-result"
          ? [{ type: "function_call_output" as const, call_id: part.id, output: toolOutputText(part.output, warnings) }]
          : [],
      )
  }
}

/** Items in the order of the answer. Encrypted reasoning goes back only to the provider and model that wrote it. */
const toAssistant = (
  message: AssistantMessage,
  model: string,
  target: Target,
  warnings: Warnings,
): Array<ResponseInputItem> => {
  const own = message.origin?.provider === target.id && undated(message.origin.model) === undated(model)
  const items: Array<ResponseInputItem> = []
  const reasoning = new Map<string, ResponseReasoningItem>()
  for (const part of message.content) {
    if (part.type === "text" && part.text !== "") {
      items.push({ role: "assistant", content: part.text })
    } else if (part.type === "tool-call" && part.providerExecuted !== true) {
      items.push({ type: "function_call", call_id: part.id, name: part.name, arguments: part.inputText })
    } else if (part.type === "reasoning" && own) {
      replay(part, part.providerData?.[target.id], reasoning, items)
    } else if (part.type === "file") {
      warnings.lost("files in an assistant message")
    }
  }
  return items
}

/** The vendor answers with the dated version of the model that was asked: both are one model. */
const undated = (model: string): string => model.replace(/-\d{4}-\d{2}-\d{2}$/, "")

const replay = (
  part: ReasoningPart,
  data: JsonObject | undefined,
  seen: Map<string, ResponseReasoningItem>,
  items: Array<ResponseInputItem>,
): void => {
  const id = string(data?.["itemId"])
  if (id === undefined) return
  const summary = part.text === "" ? [] : [{ type: "summary_text" as const, text: part.text }]
  const known = seen.get(id)
  const encrypted = string(data?.["encryptedContent"])
  if (known !== undefined) {
    known.summary.push(...summary)
    if (encrypted !== undefined) known.encrypted_content = encrypted
    return
  }
  const item: ResponseReasoningItem = {
    type: "reasoning",
    id,
    summary,
    ...(encrypted === undefined ? {} : { encrypted_content: encrypted }),
  }
  seen.set(id, item)
  items.push(item)
}

const toFile = (part: FilePart, target: Target): ResponseInputContent => {
  const { source } = part
  const image = part.mediaType.startsWith("image/")
  if (source.type === "ref") {
    return image
      ? { type: "input_image", file_id: source.ref, detail: "auto" }
      : { type: "input_file", file_id: source.ref }
  }
  const url = urlOf(part)
  if (image && url !== undefined) {
    return { type: "input_image", image_url: url, detail: "auto", ...object(part.providerData?.[target.id]) }
  }
  const text = written(part)
  if (text !== undefined) return { type: "input_text", text }
  if (source.type === "url") return { type: "input_file", file_url: source.url }
  if (part.mediaType === "application/pdf" && url !== undefined) {
    return { type: "input_file", filename: part.filename ?? "document.pdf", file_data: url }
  }
  throw cannotSend(part, "Responses")
}
