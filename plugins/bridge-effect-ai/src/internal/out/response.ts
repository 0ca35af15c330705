import type { FinishPart, Json, LlmResponse, Origin, Part, ProviderData, Usage, Warning } from "@switchyard/core"
import type { Response } from "../ai.ts"
import { toAnswerFile } from "../files.ts"
import { effectKey, type Marks, theirsOf, toJson, toAnswerMetadata } from "../marks.ts"
import { toSource } from "../sources.ts"
import { exactText, paramsOf } from "../toolCall.ts"
import { toResult } from "../toolResult.ts"
import type { Names } from "./prompt.ts"

/** What is known when an answer comes: the tools that effect/ai knows of, their names, and the providers of the stack. */
export interface Declared {
  readonly names: Names
  readonly tools: ReadonlySet<string>
  readonly isProvider: (id: string) => boolean
}

/** An answer's content, in the form of both whole answers and streams. */
export type Encoded = Response.PartEncoded & Response.StreamPartEncoded

/** Plain data, as JSON. */
const json = (value: unknown): Json => toJson(value)

export const originMark = (origin: Origin | undefined): Marks =>
  origin === undefined ? {} : { origin: { provider: origin.provider, model: origin.model } }

/**
 * Whose a vendor's data is, as far as the data tells: its key is the provider's id, if it is one. Who answers is otherwise
 * known at the end only, which is too late for a stream.
 */
export const originOf = (
  data: ProviderData | undefined,
  model: string | undefined,
  { isProvider }: Declared,
): Origin | undefined => {
  if (data === undefined || model === undefined) return undefined
  const [provider, ...others] = Object.keys(data).filter((key) => key !== effectKey)
  return provider !== undefined && others.length === 0 && isProvider(provider) ? { provider, model } : undefined
}

/**
 * A part of an answer; `undefined` for one that effect/ai has no name for, or would refuse: calls and results of tools that
 * the provider ran and that no toolkit declares, files that are elsewhere, custom parts.
 */
export const toContent = (
  part: Exclude<Part, { readonly type: "text" | "reasoning" }>,
  declared: Declared,
  model: string | undefined,
): Encoded | undefined => {
  const marks = originMark(originOf(part.providerData, model, declared))
  switch (part.type) {
    case "file":
      return toAnswerFile(part, marks)
    case "tool-call":
      return toToolCall(part, declared, marks)
    case "tool-result":
      return toToolResult(part, declared, marks)
    case "approval-request": {
      const metadata = toAnswerMetadata(part.providerData, marks)
      return { type: "tool-approval-request", approvalId: part.id, toolCallId: part.toolCallId, metadata }
    }
    case "source":
      return toSource(part, marks)
    default:
      return undefined
  }
}

const toToolCall = (
  part: Extract<Part, { type: "tool-call" }>,
  { names, tools }: Declared,
  marks: Marks,
): Response.ToolCallPartEncoded | undefined => {
  const name = names.getCustomName(part.name)
  const providerExecuted = part.providerExecuted === true
  if (providerExecuted && !tools.has(name)) return undefined
  const params = paramsOf(part.inputText)
  return {
    type: "tool-call",
    id: part.id,
    name,
    params,
    providerExecuted,
    metadata: toAnswerMetadata(part.providerData, { ...marks, inputText: exactText(part.inputText, params) }),
  }
}

const toToolResult = (
  part: Extract<Part, { type: "tool-result" }>,
  { names, tools }: Declared,
  given: Marks,
): Response.ToolResultPartEncoded | undefined => {
  const name = names.getCustomName(part.name)
  if (!tools.has(name)) return undefined
  const { result, marks } = toResult(part.output, theirsOf(part.providerData))
  return {
    type: "tool-result",
    id: part.id,
    name,
    ...result,
    providerExecuted: part.providerExecuted === true,
    metadata: toAnswerMetadata(part.providerData, { ...given, ...marks }),
  }
}

/** A whole answer: who and which first, the finish last. Parts without a name in effect/ai stand in the finish. */
export const toParts = (response: LlmResponse, declared: Declared): Array<Response.PartEncoded> => {
  const { content, provider, model, id, warnings } = response
  const origin = { provider, model }
  const parts: Array<Response.PartEncoded> = [toHead(id, model, warnings)]
  const unnamed: Array<Part> = []
  for (const part of content) {
    if (part.type === "text" || part.type === "reasoning") {
      const metadata =
        part.providerData === undefined ? undefined : toAnswerMetadata(part.providerData, originMark(origin))
      parts.push({ type: part.type, text: part.text, metadata })
      continue
    }
    const given = toContent(part, declared, model)
    if (given === undefined) unnamed.push(part)
    else parts.push(given)
  }
  parts.push(toFinish(response, unnamed))
  return parts
}

/** Who answers. effect/ai knows no warnings: they stand here, so that those of a stream are known before its content. */
export const toHead = (
  id: string | undefined,
  modelId: string | undefined,
  warnings: ReadonlyArray<Warning>,
): Response.ResponseMetadataPartEncoded => ({
  type: "response-metadata",
  ...(id === undefined ? {} : { id }),
  ...(modelId === undefined ? {} : { modelId }),
  metadata: warnings.length === 0 ? undefined : toAnswerMetadata(undefined, { warnings: json(warnings) }),
})

type Last = Pick<LlmResponse, "usage" | "verdict" | "cached"> & {
  readonly provider?: string
  readonly model?: string
  readonly providerData?: ProviderData
  readonly warnings?: ReadonlyArray<Warning>
} & ({ readonly finish: LlmResponse["finish"] } | Pick<FinishPart, "reason">)

/** The end of an answer, with what only Switchyard has to say of it. */
export const toFinish = (last: Last, unnamed: ReadonlyArray<Part>): Response.FinishPartEncoded => {
  const { usage, provider, model, verdict, cached, providerData, warnings } = last
  const { unified, raw } = "finish" in last ? last.finish : last.reason
  return {
    type: "finish",
    reason: unified,
    usage: toUsage(usage),
    response: undefined,
    metadata: toAnswerMetadata(providerData, {
      provider,
      model,
      raw,
      cost: usage.cost === undefined ? undefined : json(usage.cost),
      usage: usage.raw,
      verdict: verdict === undefined ? undefined : json(verdict),
      cached: cached === undefined ? undefined : json(cached),
      warnings: warnings === undefined || warnings.length === 0 ? undefined : json(warnings),
      parts: unnamed.length === 0 ? undefined : unnamed.map(plainPart),
    }),
  }
}

const toUsage = ({ input, output }: Usage): Response.FinishPartEncoded["usage"] => ({
  inputTokens: {
    uncached: input.uncached,
    total: input.total,
    cacheRead: input.cacheRead,
    cacheWrite: input.cacheWrite,
  },
  outputTokens: { total: output.total, text: output.text, reasoning: output.reasoning },
})

/** A part as JSON: bytes as base64. */
export const plainPart = (part: Part): Json => {
  if (part.type !== "tool-result" || part.output.type !== "content") return json(plainFile(part))
  return json({ ...part, output: { ...part.output, value: part.output.value.map(plainFile) } })
}

const plainFile = (part: Part): Part =>
  part.type === "file" && part.source.type === "bytes"
    ? { ...part, source: { type: "base64", base64: Buffer.from(part.source.bytes).toString("base64") } }
    : part
