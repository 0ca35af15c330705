import { type ErrorName, errorBodies } from "../../errorBodies.ts"
import { isJsonObject, type JsonObject } from "../../internal/Json.ts"
import type { RecordedRequest } from "../../RecordedRequest.ts"
import { startUpstream } from "../../Upstream.ts"
import type { Setting } from "../Suite.ts"
import { list, object, text } from "./lenient.ts"
import type { Wire, WireFile, WirePiece, WireRequest, WireTool } from "./Wire.ts"

/** Reads both of OpenAI's APIs: each field is looked for under its name in either. */

const dataUrl = /^data:([^;,]+);base64,(.*)$/s

const fromUrl = (url: string, filename: unknown): WireFile => {
  const [, mediaType, base64] = dataUrl.exec(url) ?? []
  const named = typeof filename === "string" ? { filename } : {}
  return mediaType === undefined || base64 === undefined ? { url, ...named } : { mediaType, base64, ...named }
}

const fileOf = (part: JsonObject): WireFile => {
  const image = part.image_url
  if (typeof image === "string") return fromUrl(image, undefined)
  if (isJsonObject(image)) return fromUrl(text(image.url), undefined)
  const audio = object(part.input_audio)
  if (part.input_audio !== undefined) return { base64: text(audio.data), mediaType: `audio/${text(audio.format)}` }
  const file = isJsonObject(part.file) ? part.file : part
  return fromUrl(text(file.file_url ?? file.file_data), file.filename)
}

const roleOf = (role: unknown): "system" | "user" | "assistant" =>
  role === "assistant" || role === "user" ? role : "system"

const contentOf = (role: unknown, content: unknown): ReadonlyArray<WirePiece> => {
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : list(content)
  return parts.map((given): WirePiece => {
    const part = object(given)
    if (typeof part.text === "string") return { type: "text", role: roleOf(role), text: part.text }
    return { type: "file", ...fileOf(part) }
  })
}

const callOf = (call: JsonObject): WirePiece => {
  const { name, arguments: input } = isJsonObject(call.function) ? call.function : call
  return { type: "call", id: text(call.call_id ?? call.id), name: text(name), inputText: text(input) }
}

const resultText = (value: unknown): string =>
  typeof value === "string"
    ? value
    : list(value)
        .map((part) => text(object(part).text))
        .join("")

const piecesOf = (given: unknown): ReadonlyArray<WirePiece> => {
  const item = object(given)
  if (item.type === "function_call") return [callOf(item)]
  if (item.type === "function_call_output")
    return [{ type: "result", id: text(item.call_id), text: resultText(item.output) }]
  if (item.type === "reasoning") return []
  if (item.role === "tool") return [{ type: "result", id: text(item.tool_call_id), text: resultText(item.content) }]
  return [...contentOf(item.role, item.content), ...list(item.tool_calls).map((call) => callOf(object(call)))]
}

const names: Readonly<Record<Setting, ReadonlyArray<string>>> = {
  temperature: ["temperature"],
  topP: ["top_p"],
  topK: ["top_k"],
  maxOutputTokens: ["max_completion_tokens", "max_tokens", "max_output_tokens"],
  stop: ["stop"],
  seed: ["seed"],
  presencePenalty: ["presence_penalty"],
  frequencyPenalty: ["frequency_penalty"],
  reasoningEffort: ["reasoning_effort"],
}

const settingOf = (body: JsonObject, name: Setting): unknown => {
  const found = names[name].map((field) => body[field]).find((value) => value !== undefined)
  return found ?? (name === "reasoningEffort" ? object(body.reasoning).effort : undefined)
}

const toolOf = (given: unknown): WireTool => {
  const tool = object(given)
  const { name, description, parameters, strict } = isJsonObject(tool.function) ? tool.function : tool
  return { name: text(name ?? tool.type), description, schema: parameters, strict }
}

const choiceOf = (choice: unknown): string | undefined => {
  if (!isJsonObject(choice)) return typeof choice === "string" ? choice : undefined
  return `tool:${text(object(choice.function).name ?? choice.name)}`
}

const outputOf = (body: JsonObject): WireRequest["output"] => {
  const format = object(body.response_format ?? object(body.text).format)
  if (format.type !== "json_object" && format.type !== "json_schema") return undefined
  const { name, schema, strict } = isJsonObject(format.json_schema) ? format.json_schema : format
  return { name, schema, strict }
}

const read = ({ body }: RecordedRequest): WireRequest => {
  const above: ReadonlyArray<WirePiece> =
    typeof body.instructions === "string" ? [{ type: "text", role: "system", text: body.instructions }] : []
  const input = typeof body.input === "string" ? [{ role: "user", content: body.input }] : list(body.input)
  return {
    model: body.model,
    streamed: body.stream === true,
    pieces: [...above, ...[...list(body.messages), ...input].flatMap(piecesOf)],
    setting: (name) => settingOf(body, name),
    tools: list(body.tools).map(toolOf),
    toolChoice: choiceOf(body.tool_choice),
    output: outputOf(body),
  }
}

const reset = (kind: "requests" | "tokens", left: string, after: string) => () => ({
  [`x-ratelimit-remaining-${kind}`]: left,
  [`x-ratelimit-reset-${kind}`]: after,
})

export const openaiWire: Wire = {
  start: startUpstream,
  read,
  // Every name of the table is one of its keys.
  errors: Object.keys(errorBodies) as ReadonlyArray<ErrorName>,
  errorsInside: ["rate_limit_exceeded", "context_length_exceeded", "server_error", "overloaded"],
  errorBodies,
  waits: [
    { title: "x-ratelimit-reset-requests", headers: reset("requests", "0", "1.5s"), ms: 1500 },
    { title: "x-ratelimit-reset-tokens", headers: reset("tokens", "0", "1m30s"), ms: 90_000 },
    { title: "x-ratelimit-reset-* in milliseconds", headers: reset("requests", "0", "20ms"), ms: 20 },
    {
      title: "the spent one of two x-ratelimit-reset-*",
      headers: () => ({ ...reset("requests", "0", "2s")(), ...reset("tokens", "900", "6m0s")() }),
      ms: 2000,
    },
  ],
  numbered: ({ path }) => path.endsWith("/responses"),
  dated: (model) => `${model}-2025-08-07`,
  toolInput: "text",
  toolErrors: false,
  inputTotal: "stated",
  imageOutput: true,
}
