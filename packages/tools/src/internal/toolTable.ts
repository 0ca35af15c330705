import {
  type FunctionTool,
  LlmError,
  type LlmRequest,
  makeRequest,
  type LlmRequestInput,
  type Tool as RequestTool,
} from "@switchyard/core"
import type { ReadTool, Tool } from "../Tool.ts"
import type { ToolRunOptions } from "../ToolRun.ts"

/** A tool that can be looked up, with its own time limit. */
export interface TableEntry<R> extends ReadTool<R> {
  readonly timeout: number | undefined
}

/** A run that may begin: everything is checked. */
export interface Prepared<R> {
  readonly request: LlmRequest
  readonly table: ReadonlyMap<string, TableEntry<R>>
  readonly options: ToolRunOptions<R>
}

/** A time in ms. Text is none, even where it would compare like a number. */
export const isTime = (value: unknown): boolean => typeof value === "number" && value > 0

const invalid = (field: string, problem: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field, message: `${field} ${problem}` })

/** Checks a run before anything is sent: `InvalidRequest` names the tool and the field. */
export const prepare = <R>(input: LlmRequestInput, options: ToolRunOptions<R>): Prepared<R> | LlmError => {
  const request = makeRequest(input)
  if (request instanceof LlmError) return request
  const bad = badOption(options)
  if (bad !== undefined) return bad
  const table = readTools(options.tools)
  if (table instanceof LlmError) return table
  const given = request.tools ?? []
  const twice = given.find((tool) => tool.type === "function" && table.has(tool.name))
  if (twice !== undefined && twice.type === "function") return doubled(twice.name)
  const tools: ReadonlyArray<RequestTool> = [...given, ...[...table.values()].map(({ definition }) => definition)]
  const choice = badChoice(request, tools)
  if (choice !== undefined) return choice
  return { request: { ...request, ...(tools.length === 0 ? {} : { tools }) }, table, options }
}

/** The provider's own tools have names that only it knows. */
const badChoice = ({ toolChoice }: LlmRequest, tools: ReadonlyArray<RequestTool>): LlmError | undefined => {
  if (typeof toolChoice !== "object" || tools.some(({ type }) => type === "provider")) return undefined
  const names = tools.flatMap((tool) => (tool.type === "function" ? [tool.name] : []))
  if (names.includes(toolChoice.name)) return undefined
  return invalid("toolChoice", `names the tool "${toolChoice.name}". The tools are: ${names.join(", ") || "none"}`)
}

/** Callers without types may forget them altogether. */
const badOption = <R>(options: ToolRunOptions<R> | undefined | null): LlmError | undefined => {
  const { maxSteps, toolTimeout, concurrency, tools } = options ?? { tools: undefined }
  if (!Array.isArray(tools)) return invalid("tools", "must be a list of tools made by defineTool")
  if (maxSteps !== undefined && !(Number.isInteger(maxSteps) && maxSteps > 0)) {
    return invalid("maxSteps", "must be a whole number above 0")
  }
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency > 0)) {
    return invalid("concurrency", "must be a whole number above 0")
  }
  if (toolTimeout !== undefined && !isTime(toolTimeout)) return invalid("toolTimeout", "must be a number of ms above 0")
  return undefined
}

const doubled = (name: string): LlmError =>
  invalid(`tools.${name}`, `is the name of two tools: the model could not tell them apart. Rename one`)

/** In the order in which they are given: vendors cache prompts by their beginning, which holds the tools. */
const readTools = <R>(tools: ReadonlyArray<Tool<unknown, unknown, R>>): Map<string, TableEntry<R>> | LlmError => {
  const table = new Map<string, TableEntry<R>>()
  for (const [index, tool] of tools.entries()) {
    if (typeof tool?.read !== "function") return invalid(`tools[${index}]`, "is no tool: make it with defineTool")
    const read = tool.read()
    if (read instanceof LlmError) return read
    if (table.has(tool.name)) return doubled(tool.name)
    table.set(tool.name, { ...read, timeout: tool.timeout })
  }
  return table
}

/** What the model is told of the tools, for a call to the kernel without a loop; `InvalidRequest` for a wrong definition. */
export const describeTools = (
  tools: ReadonlyArray<Tool<unknown, unknown, unknown>>,
): ReadonlyArray<FunctionTool> | LlmError => {
  const table = readTools(tools)
  return table instanceof LlmError ? table : [...table.values()].map(({ definition }) => definition)
}
