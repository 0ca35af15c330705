import type { ToolChoice, ToolUnion } from "@anthropic-ai/sdk/resources/messages/messages"
import { type FunctionTool, type JsonObject, LlmError, type LlmRequest, type ProviderTool } from "@switchyard/core"
import { object, type Warnings } from "@switchyard/transport/provider"
import type { Capabilities } from "./models.ts"
import { constrained, warnNotHeld } from "./schema.ts"

/** A tool whose input is the answer: how models without native structured output are held to a schema. */
export interface AnswerTool {
  readonly name: string
  readonly schema: JsonObject
}

export interface Tools {
  readonly tools?: ReadonlyArray<ToolUnion>
  readonly tool_choice?: ToolChoice
  /** Must the model call some tool? Then it does not think first. */
  readonly forced: boolean
}

interface Context {
  readonly provider: string
  readonly capabilities: Capabilities
  readonly warnings: Warnings
  /** At most one call per answer. */
  readonly oneAtATime: boolean
}

export const toTools = (request: LlmRequest, answer: AnswerTool | undefined, context: Context): Tools => {
  const { warnings } = context
  const own = (request.tools ?? []).flatMap((tool, index): ReadonlyArray<ToolUnion> =>
    tool.type === "provider" ? serverTool(tool, context) : [functionTool(tool, index, context)],
  )
  const tools = answer === undefined ? own : [...own, answerTool(answer)]
  if (tools.length === 0) {
    if (request.toolChoice !== undefined) warnings.unsupported("toolChoice", "the request has no tools")
    return { forced: false }
  }
  const choice = choiceOf(request, answer, own.length > 0, context)
  const parallel = context.oneAtATime && choice?.type !== "none"
  return {
    tools,
    ...(parallel
      ? { tool_choice: { ...(choice ?? { type: "auto" as const }), disable_parallel_tool_use: true } }
      : choice === undefined
        ? {}
        : { tool_choice: choice }),
    forced: choice?.type === "any" || choice?.type === "tool",
  }
}

const choiceOf = (
  { toolChoice }: LlmRequest,
  answer: AnswerTool | undefined,
  others: boolean,
  { capabilities, warnings }: Context,
): ToolChoice | undefined => {
  if (toolChoice === "none" && answer === undefined) return { type: "none" }
  if (typeof toolChoice === "object" || toolChoice === "required") {
    if (!capabilities.forcedTools) {
      warnings.unsupported("toolChoice", "this model cannot be made to call a tool")
      return undefined
    }
    return typeof toolChoice === "object" ? { type: "tool", name: toolChoice.name } : { type: "any" }
  }
  if (answer === undefined) return toolChoice === undefined ? undefined : { type: "auto" }
  // With tools of its own the model may use those first; either way it must not answer in prose.
  return others && toolChoice !== "none"
    ? { type: "any", disable_parallel_tool_use: true }
    : { type: "tool", name: answer.name }
}

const answerTool = ({ name, schema }: AnswerTool): ToolUnion => ({
  name,
  description: "Gives the answer. Call it once, with the whole answer as its input.",
  input_schema: { ...schema, type: "object" },
})

const unions = ["anyOf", "oneOf", "allOf"] as const

/** The input schema of a tool must be an object's, without a choice at the top. */
const checkSchema = (schema: JsonObject, field: string): void => {
  const { type } = schema
  const union = unions.find((keyword) => schema[keyword] !== undefined)
  if ((type === undefined || type === "object") && union === undefined) return
  const what = union === undefined ? `type ${JSON.stringify(type)}` : `"${union}" at the top`
  throw LlmError.make({
    _tag: "Unsupported",
    feature: `${field} with ${what}`,
    message: `${field} has ${what}: Anthropic takes only schemas of type "object"; put it into a property`,
  })
}

const functionTool = (tool: FunctionTool, index: number, { provider, capabilities, warnings }: Context): ToolUnion => {
  const { name, description, inputSchema, strict } = tool
  const field = `tools[${index}]`
  if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
    const message = `${field}.name is ${JSON.stringify(name)}: use 1 to 128 letters, digits, "_" and "-"`
    throw LlmError.make({ _tag: "InvalidRequest", field: `${field}.name`, message })
  }
  checkSchema(inputSchema, `${field}.inputSchema`)
  const held = strict === true && capabilities.schemas ? constrained(inputSchema, `${field}.inputSchema`) : undefined
  if (strict === true && held === undefined) warnings.unsupported("tools", `this model has no strict tools ("${name}")`)
  if (held !== undefined) warnNotHeld(warnings, provider, "tools", `strict input of "${name}" is`, held.lost)
  return {
    name,
    ...(description === undefined ? {} : { description }),
    input_schema: { ...(held?.schema ?? inputSchema), type: "object" },
    ...(held === undefined ? {} : { strict: true }),
    ...object(tool.providerData?.[provider]),
  }
}

// The names that do not follow from the type.
const names: Readonly<Record<string, string>> = {
  text_editor_20250124: "str_replace_editor",
  text_editor_20250429: "str_replace_based_edit_tool",
  text_editor_20250728: "str_replace_based_edit_tool",
}

/** Anthropic's own tools are an open set: they go through as they are, by their type, such as `web_search_20250305`. */
const serverTool = ({ id, args }: ProviderTool, { provider, warnings }: Context): ReadonlyArray<ToolUnion> => {
  const [owner, ...rest] = id.split(".")
  const type = rest.join(".")
  if ((owner !== "anthropic" && owner !== provider) || type === "") {
    warnings.unsupported("tools", `"${id}" is not a tool of Anthropic's`)
    return []
  }
  const name = names[type] ?? type.replace(/_\d{8}$/, "")
  const named = /toolset/.test(type) ? {} : { name }
  return [{ type, ...named, ...args } as unknown as ToolUnion] // theirs
}
