import type { Finish, Json, JsonObject, Part, ProviderData, ProviderResponse, Usage, Warning } from "@switchyard/core"
import type { Response } from "../ai.ts"
import { fromAnswerFile } from "../files.ts"
import { dataOf, fromMetadata, isObject, type Marks, type Metadata, text } from "../marks.ts"
import { fromSource } from "../sources.ts"
import { inputTextOf } from "../toolCall.ts"
import { fromResult } from "../toolResult.ts"
import type { Target } from "./prompt.ts"

/** A part of an answer that stands for itself, in streams as in whole answers. */
export type Whole = Extract<
  Response.AnyPart,
  { readonly type: "tool-call" | "tool-result" | "tool-approval-request" | "file" | "source" }
>

const isEmpty = (metadata: Metadata): boolean => {
  for (const _ in metadata) return false
  return true
}

/** Whose a vendor's data is: the model as it was asked for, and who answered inside, if that is known. */
export const ownerOf = (metadata: Metadata, { model }: Target): Marks | undefined => {
  if (isEmpty(metadata)) return undefined
  const { marks } = fromMetadata(metadata)
  const vendors = Object.keys(metadata).length > (isEmpty(marks) ? 0 : 1)
  return vendors || marks["origin"] !== undefined ? { model, origin: marks["origin"] } : undefined
}

const owned = (metadata: Metadata, target: Target, more?: Marks): { readonly providerData?: ProviderData } => {
  const { providerData } = fromMetadata(metadata, { ...ownerOf(metadata, target), ...more })
  return providerData === undefined ? {} : { providerData }
}

/** What is known of a text or a reasoning beside its words. */
export const pieceData = (type: "text" | "reasoning", empty: boolean, metadata: Metadata, target: Target) =>
  owned(metadata, target, type === "reasoning" && !empty ? { model: target.model } : undefined)

/** `written`: the input of the call as it was streamed, which is the exact one. */
export const fromWhole = (part: Whole, target: Target, written?: string): Part | undefined => {
  switch (part.type) {
    case "tool-call": {
      const { marks } = fromMetadata(part.metadata)
      const inputText = text(marks["inputText"]) ?? (written === "" ? undefined : written)
      return {
        type: "tool-call",
        id: part.id,
        name: part.name,
        inputText: inputTextOf(part.params, inputText),
        ...(part.providerExecuted ? { providerExecuted: true } : {}),
        ...owned(part.metadata, target),
      }
    }
    case "tool-result": {
      if (part.preliminary) return undefined
      const { marks } = fromMetadata(part.metadata)
      const { isFailure, encodedResult: result, modelOutput } = part
      const { output, theirs } = fromResult({ isFailure, result, modelOutput }, marks)
      return {
        type: "tool-result",
        id: part.id,
        name: part.name,
        output,
        ...(part.providerExecuted ? { providerExecuted: true } : {}),
        ...owned(part.metadata, target, theirs),
      }
    }
    case "tool-approval-request":
      return { type: "approval-request", id: part.approvalId, toolCallId: part.toolCallId, ...dataOf(part.metadata) }
    case "file":
      return fromAnswerFile(part)
    case "source":
      return fromSource(part)
  }
}

const list = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

/** Warnings of a stack below. */
export const warningsOf = (part: Response.ResponseMetadataPart): ReadonlyArray<Warning> => {
  const { marks } = fromMetadata(part.metadata)
  // They were warnings when they were written there.
  return list(marks["warnings"]).filter(isObject) as unknown as ReadonlyArray<Warning>
}

const count = (value: number | undefined): number | undefined =>
  value !== undefined && Number.isInteger(value) && value >= 0 ? value : undefined

const counts = <K extends string>(given: { readonly [Key in K]?: number | undefined }, keys: ReadonlyArray<K>) => {
  const out: { [Key in K]?: number } = {}
  for (const key of keys) {
    const value = count(given[key])
    if (value !== undefined) out[key] = value
  }
  return out
}

