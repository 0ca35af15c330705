import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { pathIn } from "./internal/pathIn.ts"
import { LlmError } from "./LlmError.ts"
import { ProviderData } from "./Json.ts"
import { type AssistantMessage, Message, type SystemMessage, type ToolMessage, type UserMessage } from "./Message.ts"
import type { TextPart } from "./Part.ts"
import { Tool, ToolChoice } from "./Tool.ts"

const number = Schema.optionalKey(Schema.Finite)
const tokens = Schema.optionalKey(Schema.Natural)

/** A validator by the name it is registered under, with its parameters. */
export const ValidatorSpec = Schema.Struct({ type: Schema.String, params: Schema.optionalKey(Schema.JsonObject) })
export interface ValidatorSpec extends Schema.Schema.Type<typeof ValidatorSpec> {}

/** What this call may do with the cache. Times are ms. Without it the cache plugin's own default holds. */
export const CachePolicy = Schema.Struct({
  mode: Schema.optionalKey(Schema.Literals(["read-write", "read-only", "write-only", "refresh", "off"])),
  maxAgeMs: number,
  staleWhileRevalidateMs: number,
  staleIfErrorMs: number,
})
export interface CachePolicy extends Schema.Schema.Type<typeof CachePolicy> {}

/**
 * Bounds of one attempt, in ms, the same for generate and stream: the wait for the first content, the gap between two
 * pieces of the answer, and the whole attempt. `throughput` asks for so many characters within so many ms of the first
 * content, before anything is passed on. A generate that sets `firstContent`, `idle` or `throughput` is served by streaming.
 */
export const Timeouts = Schema.Struct({
  firstContent: number,
  idle: number,
  total: number,
  throughput: Schema.optionalKey(Schema.Struct({ characters: Schema.Natural, withinMs: Schema.Finite })),
})
export interface Timeouts extends Schema.Schema.Type<typeof Timeouts> {}

/**
 * What a stream does when the provider fails after content has flowed. `fail` (the default): parts flow as they come and
 * a cut ends in `Truncated`. `hold`: nothing flows until the answer is complete and valid. `resume`: another candidate
 * continues the partial answer. `restart`: a `restart` part, then the whole answer.
 */
export const StreamContract = Schema.Literals(["fail", "hold", "resume", "restart"])
export type StreamContract = typeof StreamContract.Type

/** How this call is to be carried out. `deadline` bounds the whole call, retries and waits included, in ms. */
export const Policy = Schema.Struct({
  validators: Schema.optionalKey(Schema.Array(ValidatorSpec)),
  retry: Schema.optionalKey(Schema.JsonObject),
  cache: Schema.optionalKey(CachePolicy),
  stream: Schema.optionalKey(StreamContract),
  timeouts: Schema.optionalKey(Timeouts),
  deadline: number,
  budget: Schema.optionalKey(Schema.Struct({ usd: number, tokens })),
})
export interface Policy extends Schema.Schema.Type<typeof Policy> {}

/** Free text, or JSON: any, or as a JSON Schema (2020-12) demands. */
export const Output = Schema.Union([
  Schema.Struct({ type: Schema.Literal("text") }),
  Schema.Struct({
    type: Schema.Literal("json"),
    schema: Schema.optionalKey(Schema.JsonObject),
    name: Schema.optionalKey(Schema.String),
    strict: Schema.optionalKey(Schema.Boolean),
  }),
])
export type Output = typeof Output.Type

/**
 * One call, in the words that all providers share. `model` is `"provider/model"`, an alias, or `"auto"`. `tenant` walls
 * caches and budgets off from each other; `tags` serve routing and tracing and are never sent.
 */
export const LlmRequest = Schema.Struct({
  model: Schema.String,
  messages: Schema.Array(Message),
  tools: Schema.optionalKey(Schema.Array(Tool)),
  toolChoice: Schema.optionalKey(ToolChoice),
  output: Schema.optionalKey(Output),
  maxOutputTokens: tokens,
  temperature: number,
  topP: number,
  topK: number,
  presencePenalty: number,
  frequencyPenalty: number,
  seed: number,
  stop: Schema.optionalKey(Schema.Array(Schema.String)),
  reasoningEffort: Schema.optionalKey(Schema.Literals(["none", "minimal", "low", "medium", "high", "xhigh"])),
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  providerData: Schema.optionalKey(ProviderData),
  policy: Schema.optionalKey(Policy),
  tenant: Schema.optionalKey(Schema.String),
  tags: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
})
export interface LlmRequest extends Schema.Schema.Type<typeof LlmRequest> {}

