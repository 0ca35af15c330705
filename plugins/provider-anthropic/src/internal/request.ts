import type { JsonObject, LlmRequest, Warning } from "@switchyard/core"
import { LlmError } from "@switchyard/core"
import { defined, object, Warnings, type Wire } from "@switchyard/transport/provider"
import { conversationOf } from "./messages.ts"
import { type Capabilities, capabilitiesOf } from "./models.ts"
import { checkKinds, constrained, warnNotHeld } from "./schema.ts"
import { type Thinking, thinkingOf } from "./thinking.ts"
import { type AnswerTool, checkInput, toTools } from "./tools.ts"

export interface Translated {
  readonly body: Wire
  readonly warnings: ReadonlyArray<Warning>
  /** Beta features that this request asks for. */
  readonly betas: ReadonlyArray<string>
  /** The request needs the API version that still has sampling settings. */
  readonly sampled: boolean
  /** The tool whose input is the answer's text, if one stands in for structured output. */
  readonly answerTool: string | undefined
}

const withoutPlace = ["seed", "presencePenalty", "frequencyPenalty"] as const

/**
 * Our request as a body of the Messages API. What `providerData` holds for this provider is added to the body as it is,
 * but for `betas` (a header) and `disable_parallel_tool_use` (into the tool choice); `output_config` is merged. Throws
 * `Unsupported` or `InvalidRequest` for what cannot be sent.
 */
export const toMessages = (request: LlmRequest, provider: string, stream: boolean): Translated => {
  const warnings = new Warnings(provider)
  const capabilities = capabilitiesOf(request.model)
  for (const setting of withoutPlace) {
    if (request[setting] !== undefined) warnings.unsupported(setting, "the Messages API has no such setting")
  }
  const {
    betas,
    disable_parallel_tool_use: oneAtATime,
    output_config,
    ...raw
  } = object(request.providerData?.[provider])
  const { system, messages } = conversationOf(request, { provider, model: request.model, warnings })
  if (messages.length === 0) throw noMessages()
  const format = formatOf(request, capabilities, provider, warnings)
  const { forced, answerTool, ...tools } = toTools(request, format.tool, {
    provider,
    capabilities,
    warnings,
    oneAtATime: oneAtATime === true,
  })
  const maxTokens = request.maxOutputTokens ?? capabilities.maxOutput
  const thinking = thinkingOf(request, capabilities, { maxTokens, forcedTool: forced }, warnings)
  const config = { ...defined({ effort: thinking.effort, format: format.native }), ...object(output_config) }
  const body = {
    model: request.model,
    max_tokens: maxTokens,
    messages,
    ...(stream ? { stream: true } : {}),
    ...(system.length === 0 ? {} : { system }),
    ...tools,
    ...defined({ thinking: thinking.thinking, stop_sequences: stopsOf(request, warnings) }),
    ...samplingOf(request, capabilities, thinking, warnings),
    ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
    ...raw,
  }
  return {
    body,
    warnings: warnings.all,
    betas: Array.isArray(betas) ? betas.map(String) : [],
    sampled: "temperature" in body || "top_p" in body || "top_k" in body,
    answerTool,
  }
}

const noMessages = (): LlmError =>
  LlmError.make({
    _tag: "InvalidRequest",
    field: "messages",
    message: "messages hold nothing that can be sent: a prompt needs more than blanks",
  })

/** The API refuses sequences of nothing but blanks. */
const stopsOf = ({ stop }: LlmRequest, warnings: Warnings): ReadonlyArray<string> | undefined => {
  const kept = stop?.filter((sequence) => sequence.trim() !== "")
  if (kept?.length !== stop?.length) warnings.unsupported("stop", "a stop sequence must hold more than blanks")
  return kept === undefined || kept.length === 0 ? undefined : kept
}

interface Sampling {
  temperature?: number
  top_p?: number
  top_k?: number
}

const samplingOf = (
  request: LlmRequest,
  { sampling, oneOfSampling }: Capabilities,
  { thinking }: Thinking,
  warnings: Warnings,
): Sampling => {
  const { temperature, topP, topK } = request
  const out: Sampling = {}
  const thinks = thinking?.type === "enabled" || thinking?.type === "adaptive"
  const refusal = !sampling ? "this model has no sampling settings" : thinks ? "the model thinks" : undefined
  if (temperature !== undefined) {
    if (refusal !== undefined) warnings.unsupported("temperature", refusal)
    else if (temperature > 1) warnings.unsupported("temperature", "it must be between 0 and 1")
    else out.temperature = temperature
  }
  if (topK !== undefined) {
    if (refusal === undefined) out.top_k = topK
    else warnings.unsupported("topK", refusal)
  }
  if (topP !== undefined) {
    // A thinking model takes it within narrow bounds.
    if (refusal !== undefined && !(sampling && topP >= 0.95)) warnings.unsupported("topP", refusal)
    else if (out.temperature !== undefined && oneOfSampling === true) {
      warnings.unsupported("topP", "this model takes either temperature or topP")
    } else out.top_p = topP
  }
  return out
}

interface Format {
  readonly native?: { readonly type: "json_schema"; readonly schema: JsonObject }
  readonly tool?: AnswerTool
}

/** Structured output: native where the model has it, else a tool that the model must answer with. */
const formatOf = ({ output }: LlmRequest, capabilities: Capabilities, provider: string, warnings: Warnings): Format => {
  if (output?.type !== "json") return {}
  const { schema, name } = output
  if (schema === undefined) {
    warnings.unsupported(
      "output",
      "Anthropic gives JSON only by a schema; ask for it in the prompt, or set output.schema",
    )
    return {}
  }
  checkKinds(schema, "output.schema")
  if (capabilities.schemas) {
    const { schema: held, lost } = constrained(schema, "output.schema")
    warnNotHeld(warnings, provider, "output", "answers are", lost)
    return { native: { type: "json_schema", schema: held } }
  }
  if (schema["type"] !== "object") {
    throw LlmError.make({
      _tag: "Unsupported",
      feature: "output.schema that is not an object's",
      message: `this model gives only JSON objects: output.schema must be of type "object"`,
    })
  }
  checkInput(schema, "output.schema")
  // An empty name is none.
  return { tool: { name: (name || "answer").replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 128), schema } }
}