const inputs = ["total", "uncached", "cacheRead", "cacheWrite"] as const
const outputs = ["total", "text", "reasoning"] as const

/** Parts that do not add up are not believed: some packages leave them out, others report them in part. */
const usageOf = ({ inputTokens, outputTokens }: Response.Usage, marks: JsonObject): Usage => {
  const input = counts(inputTokens, inputs)
  const output = counts(outputTokens, outputs)
  const { total, uncached, cacheRead, cacheWrite } = input
  const whole = uncached === undefined || uncached + (cacheRead ?? 0) + (cacheWrite ?? 0) === total
  const split = output.text === undefined || output.text + (output.reasoning ?? 0) === output.total
  const cost = isObject(marks["cost"]) ? marks["cost"] : undefined
  const { amount, currency } = cost ?? {}
  return {
    input: whole ? input : counts({ total }, inputs),
    output: split ? output : counts({ total: output.total }, outputs),
    ...(typeof amount === "number" && typeof currency === "string" ? { cost: { amount, currency } } : {}),
    ...(marks["usage"] === undefined ? {} : { raw: marks["usage"] }),
  }
}

/** What the end of an answer says: why, what it took, and the parts that effect/ai had no name for. */
export interface Ending {
  readonly finish: Finish
  readonly usage: Usage
  readonly unnamed: ReadonlyArray<Part>
  readonly providerData?: ProviderData
}

export const fromFinish = (part: Response.FinishPart): Ending => {
  const { providerData, marks } = fromMetadata(part.metadata)
  const raw = text(marks["raw"])
  return {
    finish: { unified: part.reason, ...(raw === undefined ? {} : { raw }) },
    usage: usageOf(part.usage, marks),
    // They were parts when they were put there.
    unnamed: list(marks["parts"]).filter(isObject) as unknown as ReadonlyArray<Part>,
    ...(providerData === undefined ? {} : { providerData }),
  }
}

const unended: Ending = { finish: { unified: "unknown" }, usage: { input: {}, output: {} }, unnamed: [] }

export const joined = (a: ProviderData | undefined, b: ProviderData | undefined) => {
  const all = a === undefined ? b : b === undefined ? a : { ...a, ...b }
  return all === undefined ? {} : { providerData: all }
}

/** A whole answer. */
export const fromResponse = (
  parts: ReadonlyArray<Response.AnyPart>,
  target: Target,
  given: ReadonlyArray<Warning>,
): ProviderResponse => {
  const content: Array<Part> = []
  let ending = unended
  let warnings = given
  let id: string | undefined
  let model: string | undefined
  let data: ProviderData | undefined
  for (const part of parts) {
    switch (part.type) {
      case "text":
      case "reasoning": {
        const known = pieceData(part.type, part.text === "", part.metadata, target)
        // A piece without anything in it is none.
        if (part.text !== "" || known.providerData !== undefined) {
          content.push({ type: part.type, text: part.text, ...known })
        }
        break
      }
      case "response-metadata":
        id = part.id ?? id
        model = part.modelId ?? model
        data = joined(data, dataOf(part.metadata).providerData).providerData
        warnings = [...warnings, ...warningsOf(part)]
        break
      case "finish":
        ending = fromFinish(part)
        break
      default: {
        const whole = isWhole(part) ? fromWhole(part, target) : undefined
        if (whole !== undefined) content.push(whole)
      }
    }
  }
  return {
    content: [...content, ...ending.unnamed],
    finish: ending.finish,
    usage: ending.usage,
    warnings,
    ...(id === undefined ? {} : { id }),
    model: model ?? target.model,
    ...joined(data, ending.providerData),
  }
}

const wholes: ReadonlySet<string> = new Set(["tool-call", "tool-result", "tool-approval-request", "file", "source"])

export const isWhole = (part: Response.AnyPart): part is Whole => wholes.has(part.type)
