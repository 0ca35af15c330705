import { LlmError, type Finish, type Part, type Reason } from "@switchyard/core"
import { type Wire, list, object, string } from "@switchyard/transport/provider"
import { citationOf } from "../chat/content.ts"
import { inBand, isTold } from "../errors.ts"

/** What both a whole answer and a stream need to read of the Responses API's output items. */

/** What must be sent back for the reasoning to go on: under the provider's id, in `providerData`. */
export const reasoningData = (item: Wire): { readonly itemId: string; readonly encryptedContent?: string } => {
  const encryptedContent = string(item["encrypted_content"])
  return { itemId: string(item["id"]) ?? "", ...(encryptedContent === undefined ? {} : { encryptedContent }) }
}

/** The thoughts of a reasoning item: its summaries, or the full text where the server shows it. */
export const thoughts = (item: Wire): ReadonlyArray<string> => {
  const summary = list(item["summary"]).map((part) => string(part["text"]) ?? "")
  return summary.length > 0 ? summary : list(item["content"]).map((part) => string(part["text"]) ?? "")
}

/** The parts of a finished item other than text and reasoning. */
export const wholePart = (item: Wire, provider: string): Part | undefined => {
  const type = string(item["type"]) ?? ""
  if (type === "function_call") {
    const id = string(item["call_id"]) ?? string(item["id"]) ?? ""
    return { type: "tool-call", id, name: string(item["name"]) ?? "", inputText: string(item["arguments"]) ?? "" }
  }
  if (type === "image_generation_call") {
    const base64 = string(item["result"])
    const format = string(item["output_format"]) ?? "png"
    return base64 === undefined
      ? undefined
      : { type: "file", mediaType: `image/${format}`, source: { type: "base64", base64 } }
  }
  // Tools that the vendor ran itself (web search and the like): kept as they are, for whoever knows them.
  if (type === "" || type === "message" || type === "reasoning") return undefined
  const data = { itemId: string(item["id"]) ?? "", status: string(item["status"]) ?? "" }
  return { type: "custom", kind: `openai.${type}`, providerData: { [provider]: data } }
}

export const sourcePart = (annotation: Wire, id: string): Part | undefined => {
  const cited = citationOf(annotation)
  return cited === undefined ? undefined : { type: "source", id, source: { type: "url", ...cited } }
}

/** How a Responses answer ended. The API has no word for "wants tools": the items say it. */
export const finishOf = (response: Wire, calledTools: boolean, refused: boolean): Finish => {
  const status = string(response["status"]) ?? "completed"
  const why = string(object(response["incomplete_details"])["reason"])
  if (status === "incomplete") {
    const unified = why === "max_output_tokens" ? "length" : why === "content_filter" ? "content-filter" : "other"
    return { unified, raw: why ?? status }
  }
  if (status !== "completed") return { unified: "other", raw: status }
  if (refused) return { unified: "content-filter", raw: "refusal" }
  return { unified: calledTools ? "tool-calls" : "stop", raw: status }
}

/** The failure that a response object tells of, if it does. */
export const failureOf = (response: Wire): Reason | undefined =>
  isTold(response["error"]) || response["status"] === "failed" ? inBand(response["error"]) : undefined

export const notAResponse = (): LlmError =>
  LlmError.make({ _tag: "InvalidResponse", message: "the answer has no output: it is not a Responses API object" })
