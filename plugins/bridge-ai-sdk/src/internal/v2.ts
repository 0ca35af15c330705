import type {
  LanguageModelV2,
  LanguageModelV2CallOptions,
  LanguageModelV2CallWarning,
  LanguageModelV2Content,
  LanguageModelV2FinishReason,
  LanguageModelV2Message,
  LanguageModelV2StreamPart,
  LanguageModelV2ToolResultOutput,
  LanguageModelV2Usage,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolResult,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4Usage,
  SharedV4Warning,
} from "@ai-sdk/provider"
import { streamAnswer, wholeAnswer } from "./form.ts"
import { StreamParts } from "./parts.ts"
import { plain, without } from "./plain.ts"
import type { Gaps, Speaker } from "./speaker.ts"
import { base64Of, cannotSend, olderData, upgradeFile } from "./v3.ts"

const gaps: Gaps = { reasoning: true, strictTools: true, strictOutput: true, files: true, approvals: true }

type ToolContent = Extract<LanguageModelV4ToolResultOutput, { readonly type: "content" }>["value"][number]
type OlderToolContent = Extract<LanguageModelV2ToolResultOutput, { readonly type: "content" }>["value"][number]

const toolContent = (item: ToolContent): ReadonlyArray<OlderToolContent> => {
  if (item.type === "text") return [{ type: "text", text: item.text }]
  if (item.type === "custom") return []
  const { data, mediaType } = item
  if (data.type === "text") return [{ type: "text", text: data.text }]
  if (data.type !== "data") throw cannotSend("a file by URL or reference in a tool's result", "V2")
  return [{ type: "media", mediaType, data: base64Of(data.data) }]
}

const output = (given: LanguageModelV4ToolResultOutput): LanguageModelV2ToolResultOutput => {
  switch (given.type) {
    case "content":
      return { type: "content", value: given.value.flatMap(toolContent) }
    case "execution-denied":
      return { type: "error-text", value: given.reason ?? "The execution of the tool was denied." }
    default:
      return given as LanguageModelV2ToolResultOutput // the same four
  }
}

const message = (given: LanguageModelV4Message): LanguageModelV2Message => {
  if (given.role === "system") return given as LanguageModelV2Message // options are JSON in both
  const content: Array<unknown> = []
  for (const part of given.content) {
    if (part.type === "file") content.push({ ...part, data: olderData(part.data, "V2") })
    else if (part.type === "tool-result") content.push({ ...part, output: output(part.output) })
    else if (part.type === "text" || part.type === "reasoning" || part.type === "tool-call") content.push(part)
  }
  return { ...given, content } as LanguageModelV2Message // part by part what V2 has
}

type Tools = NonNullable<LanguageModelV2CallOptions["tools"]>

const tools = (given: NonNullable<LanguageModelV4CallOptions["tools"]>): Tools =>
  given.map((tool): Tools[number] => {
    if (tool.type === "provider") return { ...tool, type: "provider-defined" }
    return without(tool, "strict", "inputExamples") as Tools[number] // options are JSON in both
  })

const options = (given: LanguageModelV4CallOptions): LanguageModelV2CallOptions => {
  const { prompt, tools: offered } = given
  const rest = without(given, "prompt", "reasoning", "tools")
  const older: unknown = {
    ...rest,
    prompt: prompt.map(message),
    ...(offered === undefined ? {} : { tools: tools(offered) }),
  }
  return older as LanguageModelV2CallOptions // options are JSON in both
}

const usage = (given: LanguageModelV2Usage): LanguageModelV4Usage => ({
  inputTokens: {
    total: given.inputTokens,
    noCache: undefined,
    cacheRead: given.cachedInputTokens ?? undefined,
    cacheWrite: undefined,
  },
  outputTokens: { total: given.outputTokens, text: undefined, reasoning: given.reasoningTokens ?? undefined },
})

/** `unknown`: the model has not transmitted a finish reason. */
const finish = (reason: LanguageModelV2FinishReason): LanguageModelV4FinishReason => {
  if (reason === "unknown") return { unified: "interrupted", raw: undefined }
  return { unified: reason, raw: reason }
}

const warning = (given: LanguageModelV2CallWarning): SharedV4Warning => {
  if (given.type === "other") return given
  const details = given.details === undefined ? {} : { details: given.details }
  if (given.type === "unsupported-setting") return { type: "unsupported", feature: String(given.setting), ...details }
  return { type: "unsupported", feature: `tool ${given.tool.name}`, ...details }
}

type OlderToolResult = Extract<LanguageModelV2Content, { readonly type: "tool-result" }>

const toolResult = (part: OlderToolResult): LanguageModelV4ToolResult => ({
  ...without(part, "providerExecuted"),
  result: (plain(part.result) ?? "") as LanguageModelV4ToolResult["result"], // JSON is JSON
})

const content = (part: LanguageModelV2Content): LanguageModelV4Content => {
  if (part.type === "file") return upgradeFile(part)
  if (part.type === "tool-result") return toolResult(part)
  return part as LanguageModelV4Content // the others are the same
}

const part = (given: LanguageModelV2StreamPart): LanguageModelV4StreamPart => {
  switch (given.type) {
    case "text-delta":
    case "reasoning-delta":
    case "tool-input-delta":
      return given as LanguageModelV4StreamPart // the same, and by far the most
    case "stream-start":
      return { type: "stream-start", warnings: (given.warnings ?? []).map(warning) }
    case "finish":
      return {
        ...given,
        usage: usage(given.usage),
        finishReason: finish(given.finishReason),
      } as LanguageModelV4StreamPart // its metadata is the same
    case "file":
      return upgradeFile(given)
    case "tool-result":
      return toolResult(given)
    default:
      return given as LanguageModelV4StreamPart // the others are the same
  }
}

const result = (given: Awaited<ReturnType<LanguageModelV2["doGenerate"]>>): LanguageModelV4GenerateResult =>
  ({
    ...given,
    content: given.content.map(content),
    usage: usage(given.usage),
    finishReason: finish(given.finishReason),
    warnings: given.warnings.map(warning),
  }) as LanguageModelV4GenerateResult // its metadata is the same

/** A model of specification V2 (AI SDK 5). */
export const speakV2 = (model: LanguageModelV2): Speaker => ({
  provider: model.provider,
  modelId: model.modelId,
  gaps,
  generate: async (given) => result(wholeAnswer(await model.doGenerate(options(given)))),
  stream: async (given) => {
    const { stream, response } = streamAnswer(await model.doStream(options(given)))
    return { parts: new StreamParts(stream, part), headers: response?.headers }
  },
})
