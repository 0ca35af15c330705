import type {
  LanguageModelV4Citation,
  LanguageModelV4Content,
  LanguageModelV4CustomContent,
  LanguageModelV4File,
  LanguageModelV4ReasoningFile,
  LanguageModelV4Source,
  LanguageModelV4ToolCall,
  LanguageModelV4ToolResult,
} from "@ai-sdk/provider"
import type { FilePart, FileSource, Json, Part, ProviderData, Source, ToolOutput } from "@switchyard/core"
import { textOf } from "./form.ts"
import { base64Of } from "./v3.ts"
import { isObject, plain, without } from "./plain.ts"
import { reasoningFileKind } from "./prompt.ts"
import { fromMetadata, type Naming, notesOf, switchyardKey, withAiSdk } from "./providerData.ts"

/** Content that comes whole, in an answer and in a stream alike. */
export type WholeContent = Exclude<LanguageModelV4Content, { readonly type: "text" | "reasoning" }>

export const dataOf = (data: ProviderData | undefined): { readonly providerData?: ProviderData } =>
  data === undefined ? {} : { providerData: data }

const sourceOf = (file: LanguageModelV4File): FileSource => {
  if (file.data.type === "url") return { type: "url", url: file.data.originalUrl ?? file.data.url.href }
  const { data } = file.data
  return typeof data === "string" ? { type: "base64", base64: data } : { type: "bytes", bytes: data }
}

/** A file of the model's reasoning is no part of its answer. */
const reasoningFile = (file: LanguageModelV4ReasoningFile, data: ProviderData | undefined): Part => {
  const content =
    file.data.type === "url" ? { url: file.data.originalUrl ?? file.data.url.href } : { data: base64Of(file.data.data) }
  return {
    type: "custom",
    kind: reasoningFileKind,
    providerData: withAiSdk(data, { mediaType: file.mediaType, ...content }),
  }
}

const cited = (part: LanguageModelV4Source): { readonly source: Source; readonly filename?: string } => {
  if (part.sourceType === "url") {
    return { source: { type: "url", url: part.url, ...(part.title === undefined ? {} : { title: part.title }) } }
  }
  const { passage } = notesOf(part.providerMetadata)
  return {
    source: {
      type: "document",
      title: part.title,
      mediaType: part.mediaType,
      ...(isObject(passage) ? (passage as Pick<Extract<Source, { readonly type: "document" }>, "text">) : {}), // as it was handed out
    },
    ...(part.filename === undefined ? {} : { filename: part.filename }),
  }
}

export const sourcePart = (part: LanguageModelV4Source, naming: Naming): Part => {
  const { source, filename } = cited(part)
  const data = fromMetadata(part.providerMetadata, naming)
  return {
    type: "source",
    id: part.id,
    source,
    ...dataOf(filename === undefined ? data : withAiSdk(data, { filename })),
  }
}

/** The sources that a text cites, each once, and where it cites them: the AI SDK alone knows of places in the answer. */
export const citedBy = (
  citations: ReadonlyArray<LanguageModelV4Citation> | undefined,
  naming: Naming,
): { readonly sources: ReadonlyArray<Part>; readonly places: Json } | undefined => {
  if (citations === undefined || citations.length === 0) return undefined
  const sources = new Map(citations.map(({ source }) => [source.id, source]))
  return {
    sources: [...sources.values()].map((source) => sourcePart(source, naming)),
    places: plain(citations) ?? [],
  }
}

/** The text of a call's input. Some packages hand over what they parsed, which the specification does not have. */
const inputText = (input: unknown): string =>
  typeof input === "string" ? input : input === undefined ? "" : JSON.stringify(plain(input) ?? null)

const toolCall = (part: LanguageModelV4ToolCall, naming: Naming): Part => {
  const data = fromMetadata(part.providerMetadata, naming)
  return {
    type: "tool-call",
    id: part.toolCallId,
    name: part.toolName,
    inputText: inputText(part.input),
    ...(part.providerExecuted === undefined ? {} : { providerExecuted: part.providerExecuted }),
    ...dataOf(part.dynamic === undefined ? data : withAiSdk(data, { dynamic: part.dynamic })),
  }
}

