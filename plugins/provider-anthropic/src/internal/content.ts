import type { Finish, JsonObject, Part, ProviderData, Warning } from "@switchyard/core"
import { count, defined, object, string, type Wire } from "@switchyard/transport/provider"

/** What both a whole answer and a stream need to read of content blocks. */

/** How an answer is read: by whom, and which tool's input is its text. */
export interface Reading {
  readonly provider: string
  readonly answerTool: string | undefined
}

/** Is this call the answer itself? */
export const isAnswer = (block: Wire, { answerTool }: Reading): boolean =>
  answerTool !== undefined && block["type"] === "tool_use" && block["name"] === answerTool

/** Joined they would be no JSON, so the first one counts. */
export const secondAnswer = ({ provider }: Reading): Warning => ({
  type: "compatibility",
  setting: "output",
  message: `${provider}: the model gave more than one answer: the first one counts`,
})

const json = (value: unknown): JsonObject => object(value) as JsonObject // it came out of JSON.parse

/** What must be sent back for the thinking to go on: under the provider's id, in `providerData`. */
export const thinkingData = (block: Wire): JsonObject | undefined => {
  const data = string(block["data"])
  if (data !== undefined) return { redactedData: data }
  const signature = string(block["signature"])
  return signature === undefined ? undefined : { signature }
}

/** The caller is worth keeping when it is not the model itself: code that ran at the vendor. */
export const toolCall = (block: Wire, inputText: string, { provider }: Reading): Part => {
  const caller = object(block["caller"])
  const data = json({
    ...(string(caller["type"]) === undefined || caller["type"] === "direct" ? {} : { caller }),
    ...defined({ toolset_name: string(block["toolset_name"]) }),
  })
  return {
    type: "tool-call",
    id: string(block["id"]) ?? "",
    name: string(block["name"]) ?? "",
    inputText,
    ...(Object.keys(data).length === 0 ? {} : { providerData: { [provider]: data } }),
  }
}

/** What a server tool was asked and found, and every block that is new: kept whole, so that it can go back. */
export const customPart = (block: Wire, { provider }: Reading): Part => ({
  type: "custom",
  kind: `anthropic.${string(block["type"]) ?? "unknown"}`,
  providerData: { [provider]: { block: json(block) } },
})

const isUrl = (text: string): boolean => /^https?:\/\//.test(text)

/** A citation of a search result, or of a passage in a document of the request. */
export const sourcePart = (citation: Wire, id: string, { provider }: Reading): Part => {
  const url = string(citation["url"]) ?? string(citation["source"]) ?? ""
  const title = string(citation["title"]) ?? undefined
  const providerData = { [provider]: { citation: json(citation) } }
  if (isUrl(url)) return { type: "source", id, source: { type: "url", url, ...defined({ title }) }, providerData }
  const named = string(citation["document_title"]) ?? title
  const numbered = `document ${(count(citation["document_index"]) ?? 0) + 1}`
  const range = { start: count(citation["start_char_index"]), end: count(citation["end_char_index"]) }
  const text = string(citation["cited_text"])
  return {
    type: "source",
    id,
    source: { type: "document", title: named ?? (url === "" ? numbered : url), ...defined({ text, ...range }) },
    providerData,
  }
}

const finishes: Readonly<Record<string, Finish["unified"]>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool-calls",
  pause_turn: "pause",
  refusal: "content-filter",
}

/** Why the answer ended. When the only tool called was the one to answer with, it ended as any other. */
export const finishOf = (reason: string, answered: boolean): Finish => {
  const unified = finishes[reason] ?? "other"
  return { unified: answered && unified === "tool-calls" ? "stop" : unified, raw: reason }
}

/** What else the vendor says of an answer: which stop sequence, why it refused, the container that code ran in. */
export const answerData = (message: Wire, provider: string): { readonly providerData?: ProviderData } => {
  const data = json(
    defined({
      stopSequence: message["stop_sequence"] ?? undefined,
      stopDetails: message["stop_details"] ?? undefined,
      container: message["container"] ?? undefined,
      diagnostics: message["diagnostics"] ?? undefined,
    }),
  )
  return Object.keys(data).length === 0 ? {} : { providerData: { [provider]: data } }
}
