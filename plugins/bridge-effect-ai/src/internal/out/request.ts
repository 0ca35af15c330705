import {
  type FunctionTool,
  type JsonObject,
  LlmError,
  type LlmRequestInput,
  type Output,
  type Tool as OurTool,
} from "@switchyard/core"
import type { CallSettings } from "../../CallSettings.ts"
import { LanguageModel, Tool } from "../ai.ts"
import { isObject, toJson } from "../marks.ts"
import { type Names, toMessages } from "./prompt.ts"

const plain: Names = { getCustomName: (name) => name, getProviderName: (name) => name }

/** The names of these tools: tools that the provider runs have one of its own. */
export const namesOf = (tools: ReadonlyArray<Tool.Any>): Names =>
  tools.some(Tool.isProviderDefined) ? new Tool.NameMapper(tools) : plain

/**
 * A call of effect/ai as a request of Switchyard. Throws `InvalidRequest` for what cannot be told to users of effect/ai (an
 * answer that begins again), and for a schema without a JSON form.
 */
export const toRequest = (
  options: LanguageModel.ProviderOptions,
  names: Names,
  settings: CallSettings & { readonly model: string },
): LlmRequestInput => {
  const { dimensions: _, ...rest } = settings
  if (rest.policy?.stream === "restart") throw cannotRestart()
  const tools = options.tools.map(toTool)
  const output = rest.output ?? toOutput(options.responseFormat)
  return {
    ...rest,
    messages: toMessages(options.prompt, names),
    ...(tools.length === 0 ? {} : { tools, toolChoice: toChoice(options.toolChoice) }),
    ...(output === undefined ? {} : { output }),
  }
}

export const cannotRestart = (): LlmError =>
  LlmError.make({
    _tag: "InvalidRequest",
    field: "policy.stream",
    message: `effect/ai has no way to say that what was sent is void, which "restart" needs: use "hold", "resume" or "fail"`,
  })

const toChoice = (choice: LanguageModel.ToolChoice<string>): NonNullable<LlmRequestInput["toolChoice"]> => {
  if (typeof choice === "string") return choice
  if ("tool" in choice) return { type: "tool", name: choice.tool }
  // The tools are only those of `oneOf` already.
  return choice.mode ?? "auto"
}

/** Tools are immutable and their JSON Schema costs more than a call. */
const known = new WeakMap<Tool.Any, OurTool>()

const toTool = (tool: Tool.Any): OurTool => {
  const seen = known.get(tool)
  if (seen !== undefined) return seen
  const made = Tool.isProviderDefined(tool) ? toProviderTool(tool) : toFunctionTool(tool)
  known.set(tool, made)
  return made
}

const toProviderTool = (tool: Tool.AnyProviderDefined): OurTool => {
  const args = toJson(tool.args)
  return { type: "provider", id: tool.id, ...(isObject(args) && Object.keys(args).length > 0 ? { args } : {}) }
}

const toFunctionTool = (tool: Tool.Any): FunctionTool => {
  const description = Tool.getDescription(tool)
  const strict = Tool.getStrictMode(tool)
  return {
    type: "function",
    name: tool.name,
    ...(description === undefined ? {} : { description }),
    inputSchema: jsonSchema(`tools.${tool.name}`, () => Tool.getJsonSchema(tool)),
    ...(strict === undefined ? {} : { strict }),
  }
}

type Json = Extract<Output, { readonly type: "json" }>

const toOutput = (format: LanguageModel.ProviderOptions["responseFormat"]): Json | undefined => {
  if (format.type === "text") return undefined
  const { schema, objectName } = format
  let made = schemas.get(schema)
  if (made === undefined) {
    made = jsonSchema("output.schema", () => LanguageModel.defaultCodecTransformer(schema).jsonSchema)
    schemas.set(schema, made)
  }
  return { type: "json", schema: made, name: objectName }
}

const schemas = new WeakMap<object, JsonObject>()

const jsonSchema = (field: string, make: () => unknown): JsonObject => {
  try {
    const made = toJson(make())
    if (isObject(made)) return made
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw LlmError.make({ _tag: "InvalidRequest", field, message: `${field} has no JSON Schema: ${why}` })
  }
  throw LlmError.make({ _tag: "InvalidRequest", field, message: `${field} has no JSON Schema` })
}
