import { anthropicErrorBodies } from "../../anthropicErrorBodies.ts"
import type { ErrorName } from "../../errorBodies.ts"
import { isJsonObject, type JsonObject } from "../../internal/Json.ts"
import type { RecordedRequest } from "../../RecordedRequest.ts"
import { startAnthropicUpstream } from "../../Upstream.ts"
import type { Setting } from "../Suite.ts"
import { list, object, text } from "./lenient.ts"
import type { Wire, WireFile, WirePiece, WireRequest, WireTool } from "./Wire.ts"

const fileOf = (block: JsonObject): WireFile => {
  const source = object(block.source)
  const named = typeof block.title === "string" ? { filename: block.title } : {}
  if (source.type === "url") return { url: text(source.url), ...named }
  const data = text(source.data)
  // Plain text is sent as it is; the suite compares bytes.
  const base64 = source.type === "text" ? Buffer.from(data, "utf8").toString("base64") : data
  return { base64, mediaType: text(source.media_type), ...named }
}

const resultText = (content: unknown): string =>
  typeof content === "string"
    ? content
    : list(content)
        .map((part) => text(object(part).text))
        .join("")

/** Input that is no JSON object has no place on this wire: the vendor documents a wrapper for it. */
const inputText = (input: unknown): string => {
  const fields = object(input)
  return typeof fields.INVALID_JSON === "string" ? fields.INVALID_JSON : JSON.stringify(input)
}

const resultOf = (block: JsonObject): WirePiece => ({
  type: "result",
  id: text(block.tool_use_id),
  text: resultText(block.content),
  ...(block.is_error === true ? { isError: true } : {}),
})

type Role = "system" | "user" | "assistant"

const pieceOf = (role: Role, given: unknown): ReadonlyArray<WirePiece> => {
  const block = object(given)
  switch (block.type) {
    case "text":
      return [{ type: "text", role, text: text(block.text) }]
    case "image":
    case "document":
      return [{ type: "file", ...fileOf(block) }]
    case "tool_use":
      return [{ type: "call", id: text(block.id), name: text(block.name), inputText: inputText(block.input) }]
    case "tool_result":
      return [resultOf(block)]
    default:
      return []
  }
}

const contentOf = (role: Role, content: unknown): ReadonlyArray<WirePiece> =>
  typeof content === "string"
    ? [{ type: "text", role, text: content }]
    : list(content).flatMap((block) => pieceOf(role, block))

const roleOf = (role: unknown): Role => (role === "assistant" || role === "user" ? role : "system")

const names: Readonly<Partial<Record<Setting, string>>> = {
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  maxOutputTokens: "max_tokens",
  stop: "stop_sequences",
}

const settingOf = (body: JsonObject, name: Setting): unknown => {
  if (name === "reasoningEffort") return object(body.output_config).effort
  const field = names[name]
  return field === undefined ? undefined : body[field]
}

const toolOf = (given: unknown): WireTool => {
  const { name, type, description, input_schema, strict } = object(given)
  return { name: text(name ?? type), description, schema: input_schema, strict }
}

const choices: Readonly<Record<string, string>> = { auto: "auto", any: "required", none: "none" }

const choiceOf = (choice: unknown): string | undefined => {
  if (!isJsonObject(choice)) return undefined
  return choice.type === "tool" ? `tool:${text(choice.name)}` : choices[text(choice.type)]
}

const read = ({ body }: RecordedRequest): WireRequest => {
  const format = object(object(body.output_config).format)
  return {
    model: body.model,
    streamed: body.stream === true,
    pieces: [
      ...contentOf("system", body.system ?? []),
      ...list(body.messages).flatMap((message) => contentOf(roleOf(object(message).role), object(message).content)),
    ],
    setting: (name) => settingOf(body, name),
    tools: list(body.tools).map(toolOf),
    toolChoice: choiceOf(body.tool_choice),
    output: format.type === "json_schema" ? { schema: format.schema } : undefined,
  }
}

/** Resets are times of day, as RFC 3339 writes them. */
const reset = (kind: string, left: string, afterMs: number) => () => ({
  [`anthropic-ratelimit-${kind}-remaining`]: left,
  [`anthropic-ratelimit-${kind}-reset`]: new Date(Date.now() + afterMs).toISOString().replace(/\.\d+Z$/, "Z"),
})

export const anthropicWire: Wire = {
  start: startAnthropicUpstream,
  read,
  // Every name of the table is one of its keys.
  errors: Object.keys(anthropicErrorBodies) as ReadonlyArray<ErrorName>,
  errorsInside: [
    "rate_limit_exceeded",
    "context_length_exceeded",
    "server_error",
    "gateway_timeout",
    "overloaded_error",
  ],
  errorBodies: anthropicErrorBodies,
  waits: [
    { title: "anthropic-ratelimit-requests-reset", headers: reset("requests", "0", 5000), ms: 5000, within: 2000 },
    { title: "anthropic-ratelimit-tokens-reset", headers: reset("tokens", "0", 90_000), ms: 90_000, within: 2000 },
    {
      title: "the spent one of two anthropic-ratelimit-*-reset",
      headers: () => ({ ...reset("requests", "0", 5000)(), ...reset("input-tokens", "900", 360_000)() }),
      ms: 5000,
      within: 2000,
    },
  ],
  numbered: () => false,
  dated: (model) => `${model}-20250929`,
  toolInput: "object",
  toolErrors: true,
  inputTotal: "summed",
  imageOutput: false,
}
