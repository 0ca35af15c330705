import { type FunctionTool, type JsonObject, LlmError, type LlmRequest, type Warning } from "@switchyard/core"
import { type History, toHistory } from "./history.ts"
import { defaultSampling, type ModelSpec, presetOf, type Sampling } from "./models.ts"
import { type GrammarSchema, toGrammarSchema } from "./schema.ts"
import { Warnings } from "./Warnings.ts"

/** A tool as the library documents and constrains it. */
export interface CallableTool {
  readonly name: string
  readonly description: string | undefined
  readonly params: GrammarSchema
}

/** A request as a local model answers it. */
export interface Prompt {
  readonly history: History
  readonly tools: ReadonlyArray<CallableTool>
  /** Must a tool be called? */
  readonly mustCall: boolean
  /** Any JSON, JSON of a schema, or text when absent. */
  readonly output: { readonly schema: GrammarSchema | undefined } | undefined
  readonly sampling: Sampling
  readonly penalties: { readonly presence: number; readonly frequency: number }
  readonly seed: number | undefined
  /** Texts that end the answer and are not part of it. */
  readonly stop: ReadonlyArray<string>
  /** Special tokens of the model that do the same. */
  readonly stopTokens: ReadonlyArray<string>
  readonly maxOutputTokens: number | undefined
  /** Is the model to answer without thinking first? */
  readonly withoutThoughts: boolean
  readonly warnings: ReadonlyArray<Warning>
}

const isTool = (tool: NonNullable<LlmRequest["tools"]>[number]): tool is FunctionTool => tool.type === "function"

const wrong = (field: string, message: string): LlmError => LlmError.make({ _tag: "InvalidRequest", field, message })

/** The tools that may be called. A schema's own field is named when it cannot be followed. */
const toTools = ({ tools = [], toolChoice }: LlmRequest, warnings: Warnings): ReadonlyArray<CallableTool> => {
  const functions = tools.filter(isTool)
  for (const tool of tools) {
    if (!isTool(tool)) warnings.unsupported("tools", `a local model has no tool "${tool.id}"`)
  }
  if (functions.length === 0 && toolChoice !== undefined) {
    warnings.unsupported("toolChoice", "the request has no tools")
    return []
  }
  if (toolChoice === "none") return []
  const named = typeof toolChoice === "object" ? toolChoice.name : undefined
  const chosen = functions.filter(({ name }) => named === undefined || name === named)
  if (chosen.length === 0 && named !== undefined) {
    throw wrong("toolChoice", `toolChoice names the tool "${named}", which the request does not have`)
  }
  return chosen.map(({ name, description, inputSchema }) => {
    if (!/^\S+$/.test(name)) throw wrong("tools", `the tool name "${name}" is empty or has spaces in it`)
    return { name, description, params: toGrammarSchema(inputSchema, `tools.${name}.inputSchema`, "tools", warnings) }
  })
}

const toOutput = ({ output }: LlmRequest, tools: boolean, warnings: Warnings): Prompt["output"] => {
  if (output?.type !== "json") return undefined
  if (tools) {
    throw LlmError.make({
      _tag: "Unsupported",
      feature: "tools together with JSON output",
      message: `a local model cannot be held to tools and to JSON output at once: ask for one of them, or set toolChoice to "none"`,
    })
  }
  const { schema } = output
  return { schema: schema === undefined ? undefined : toGrammarSchema(schema, "output.schema", "output", warnings) }
}

const ownSettings = ["minP", "repeatPenalty"] as const

/** `minP` and `repeatPenalty` of the request's `providerData`. */
const readOwn = (data: JsonObject | undefined, warnings: Warnings): Sampling => {
  if (data === undefined) return {}
  const own: { minP?: number; repeatPenalty?: number } = {}
  for (const name of ownSettings) {
    const value = data[name]
    if (typeof value === "number") own[name] = value
    else if (value !== undefined) throw wrong(`providerData.${name}`, `providerData's ${name} must be a number`)
  }
  const unknown = Object.keys(data).filter((name) => !(ownSettings as ReadonlyArray<string>).includes(name))
  if (unknown.length > 0) warnings.unsupported("providerData", `it knows minP and repeatPenalty, not ${unknown.join()}`)
  return own
}

const toSampling = (request: LlmRequest, id: string, spec: ModelSpec, warnings: Warnings): Sampling => {
  const { temperature, topP, topK } = request
  return {
    ...defaultSampling,
    ...presetOf(spec)?.sampling,
    ...spec.sampling,
    ...readOwn(request.providerData?.[id], warnings),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
  }
}

/**
 * Our request as a local model answers it. Throws an `LlmError`: `Unsupported` for files that are no text, for schemas
 * that no grammar expresses, and for tools together with JSON output; `InvalidRequest` for tools that do not fit.
 */
export const toPrompt = (request: LlmRequest, id: string, spec: ModelSpec): Prompt => {
  const warnings = new Warnings(id)
  const history = toHistory(request, { id, model: request.model }, warnings)
  const tools = toTools(request, warnings)
  const output = toOutput(request, tools.length > 0, warnings)
  const effort = request.reasoningEffort
  if (effort !== undefined && effort !== "none") {
    warnings.unsupported("reasoningEffort", "a local model thinks as long as its template lets it")
  }
  if (Object.keys(request.headers ?? {}).length > 0) warnings.unsupported("headers", "nothing is sent anywhere")
  const { toolChoice } = request
  return {
    history,
    tools,
    mustCall: tools.length > 0 && (toolChoice === "required" || typeof toolChoice === "object"),
    output,
    sampling: toSampling(request, id, spec, warnings),
    penalties: { presence: request.presencePenalty ?? 0, frequency: request.frequencyPenalty ?? 0 },
    seed: request.seed,
    stop: (request.stop ?? []).filter((text) => text !== ""),
    stopTokens: presetOf(spec)?.stop ?? [],
    maxOutputTokens: request.maxOutputTokens,
    withoutThoughts: effort === "none" || output !== undefined,
    warnings: warnings.all,
  }
}
