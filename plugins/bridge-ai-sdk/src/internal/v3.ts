import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3Content,
  LanguageModelV3GenerateResult,
  LanguageModelV3Message,
  LanguageModelV3StreamPart,
  LanguageModelV3ToolResultOutput,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4File,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
  SharedV4FileData,
} from "@ai-sdk/provider"
import { LlmError } from "@switchyard/core"
import { streamAnswer, wholeAnswer } from "./form.ts"
import { StreamParts } from "./parts.ts"
import { without } from "./plain.ts"
import type { Gaps, Speaker } from "./speaker.ts"

const gaps: Gaps = { reasoning: true, strictTools: false, strictOutput: false, files: true, approvals: false }

export const cannotSend = (feature: string, version: string): LlmError =>
  LlmError.make({
    _tag: "Unsupported",
    feature,
    message: `${feature} cannot be sent to a model of the AI SDK's specification ${version}: use a newer package of its vendor`,
  })

/** Older specifications take bytes, base64 and URLs. */
export const olderData = (data: SharedV4FileData, version: string): Uint8Array | string | URL => {
  switch (data.type) {
    case "data":
      return data.data
    case "url":
      return data.url
    case "text":
      return new TextEncoder().encode(data.text)
    case "reference":
      throw cannotSend("a file by reference", version)
  }
}

export const base64Of = (data: Uint8Array | string): string =>
  typeof data === "string" ? data : Buffer.from(data).toString("base64")

type ToolContent = Extract<LanguageModelV4ToolResultOutput, { readonly type: "content" }>["value"][number]
type OlderToolContent = Extract<LanguageModelV3ToolResultOutput, { readonly type: "content" }>["value"][number]

/** V3 tells images from other files, and data from URLs, by the type of the item. */
const toolContent = (item: ToolContent): OlderToolContent => {
  if (item.type !== "file") return item
  const { mediaType, data, filename, providerOptions } = item
  const image = mediaType.startsWith("image")
  const options = providerOptions === undefined ? {} : { providerOptions }
  switch (data.type) {
    case "url": {
      const url = data.originalUrl ?? data.url.href
      return image ? { type: "image-url", url, ...options } : { type: "file-url", url, ...options }
    }
    case "reference": {
      const fileId = { ...data.reference }
      return image ? { type: "image-file-id", fileId, ...options } : { type: "file-id", fileId, ...options }
    }
    case "text":
      return { type: "text", text: data.text, ...options }
    case "data": {
      const base64 = base64Of(data.data)
      if (image) return { type: "image-data", data: base64, mediaType, ...options }
      return { type: "file-data", data: base64, mediaType, ...(filename === undefined ? {} : { filename }), ...options }
    }
  }
}

const toolResult = (part: LanguageModelV4ToolResultPart) => {
  const { output } = part
  if (output.type !== "content") return { ...part, output }
  return { ...part, output: { type: "content" as const, value: output.value.map(toolContent) } }
}

const message = (given: LanguageModelV4Message): LanguageModelV3Message => {
  const content: Array<unknown> = []
  if (given.role === "system") return given
  for (const part of given.content) {
    if (part.type === "file") content.push({ ...part, data: olderData(part.data, "V3") })
    else if (part.type === "tool-result") content.push(toolResult(part))
    else if (part.type !== "custom" && part.type !== "reasoning-file") content.push(part)
  }
  return { ...given, content } as LanguageModelV3Message // part by part what V3 has
}

const options = (given: LanguageModelV4CallOptions): LanguageModelV3CallOptions => ({
  ...without(given, "reasoning"),
  prompt: given.prompt.map(message),
})

export const upgradeFile = <F extends { readonly mediaType: string; readonly data: string | Uint8Array }>(
  file: F,
): LanguageModelV4File => ({ ...file, type: "file", data: { type: "data", data: file.data } })

const content = (part: LanguageModelV3Content): LanguageModelV4Content =>
  part.type === "file" ? upgradeFile(part) : part

/** A stream of an older package that saw no finish reason still sends `finish`: as `other` with no raw word. */
const finish = ({ unified, raw }: LanguageModelV3GenerateResult["finishReason"]): LanguageModelV4FinishReason =>
  unified === "other" && raw === undefined ? { unified: "interrupted", raw } : { unified, raw }

const part = (given: LanguageModelV3StreamPart): LanguageModelV4StreamPart => {
  if (given.type === "file") return upgradeFile(given)
  if (given.type === "finish") return { ...given, finishReason: finish(given.finishReason) }
  return given
}

const result = (given: LanguageModelV3GenerateResult): LanguageModelV4GenerateResult => ({
  ...given,
  content: given.content.map(content),
  finishReason: finish(given.finishReason),
})

/** A model of specification V3 (AI SDK 6). */
export const speakV3 = (model: LanguageModelV3): Speaker => ({
  provider: model.provider,
  modelId: model.modelId,
  gaps,
  generate: async (given) => result(wholeAnswer(await model.doGenerate(options(given)))),
  stream: async (given) => {
    const { stream, response } = streamAnswer(await model.doStream(options(given)))
    return { parts: new StreamParts(stream, part), headers: response?.headers }
  },
})