/** A message whose content may be a plain string. */
export type MessageInput =
  | SystemMessage
  | (Omit<UserMessage, "content"> & { readonly content: string | UserMessage["content"] })
  | (Omit<AssistantMessage, "content"> & { readonly content: string | AssistantMessage["content"] })
  | ToolMessage

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined }

/**
 * A call as users write it: strings wherever content is. `prompt` is one user message after `messages`, `system` one
 * system message before them. Fields that are `undefined` count as absent.
 */
export interface LlmRequestInput extends Loose<Omit<LlmRequest, "model" | "messages">> {
  readonly model: string
  readonly messages?: string | ReadonlyArray<MessageInput> | undefined
  readonly system?: string | undefined
  readonly prompt?: string | undefined
}

const text = (content: string): ReadonlyArray<TextPart> => [{ type: "text", text: content }]

const roles: ReadonlySet<string> = new Set(["system", "user", "assistant", "tool"])

const toMessage = (input: MessageInput, index: number): MessageInput => {
  if (typeof input !== "object" || input === null || !roles.has(input.role)) {
    throw invalid(`messages[${index}].role`, `must be "system", "user", "assistant" or "tool"`)
  }
  return typeof input.content === "string" && input.role !== "system"
    ? ({ ...input, content: text(input.content) } as MessageInput) // user or assistant: the schema refuses others below
    : input
}

const invalid = (field: string, what: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field, message: `${field} ${what}` })

const isRequest = Schema.is(LlmRequest)
const decode = Schema.decodeUnknownResult(LlmRequest)

/** What the schema finds wrong, with the field it stands in. */
const refusal = (request: unknown): LlmError => {
  const result = decode(request)
  const problem = Result.isFailure(result) ? result.failure.message : "is not a request"
  const [first = ""] = problem.split(/\n\s*at /)
  const field = pathIn(problem)
  return invalid(field === "" ? "request" : field, `is wrong: ${first.replaceAll("\n", " ").slice(0, 300)}`)
}

const checkBounds = ({ maxOutputTokens, policy }: LlmRequest) => {
  if (maxOutputTokens !== undefined && maxOutputTokens < 1) throw invalid("maxOutputTokens", "must be at least 1")
  if (policy === undefined) return
  const { throughput, ...times } = policy.timeouts ?? {}
  const bounds: Readonly<Record<string, number | undefined>> = {
    deadline: policy.deadline,
    ...times,
    ...(throughput === undefined ? {} : { "throughput.withinMs": throughput.withinMs }),
  }
  for (const [key, value] of Object.entries(policy.cache ?? {})) {
    if (typeof value === "number" && !(value >= 0))
      throw invalid(`policy.cache.${key}`, "must be a number of milliseconds, 0 or more")
  }
  for (const key in bounds) {
    const field = key === "deadline" ? "policy.deadline" : `policy.timeouts.${key}`
    const value = bounds[key]
    if (value !== undefined && !(value > 0)) throw invalid(field, "must be a number of milliseconds above 0")
  }
}

/** Brings a call into its one form. It checks what types cannot promise to callers without types: `InvalidRequest`. */
export const makeRequest = (input: LlmRequestInput): LlmRequest | LlmError => {
  try {
    return normalised(input)
  } catch (error) {
    return error instanceof LlmError ? error : invalid("request", `could not be read: ${String(error)}`)
  }
}

const normalised = (input: LlmRequestInput): LlmRequest => {
  if (typeof input !== "object" || input === null)
    throw invalid("request", "must be an object with a model and messages")
  if (typeof input.model !== "string" || input.model.trim() === "") {
    throw invalid("model", `must name a model, for example "openai/gpt-5-mini" or "auto"`)
  }
  const { messages: given, system, prompt, ...rest } = input
  const messages: Array<unknown> = []
  if (system !== undefined && typeof system !== "string") throw invalid("system", "must be a string")
  if (system !== undefined) messages.push({ role: "system", content: system })
  if (typeof given === "string") messages.push({ role: "user", content: text(given) })
  else if (Array.isArray(given)) given.forEach((message, index) => messages.push(toMessage(message, index)))
  else if (given !== undefined) throw invalid("messages", "must be a string or an array of messages")
  if (prompt !== undefined && typeof prompt !== "string") throw invalid("prompt", "must be a string")
  if (prompt !== undefined) messages.push({ role: "user", content: text(prompt) })
  if (messages.length === 0) throw invalid("messages", "must hold at least one message (or use prompt)")
  const fields = Object.entries(rest).filter(([, value]) => value !== undefined)
  const request: unknown = Object.fromEntries([...fields, ["messages", messages]])
  if (!isRequest(request)) throw refusal(request)
  checkBounds(request)
  return request
}
