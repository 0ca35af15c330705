import { Cost, Finish, ProviderResponse, ReasoningPart, TextPart, ToolCallPart, Usage } from "@switchyard/core"
import { Kept } from "./Kept.ts"

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Whether it is an object with no field but these: the schema leaves any other away. */
const only = ({ fields }: { readonly fields: object }) => {
  const names = new Set(Object.keys(fields))
  return (value: unknown): value is Fields => {
    if (!isObject(value)) return false
    for (const name in value) if (!names.has(name)) return false
    return true
  }
}
const keptOnly = only(Kept)
const responseOnly = only(ProviderResponse)
const finishOnly = only(Finish)
const usageOnly = only(Usage)
const inputOnly = only(Usage.fields.input)
const outputOnly = only(Usage.fields.output)
const costOnly = only(Cost)
const textOnly = only(TextPart)
const reasoningOnly = only(ReasoningPart)
const toolCallOnly = only(ToolCallPart)

const isText = (value: unknown): boolean => typeof value === "string"
const mayBeText = (value: unknown): boolean => value === undefined || typeof value === "string"
const mayBeData = (value: unknown): boolean =>
  value === undefined || (isObject(value) && Object.values(value).every(isObject))
const mayBeCount = (value: unknown): boolean =>
  value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0)

const isPart = (part: unknown): boolean => {
  if (!isObject(part) || !mayBeData(part["providerData"])) return false
  if (part["type"] === "text") return textOnly(part) && isText(part["text"])
  if (part["type"] === "reasoning") return reasoningOnly(part) && isText(part["text"])
  if (part["type"] !== "tool-call" || part["providerExecuted"] !== undefined || !toolCallOnly(part)) return false
  return isText(part["id"]) && isText(part["name"]) && isText(part["inputText"])
}

const isUsage = ({ input, output, cost }: Fields): boolean =>
  inputOnly(input) &&
  outputOnly(output) &&
  mayBeCount(input["total"]) &&
  mayBeCount(input["uncached"]) &&
  mayBeCount(input["cacheRead"]) &&
  mayBeCount(input["cacheWrite"]) &&
  mayBeCount(output["total"]) &&
  mayBeCount(output["text"]) &&
  mayBeCount(output["reasoning"]) &&
  (cost === undefined || (costOnly(cost) && Number.isFinite(cost["amount"]) && isText(cost["currency"])))

const isResponse = ({ content, finish, usage, warnings, id, model, providerData }: Fields): boolean =>
  Array.isArray(content) &&
  content.every(isPart) &&
  finishOnly(finish) &&
  (finish["unified"] === "stop" || finish["unified"] === "tool-calls") &&
  mayBeText(finish["raw"]) &&
  usageOnly(usage) &&
  isUsage(usage) &&
  Array.isArray(warnings) &&
  warnings.length === 0 &&
  mayBeText(id) &&
  isText(model) &&
  mayBeData(providerData)

/**
 * An entry, read from JSON, that holds text, reasoning or tool calls and nothing else, as nearly all do: what it says is what the
 * schema makes of it. Of others it says nothing. (The schema takes a fifth of a `GET` for what this sees at a glance.)
 */
export const isUsual = (value: unknown): value is Kept =>
  keptOnly(value) &&
  isText(value["provider"]) &&
  Number.isFinite(value["storedAt"]) &&
  Number.isFinite(value["ttlMs"]) &&
  Number.isFinite(value["ms"]) &&
  (value["usd"] === undefined || Number.isFinite(value["usd"])) &&
  responseOnly(value["response"]) &&
  isResponse(value["response"])
