import type {
  LanguageModelV4Content,
  LanguageModelV4CustomContent,
  LanguageModelV4File,
  LanguageModelV4ReasoningFile,
  LanguageModelV4Source,
  LanguageModelV4Text,
  LanguageModelV4ToolCall,
  LanguageModelV4ToolResult,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider"
import type {
  FilePart,
  Json,
  Origin,
  Part,
  ProviderData,
  SourcePart,
  ToolCallPart,
  ToolOutput,
  ToolResultPart,
} from "@switchyard/core"
import { plain, without } from "../plain.ts"
import { reasoningFileKind } from "../prompt.ts"
import { aiSdkKey, switchyardKey, withSwitchyard } from "../providerData.ts"
import { base64Of } from "../v3.ts"

/** What is known of the call when its parts are handed out. */
export interface Handing {
  /** The tools that the AI SDK's user defined: it runs them itself, and knows of no others. */
  readonly tools: ReadonlySet<string>
}

export type Metadata = { readonly providerMetadata?: SharedV4ProviderMetadata }

/** Provider data as metadata, without what the bridge keeps for the AI SDK: that goes into fields. */
export const metadataOf = (data: ProviderData | undefined, notes?: { readonly [key: string]: Json }): Metadata => {
  if (data === undefined && notes === undefined) return {}
  const others = data === undefined || data[aiSdkKey] === undefined ? (data ?? {}) : without(data, aiSdkKey)
  const metadata = others as SharedV4ProviderMetadata // JSON is JSON
  if (notes !== undefined) return { providerMetadata: withSwitchyard(metadata, notes) }
  return Object.keys(others).length === 0 ? {} : { providerMetadata: metadata }
}

/** Reasoning goes back to who wrote it and to nobody else: the note travels with it. */
export const originNote = (origin: Origin | undefined): { readonly origin: Json } | undefined =>
  origin === undefined ? undefined : { origin: { provider: origin.provider, model: origin.model } }

/** The exact text, where parsing it and writing it anew gives another one. */
const inputNote = (inputText: string): { readonly inputText: string } | undefined => {
  try {
    return JSON.stringify(JSON.parse(inputText)) === inputText ? undefined : { inputText }
  } catch {
    return { inputText }
  }
}

/** A tool that runs inside the stack and that the AI SDK does not know is dynamic to it. */
const dynamicOf = (name: string, executed: boolean, data: ProviderData | undefined, { tools }: Handing) => {
  const kept = data?.[aiSdkKey]?.["dynamic"]
  if (typeof kept === "boolean") return { dynamic: kept }
  return executed && !tools.has(name) ? { dynamic: true } : {}
}

const toolCall = (part: ToolCallPart, handing: Handing): LanguageModelV4ToolCall => {
  return {
    type: "tool-call",
    toolCallId: part.id,
    toolName: part.name,
    input: part.inputText,
    ...(part.providerExecuted === undefined ? {} : { providerExecuted: part.providerExecuted }),
    ...dynamicOf(part.name, part.providerExecuted === true, part.providerData, handing),
    ...metadataOf(part.providerData, inputNote(part.inputText)),
  }
}

/** Bytes have no place in JSON: base64 stands for them. */
const written = (output: ToolOutput): ToolOutput => {
  if (output.type !== "content") return output
  const value = output.value.map((part) =>
    part.type === "file" && part.source.type === "bytes"
      ? { ...part, source: { type: "base64" as const, base64: base64Of(part.source.bytes) } }
      : part,
  )
  return { type: "content", value }
}

/** The AI SDK's results are JSON: texts as they are, parts as JSON, a denial as an error. */
const toolResult = (part: ToolResultPart, handing: Handing): LanguageModelV4ToolResult => {
  const output = written(part.output)
  const result = output.type === "denied" ? (output.reason ?? "denied") : (plain(output.value) ?? "")
  const isError = output.type === "error-text" || output.type === "error-json" || output.type === "denied"
  const told = typeof result === "string" ? "text" : "json"
  const exact = output.type === (isError ? `error-${told}` : told)
  return {
    type: "tool-result",
    toolCallId: part.id,
    toolName: part.name,
    result: (result ?? "null") as LanguageModelV4ToolResult["result"], // JSON is JSON
    ...(isError ? { isError } : {}),
    ...dynamicOf(part.name, true, part.providerData, handing),
    ...metadataOf(part.providerData, exact ? undefined : { output: plain(output) ?? null }),
  }
}

const source = (part: SourcePart): LanguageModelV4Source => {
  if (part.source.type === "url") {
    const { url, title } = part.source
    return {
      type: "source",
      sourceType: "url",
      id: part.id,
      url,
      ...(title === undefined ? {} : { title }),
      ...metadataOf(part.providerData),
    }
  }
  const { title, mediaType } = part.source
  const passage = without(part.source, "type", "title", "mediaType")
  const filename = part.providerData?.[aiSdkKey]?.["filename"]
  return {
    type: "source",
    sourceType: "document",
    id: part.id,
    mediaType: mediaType ?? "text/plain",
    title,
    ...(typeof filename === "string" ? { filename } : {}),
    ...metadataOf(part.providerData, Object.keys(passage).length === 0 ? undefined : { passage: { ...passage } }),
  }
}

/** Answers of the AI SDK hold files as data or URL; any other is a custom part that comes back as it was. */
const file = (part: FilePart): LanguageModelV4File | LanguageModelV4CustomContent => {
  const { source: from, mediaType, filename } = part
  const name = filename === undefined ? undefined : { filename }
  switch (from.type) {
    case "bytes":
      return {
        type: "file",
        mediaType,
        data: { type: "data", data: from.bytes },
        ...metadataOf(part.providerData, name),
      }
    case "base64":
      return {
        type: "file",
        mediaType,
        data: { type: "data", data: from.base64 },
        ...metadataOf(part.providerData, name),
      }
    case "url": {
      const url = URL.parse(from.url)
      if (url === null) break
      const exact = url.href === from.url ? {} : { originalUrl: from.url }
      return { type: "file", mediaType, data: { type: "url", url, ...exact }, ...metadataOf(part.providerData, name) }
    }
    default:
  }
  const note = plain(without(part, "providerData")) ?? null
  return { type: "custom", kind: `${switchyardKey}.file`, ...metadataOf(part.providerData, { file: note }) }
}

const reasoningFile = (data: ProviderData | undefined, origin: Origin | undefined): LanguageModelV4ReasoningFile => {
  const { mediaType, data: base64, url } = data?.[aiSdkKey] ?? {}
  const parsed = typeof url === "string" ? URL.parse(url) : null
  return {
    type: "reasoning-file",
    mediaType: String(mediaType),
    data: parsed === null ? { type: "data", data: String(base64) } : { type: "url", url: parsed },
    ...metadataOf(data, originNote(origin)),
  }
}

const custom = (
  kind: string,
  data: ProviderData | undefined,
  origin: Origin | undefined,
): LanguageModelV4CustomContent | LanguageModelV4ReasoningFile => {
  if (kind === reasoningFileKind) return reasoningFile(data, origin)
  const dotted = kind.includes(".") ? kind : `${switchyardKey}.${kind}`
  return { type: "custom", kind: dotted as `${string}.${string}`, ...metadataOf(data, originNote(origin)) } // it has a dot now
}

export const citationsOf = (data: ProviderData | undefined): Pick<LanguageModelV4Text, "citations"> => {
  const citations = data?.[aiSdkKey]?.["citations"]
  // Kept by the bridge's other way, as the AI SDK's own citations.
  return Array.isArray(citations)
    ? { citations: citations as unknown as NonNullable<LanguageModelV4Text["citations"]> }
    : {}
}

/** One whole part of an answer other than text and reasoning. */
export const toWhole = (
  part: Exclude<Part, { readonly type: "text" | "reasoning" }>,
  handing: Handing,
  origin: Origin | undefined,
): Exclude<LanguageModelV4Content, { readonly type: "text" | "reasoning" }> => {
  switch (part.type) {
    case "tool-call":
      return toolCall(part, handing)
    case "tool-result":
      return toolResult(part, handing)
    case "source":
      return source(part)
    case "file":
      return file(part)
    case "approval-request":
      return {
        type: "tool-approval-request",
        approvalId: part.id,
        toolCallId: part.toolCallId,
        ...metadataOf(part.providerData),
      }
    case "approval-response":
      return { type: "custom", kind: `${switchyardKey}.approval-response`, ...metadataOf(part.providerData) }
    case "custom":
      return custom(part.kind, part.providerData, origin)
  }
}

/** The content of a whole answer. Calls whose results the stack has are marked as run, so that the AI SDK does not run them. */
export const toContent = (
  content: ReadonlyArray<Part>,
  handing: Handing,
  origin: Origin,
): Array<LanguageModelV4Content> => {
  const answered = new Set(content.flatMap((part) => (part.type === "tool-result" ? [part.id] : [])))
  return content.map((part): LanguageModelV4Content => {
    if (part.type === "text") {
      return { type: "text", text: part.text, ...citationsOf(part.providerData), ...metadataOf(part.providerData) }
    }
    if (part.type === "reasoning") {
      return { type: "reasoning", text: part.text, ...metadataOf(part.providerData, originNote(origin)) }
    }
    if (part.type === "tool-call" && answered.has(part.id)) {
      return toWhole({ ...part, providerExecuted: true }, handing, origin)
    }
    return toWhole(part, handing, origin)
  })
}