/** The data of parts within a result is under the names of whoever handed it out. */
const restored = (output: ToolOutput, naming: Naming): ToolOutput => {
  if (output.type !== "content") return output
  const value = output.value.map((part) => ({
    ...without(part, "providerData"),
    ...dataOf(fromMetadata(part.providerData, naming)),
  }))
  return { type: "content", value: value as unknown as typeof output.value } // each part with its own data
}

const outputOf = (part: LanguageModelV4ToolResult, naming: Naming): ToolOutput => {
  const { result, isError, providerMetadata } = part
  const { output } = notesOf(providerMetadata)
  if (isObject(output)) return restored(output as unknown as ToolOutput, naming) // as it was handed out
  if (typeof result === "string") return { type: isError === true ? "error-text" : "text", value: result }
  return { type: isError === true ? "error-json" : "json", value: plain(result) ?? null }
}

/** Only tools that the provider runs have results in an answer. */
const toolResult = (part: LanguageModelV4ToolResult, naming: Naming): Part => {
  const data = fromMetadata(part.providerMetadata, naming)
  return {
    type: "tool-result",
    id: part.toolCallId,
    name: part.toolName,
    output: outputOf(part, naming),
    providerExecuted: true,
    ...dataOf(part.dynamic === undefined ? data : withAiSdk(data, { dynamic: part.dynamic })),
  }
}

/** What another Switchyard had no other place for comes back as it was. */
const custom = (part: LanguageModelV4CustomContent, naming: Naming): Part => {
  const { file } = notesOf(part.providerMetadata)
  const data = dataOf(fromMetadata(part.providerMetadata, naming))
  if (part.kind === `${switchyardKey}.file` && isObject(file)) {
    return { ...(file as unknown as FilePart), ...data } // as it was handed out
  }
  const prefix = `${switchyardKey}.`
  const kind = part.kind.startsWith(prefix) ? part.kind.slice(prefix.length) : part.kind
  return { type: "custom", kind, ...data }
}

/** One whole piece of an answer; `undefined` for kinds that nobody knows and for a result that another one will replace. */
export const wholePart = (part: WholeContent, naming: Naming): Part | undefined => {
  switch (part.type) {
    case "tool-call":
      return toolCall(part, naming)
    case "tool-result":
      return part.preliminary === true ? undefined : toolResult(part, naming)
    case "source":
      return sourcePart(part, naming)
    case "file": {
      const data = dataOf(fromMetadata(part.providerMetadata, naming))
      const { filename } = notesOf(part.providerMetadata)
      const name = typeof filename === "string" ? { filename } : {}
      return { type: "file", mediaType: part.mediaType, source: sourceOf(part), ...name, ...data }
    }
    case "reasoning-file":
      return reasoningFile(part, fromMetadata(part.providerMetadata, naming))
    case "tool-approval-request": {
      const data = dataOf(fromMetadata(part.providerMetadata, naming))
      return { type: "approval-request", id: part.approvalId, toolCallId: part.toolCallId, ...data }
    }
    case "custom":
      return custom(part, naming)
    default:
      return undefined
  }
}

/** The content of a whole answer. Pieces without anything in them are left out, as they are of a stream. */
export const fromContent = (content: ReadonlyArray<LanguageModelV4Content>, naming: Naming): ReadonlyArray<Part> => {
  const out: Array<Part> = []
  for (const part of content) {
    if (part.type !== "text" && part.type !== "reasoning") {
      const whole = wholePart(part, naming)
      if (whole !== undefined) out.push(whole)
      continue
    }
    const found = part.type === "text" ? citedBy(part.citations, naming) : undefined
    const metadata = fromMetadata(part.providerMetadata, naming)
    const data = found === undefined ? metadata : withAiSdk(metadata, { citations: found.places })
    const text = textOf(part.text, part.type)
    if (text !== "" || data !== undefined) out.push({ type: part.type, text, ...dataOf(data) })
    if (found !== undefined) out.push(...found.sources)
  }
  return out
}
