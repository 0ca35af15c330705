import { hint, type JsonObject, LlmError, type LlmRequestInput, type MessageInput } from "@switchyard/core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type SwitchyardError, toSwitchyardError } from "./errors.ts"

const optional = Schema.optionalKey

const Content = Schema.Union([
  Schema.String,
  Schema.Array(
    Schema.Union([
      Schema.Struct({ type: Schema.Literal("text"), text: Schema.String }),
      Schema.Struct({
        type: Schema.Literal("image_url"),
        image_url: Schema.Union([Schema.String, Schema.Struct({ url: Schema.String })]),
      }),
    ]),
  ),
])

const ResponseFormat = Schema.Struct({
  type: Schema.Literals(["text", "json_object", "json_schema"]),
  json_schema: optional(
    Schema.Struct({
      schema: optional(Schema.JsonObject),
      name: optional(Schema.String),
      strict: optional(Schema.Boolean),
    }),
  ),
})

/** The fields, in camelCase; snake_case is read as the same. */
const fields = {
  model: Schema.String,
  question: optional(Schema.String),
  messages: optional(
    Schema.Array(Schema.Struct({ role: Schema.Literals(["system", "user", "assistant"]), content: Content })),
  ),
  maxTokens: optional(Schema.Int),
  temperature: optional(Schema.Finite),
  topP: optional(Schema.Finite),
  seed: optional(Schema.Finite),
  stop: optional(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
  timeout: optional(Schema.Finite),
  responseFormat: optional(ResponseFormat),
  defaultValidate: optional(Schema.Boolean),
  validation: optional(Schema.Array(Schema.Struct({ type: Schema.String, params: optional(Schema.JsonObject) }))),
  retryConfig: optional(Schema.JsonObject),
  maxAttemptsBeforeToolUse: optional(Schema.Int),
  maxAttemptsBeforeHuman: optional(Schema.Int),
  debugToolName: optional(Schema.String),
  debugToolMcpConfig: optional(Schema.JsonObject),
  originalUserPrompt: optional(Schema.String),
}
const CallConfig = Schema.Struct(fields)
type CallConfig = typeof CallConfig.Type
const decode = Schema.decodeUnknownResult(CallConfig, { errors: "all" })

/** These keep the spelling of users' files: the retry plugin reads them so. */
const ofRetry = [
  ["retryConfig", "retry_config"],
  ["maxAttemptsBeforeToolUse", "max_attempts_before_tool_use"],
  ["maxAttemptsBeforeHuman", "max_attempts_before_human"],
  ["debugToolName", "debug_tool_name"],
  ["debugToolMcpConfig", "debug_tool_mcp_config"],
  ["originalUserPrompt", "original_user_prompt"],
] as const

/** Fields of other programs that mean nothing here, and are known to be harmless. */
const harmless: ReadonlySet<string> = new Set(["stream", "n", "user"])

/** A call out of a JSON configuration; `warnings` name what was not understood. */
export interface ReadCallConfig {
  readonly request: LlmRequestInput
  readonly warnings: ReadonlyArray<string>
}

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/**
 * Reads a call configuration as users' files have it: `model`, `question` or `messages`, `max_tokens`, `response_format`,
 * `validation`, `retry_config` and its like, in snake_case or camelCase. Unless `default_validate` is false, an empty
 * answer is not valid. `timeout` is in seconds. A model `max/AGENT` is one of the provider `claude-max`. Unknown keys are
 * warned of with the nearest known one. Throws `InvalidRequest` with the field that is wrong.
 */
export const readCallConfig = (config: unknown): ReadCallConfig => {
  if (typeof config !== "object" || config === null || Array.isArray(config))
    throw wrong("", "a call configuration must be an object")
  const known = Object.keys(fields)
  const warnings: Array<string> = []
  const given: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(config)) {
    const name = camel(key)
    if (known.includes(name)) given[name] = value
    else if (!harmless.has(key)) warnings.push(unknownKey(key, known))
  }
  const read = decode(given)
  if (Result.isFailure(read)) throw wrong("", read.failure.message.replace(/\s+/g, " ").slice(0, 300))
  return { request: requestOf(read.success), warnings }
}

const unknownKey = (key: string, known: ReadonlyArray<string>): string => {
  const spelled = key.includes("_") ? known.map(snake) : known
  return `"${key}" is no key of a call and was ignored${hint(key, spelled)}`
}

const requestOf = (config: CallConfig): LlmRequestInput => {
  const { question, messages = [], responseFormat } = config
  if (question === undefined && messages.length === 0) throw wrong("question", "a call needs a question or messages")
  const { stop, validation = [], defaultValidate = true, timeout } = config
  const validators = [...(defaultValidate ? [{ type: "response_not_empty" }] : []), ...validation]
  const retry = retryOf(config)
  return {
    model: config.model.replace(/^max\//, "claude-max/"),
    messages: messages.map(messageOf),
    prompt: question,
    maxOutputTokens: config.maxTokens,
    temperature: config.temperature,
    topP: config.topP,
    seed: config.seed,
    stop: typeof stop === "string" ? [stop] : stop,
    output: outputOf(responseFormat),
    policy: {
      ...(validators.length === 0 ? {} : { validators }),
      ...(Object.keys(retry).length === 0 ? {} : { retry }),
      ...(timeout === undefined ? {} : { deadline: timeout * 1000 }),
    },
  }
}

const retryOf = (config: CallConfig): JsonObject =>
  Object.fromEntries(ofRetry.flatMap(([field, key]) => (config[field] === undefined ? [] : [[key, config[field]]])))

const outputOf = (format: CallConfig["responseFormat"]): LlmRequestInput["output"] => {
  if (format === undefined || format.type === "text") return undefined
  const { schema, name, strict } = format.json_schema ?? {}
  return {
    type: "json",
    ...(schema === undefined ? {} : { schema }),
    ...(name === undefined ? {} : { name }),
    ...(strict === undefined ? {} : { strict }),
  }
}

type ConfigMessage = NonNullable<CallConfig["messages"]>[number]

const messageOf = ({ role, content }: ConfigMessage, index: number): MessageInput => {
  if (role === "user") return { role, content: typeof content === "string" ? content : content.map(partOf) }
  const text = typeof content === "string" ? content : content.map((part) => textIn(part, index)).join("")
  return { role, content: text }
}

type ConfigPart = Exclude<ConfigMessage["content"], string>[number]

const textIn = (part: ConfigPart, index: number): string => {
  if (part.type === "text") return part.text
  throw wrong(`messages[${index}].content`, "only a user's message can hold an image")
}

const partOf = (part: ConfigPart) => {
  if (part.type === "text") return { type: "text", text: part.text } as const
  const url = typeof part.image_url === "string" ? part.image_url : part.image_url.url
  const [, mediaType = "image/*", base64] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? []
  const source = base64 === undefined ? ({ type: "url", url } as const) : ({ type: "base64", base64 } as const)
  return { type: "file", mediaType, source } as const
}

const wrong = (field: string, message: string): SwitchyardError =>
  toSwitchyardError(
    LlmError.make({
      _tag: "InvalidRequest",
      ...(field === "" ? {} : { field }),
      message: `the call configuration is wrong: ${message}`,
    }),
  )
