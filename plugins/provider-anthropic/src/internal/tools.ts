import type { ToolChoice, ToolUnion } from "@anthropic-ai/sdk/resources/messages/messages"
import { type FunctionTool, type JsonObject, LlmError, type LlmRequest, type ProviderTool } from "@switchyard/core"
import { object, type Warnings } from "@switchyard/transport/provider"
import type { Capabilities } from "./models.ts"
import { checkKinds, constrained, warnNotHeld } from "./schema.ts"

/** A tool whose input is the answer: how models without native structured output are held to a schema. */
export interface AnswerTool {
  readonly name: string
  readonly schema: JsonObject
}

export interface Tools {
  readonly tools?: ReadonlyArray<ToolUnion>
  readonly tool_choice?: ToolChoice
  /** What the answer's tool is called: no other tool has this name. */
  readonly answerTool: string | undefined
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

export const toTools = (request: LlmRequest, wanted: AnswerTool | undefined, context: Context): Tools => {
  const { warnings } = context
  const { own, names } = ownTools(request, context)
  checkChoice(request, names)
  const answer = wanted && { ...wanted, name: freeName(wanted.name, names) }
  const tools = answer === undefined ? own : [...own, answerTool(answer)]
  if (tools.length === 0) {
    if (request.toolChoice !== undefined) warnings.unsupported("toolChoice", "the request has no tools")
    return { answerTool: undefined, forced: false }
  }
  const choice = choiceOf(request, answer, own.length > 0, context)
  // Two calls of the answer's tool would be two answers.
  const single = (context.oneAtATime || answer !== undefined) && choice?.type !== "none"
  return {
    tools,
    ...(single
      ? { tool_choice: { ...(choice ?? { type: "auto" as const }), disable_parallel_tool_use: true } }
      : choice === undefined
        ? {}
        : { tool_choice: choice }),
    answerTool: answer?.name,
    forced: choice?.type === "any" || choice?.type === "tool",
  }
}

/** The request's own tools, and what they are called on the wire: a toolset has no name. */
const ownTools = ({ tools = [] }: LlmRequest, context: Context) => {
  const own: Array<ToolUnion> = []
  const names = new Set<string>()
  for (const [index, tool] of tools.entries()) {
    const sent = tool.type === "provider" ? serverTool(tool, context) : functionTool(tool, index, context)
    if (sent === undefined) continue
    const name = "name" in sent ? sent.name : undefined
    if (name !== undefined && names.has(name)) {
      throw invalid(`tools[${index}].name`, `is "${name}", as that of an earlier tool: names must differ`)
    }
    if (name !== undefined) names.add(name)
    own.push(sent)
  }
  return { own, names }
}

/** Another vendor's tool may be the one that is missing: then another candidate can do it. */
const checkChoice = ({ tools = [], toolChoice }: LlmRequest, names: ReadonlySet<string>): void => {
  if (typeof toolChoice !== "object" || names.has(toolChoice.name)) return
  const what = `toolChoice names the tool ${JSON.stringify(toolChoice.name)}`
  if (!tools.some(({ type }) => type === "provider")) {
    throw invalid("toolChoice", `names the tool ${JSON.stringify(toolChoice.name)}, which is not in tools`)
  }
  const message = `${what}, which is not among the tools that Anthropic can be given`
  throw LlmError.make({ _tag: "Unsupported", feature: what, message })
}

const freeName = (wanted: string, names: ReadonlySet<string>): string => {
  let name = wanted
  for (let copy = 2; names.has(name); copy++) name = `${wanted.slice(0, 120)}_${copy}`
  return name
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
  return others && toolChoice !== "none" ? { type: "any" } : { type: "tool", name: answer.name }
}

const answerTool = ({ name, schema }: AnswerTool): ToolUnion => ({
  name,
  description: "Gives the answer. Call it once, with the whole answer as its input.",
  input_schema: { ...schema, type: "object" },
})

const invalid = (field: string, what: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field, message: `${field} ${what}` })

const unions = ["anyOf", "oneOf", "allOf"] as const

/**
 * The input schema of a tool must be an object's, without a choice at the top, and the names of its properties are
 * bounded: the API refuses others by this pattern.
 */
export const checkInput = (schema: JsonObject, field: string): void => {
  const { type } = schema
  checkKinds(schema, field)
  for (const name of Object.keys(object(schema["properties"]))) {
    if (/^[a-zA-Z0-9_.-]{1,64}$/.test(name)) continue
    const what = `holds ${JSON.stringify(name.slice(0, 80))}: use 1 to 64 letters, digits, "_", "." and "-"`
    throw invalid(`${field}.properties`, what)
  }
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
    throw invalid(`${field}.name`, `is ${JSON.stringify(name)}: use 1 to 128 letters, digits, "_" and "-"`)
  }
  checkInput(inputSchema, `${field}.inputSchema`)
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
const serverNames: Readonly<Record<string, string>> = {
  text_editor_20250124: "str_replace_editor",
  text_editor_20250429: "str_replace_based_edit_tool",
  text_editor_20250728: "str_replace_based_edit_tool",
}

/** Anthropic's own tools are an open set: they go through as they are, by their type, such as `web_search_20250305`. */
const serverTool = ({ id, args }: ProviderTool, { provider, warnings }: Context): ToolUnion | undefined => {
  const [owner, ...rest] = id.split(".")
  const type = rest.join(".")
  if ((owner !== "anthropic" && owner !== provider) || type === "") {
    warnings.unsupported("tools", `"${id}" is not a tool of Anthropic's`)
    return undefined
  }
  const name = serverNames[type] ?? type.replace(/_\d{8}$/, "")
  const named = /toolset/.test(type) ? {} : { name }
  return { type, ...named, ...args } as unknown as ToolUnion // theirs
}
