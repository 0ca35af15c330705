import {
  LlmError,
  type LlmRequest,
  type Message,
  type Reason,
  type SystemMessage,
  type Warning,
} from "@switchyard/core"
import {
  type Document,
  type Gathered,
  gather,
  gatherFile,
  gatherToolOutput,
  makeDocument,
  type Span,
} from "./documents.ts"
import { countWords } from "./terms.ts"

/** A request as this provider understands it. */
export interface Inquiry {
  readonly question: string
  /** In the order of the conversation; at least one. */
  readonly documents: ReadonlyArray<Document>
  readonly warnings: ReadonlyArray<Warning>
  /** Bound of the answer's text, in tokens. */
  readonly maxTokens: number | undefined
}

/** A system message of this many words or fewer is an instruction, not context. */
const FEW_WORDS = 12

const notice: Warning = {
  type: "other",
  message: "these are sentences of the given context, picked by relevance: nothing was generated",
}

const without = (feature: string, message: string): Reason => ({ _tag: "Unsupported", feature, message })

/** Fails with `InvalidRequest` (no question), `Unsupported` (JSON output, no context at all). `id` is the provider's. */
export const readRequest = (request: LlmRequest, id: string): Inquiry | LlmError => {
  const fail = (reason: Reason): LlmError => LlmError.make(reason, { provider: id, model: request.model })
  if (request.output?.type === "json") {
    return fail(without("JSON output", "sentences of the context are text: JSON output cannot be produced"))
  }
  const into: Gathered = { documents: [], warnings: [notice, ...unsupported(request, id)] }
  const asking = request.messages.findLastIndex((message) => message.role === "user")
  let question = ""
  request.messages.forEach((message, index) => {
    if (index === asking) question = readQuestion(message, into)
    else readMessage(message, into)
  })
  if (countWords(question) === 0) {
    const message = "there is no question: the last user message must hold text"
    return fail({ _tag: "InvalidRequest", field: "messages", message })
  }
  if (into.documents.length === 0) {
    const how = "attach documents (--context FILE… in the CLI, file parts in the request) or use a model"
    return fail(without("answering without context", `nothing to extract from: ${how}`))
  }
  return { question, documents: into.documents, warnings: into.warnings, maxTokens: request.maxOutputTokens }
}

const warn = (setting: string, message: string): Warning => ({ type: "unsupported", setting, message })

const sampling = ["temperature", "topP", "topK", "presencePenalty", "frequencyPenalty", "seed"] as const

/** A warning for every field that was asked for and does nothing here. */
const unsupported = (request: LlmRequest, id: string): ReadonlyArray<Warning> => {
  const warnings: Array<Warning> = []
  if (request.tools !== undefined && request.tools.length > 0) warnings.push(warn("tools", "no tool is ever called"))
  if (request.toolChoice !== undefined && request.toolChoice !== "auto" && request.toolChoice !== "none") {
    warnings.push(warn("toolChoice", "no tool is ever called"))
  }
  for (const setting of sampling) {
    if (request[setting] !== undefined)
      warnings.push(warn(setting, "nothing is sampled: the answer is always the same"))
  }
  if (request.stop !== undefined && request.stop.length > 0) {
    warnings.push(warn("stop", "sentences are quoted whole: stop sequences are ignored"))
  }
  if (request.reasoningEffort !== undefined && request.reasoningEffort !== "none") {
    warnings.push(warn("reasoningEffort", "there is no model that could reason"))
  }
  if (request.headers !== undefined && Object.keys(request.headers).length > 0) {
    warnings.push(warn("headers", "nothing is sent anywhere"))
  }
  if (request.providerData?.[id] !== undefined) warnings.push(warn("providerData", "it has no settings of its own"))
  return warnings
}

/** Whoever put the message there may say so: `providerData: { extractive: { context: false } }`. Its length decides else. */
const isContext = ({ content, providerData }: SystemMessage): boolean => {
  const said = providerData?.["extractive"]?.["context"]
  return typeof said === "boolean" ? said : countWords(content) > FEW_WORDS
}

const readMessage = (message: Message, into: Gathered): void => {
  switch (message.role) {
    case "system":
      if (isContext(message)) gather(into, makeDocument("system", message.content))
      return
    case "user":
      for (const part of message.content) {
        if (part.type === "file") gatherFile(into, part, "user")
        else gatherStatements(into, part.text)
      }
      return
    case "assistant":
    case "tool":
      for (const part of message.content) {
        if (part.type === "text") gather(into, makeDocument("assistant", part.text))
        else if (part.type === "file") gatherFile(into, part, message.role)
        else if (part.type === "tool-result") gatherToolOutput(into, part.output, part.name)
      }
      return
  }
}

/** The question of the message; everything else in it is gathered as context. */
const readQuestion = (message: Message, into: Gathered): string => {
  if (message.role !== "user") return ""
  const asking = message.content.findLastIndex((part) => part.type === "text" && part.text.trim() !== "")
  let question = ""
  message.content.forEach((part, index) => {
    if (part.type === "file") gatherFile(into, part, "user")
    else if (index === asking) question = splitQuestion(part.text, into)
    else gather(into, makeDocument("user", part.text))
  })
  return question
}

const endsAsQuestion = (paragraph: string): boolean => /[?？؟\u037e⁇⁈]["'”’»)\]*_]*\s*$/u.test(paragraph.slice(-200))

/** Paragraphs of a text: what blank lines separate. */
const paragraphs = (text: string): Array<Span> => {
  const spans: Array<Span> = []
  let start = 0
  for (const gap of text.matchAll(/\n[^\S\n]*(?:\n[^\S\n]*)+/g)) {
    spans.push({ start, end: gap.index })
    start = gap.index + gap[0].length
  }
  spans.push({ start, end: text.length })
  return spans.filter((span) => text.slice(span.start, span.end).trim() !== "")
}

/** The question is the only paragraph that ends with a question mark, or else the last one. */
const splitQuestion = (text: string, into: Gathered): string => {
  const all = paragraphs(text)
  const asked = all.filter((span) => endsAsQuestion(text.slice(span.start, span.end)))
  const chosen = asked.length === 1 ? asked[0] : all.at(-1)
  if (chosen === undefined) return ""
  const spans = all.filter((span) => span !== chosen)
  if (spans.length > 0) into.documents.push({ title: "user", text, spans: joined(text, spans) })
  return text.slice(chosen.start, chosen.end).trim()
}

/** What the user said earlier, without what the user asked: an old question answers nothing. */
const gatherStatements = (into: Gathered, text: string): void => {
  const spans = paragraphs(text).filter((span) => !endsAsQuestion(text.slice(span.start, span.end)))
  if (spans.length > 0) into.documents.push({ title: "user", text, spans: joined(text, spans) })
}

/** Neighbouring paragraphs as one span, so that headings and fences reach over blank lines. */
const joined = (text: string, spans: ReadonlyArray<Span>): Array<Span> => {
  const out: Array<Span> = []
  for (const span of spans) {
    const last = out.at(-1)
    if (last !== undefined && text.slice(last.end, span.start).trim() === "") {
      out[out.length - 1] = { start: last.start, end: span.end }
    } else out.push(span)
  }
  return out
}
