import { type FunctionTool, type JsonObject, LlmError, type LlmRequest } from "@switchyard/core"
import type { Warnings } from "@switchyard/transport/provider"
import { parametersOf } from "./schema.ts"

/** A function as both APIs take it, but for what they wrap it in. */
export interface WireFunction {
  readonly name: string
  readonly parameters: JsonObject
  readonly description: string | undefined
  readonly strict: boolean | undefined
}

const wrong = (field: string, message: string): LlmError => LlmError.make({ _tag: "InvalidRequest", field, message })

/** A tool of the request's own. Throws for a name, used before or not, or a schema that the vendor refuses. */
const functionOf = (tool: FunctionTool, index: number, names: ReadonlyArray<string>): WireFunction => {
  const { name, description, inputSchema, strict } = tool
  const field = `tools[${index}].name`
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    throw wrong(field, `${field} is ${JSON.stringify(name)}: use 1 to 64 letters, digits, "_" and "-"`)
  }
  if (names.includes(name)) throw wrong(field, `${field} is "${name}" like that of a tool before it: rename one`)
  return { name, description, strict, parameters: parametersOf(inputSchema, `tools[${index}].inputSchema`) }
}

/** How one API has tools: functions, and the vendor's own, of which `undefined` says that it was warned of. */
interface Shape<T> {
  readonly ofFunction: (made: WireFunction) => T
  readonly ofProvider: (id: string, args: JsonObject | undefined) => T | undefined
}

interface Tools<T> {
  readonly tools?: Array<T>
  /** The names of functions are in the request. */
  readonly choice?: NonNullable<LlmRequest["toolChoice"]>
}

/** The tools that can be sent, and the choice among them. Throws `LlmError` for what the vendor would refuse. */
export const toolsOf = <T>(request: LlmRequest, shape: Shape<T>, warnings: Warnings): Tools<T> => {
  const { tools: given = [], toolChoice } = request
  const names: Array<string> = []
  const tools = given.flatMap((tool, index) => {
    if (tool.type === "provider") return shape.ofProvider(tool.id, tool.args) ?? []
    const made = functionOf(tool, index, names)
    names.push(made.name)
    return [shape.ofFunction(made)]
  })
  if (typeof toolChoice === "object" && !names.includes(toolChoice.name)) {
    const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`
    throw wrong("toolChoice", `toolChoice names the tool "${toolChoice.name}", which the request has not: ${known}`)
  }
  if (tools.length > 0) return { tools, ...(toolChoice === undefined ? {} : { choice: toolChoice }) }
  if (toolChoice !== undefined) {
    warnings.unsupported("toolChoice", given.length === 0 ? "the request has no tools" : "no tool of it can be sent")
  }
  return {}
}
