import { LlmError, type Part, type ProviderResponse, type Usage, type Warning } from "@switchyard/core"
import { type Wire, list, string } from "@switchyard/transport/provider"
import { responsesNames, usageOf } from "../usage.ts"
import { failureOf, finishOf, notAResponse, reasoningData, sourcePart, thoughts, wholePart } from "./items.ts"

/** A whole Responses answer. Throws `LlmError` for a failed one and for what is no answer at all. */
export const fromResponses = (
  body: Wire,
  model: string,
  provider: string,
  warnings: ReadonlyArray<Warning>,
): ProviderResponse => {
  const failure = failureOf(body)
  if (failure !== undefined) throw LlmError.make(failure)
  if (!Array.isArray(body["output"])) throw notAResponse()
  const content: Array<Part> = []
  let refused = false
  for (const item of list(body["output"])) {
    if (item["type"] === "message") refused = message(item, content) || refused
    else if (item["type"] === "reasoning") reasoning(item, provider, content)
    else {
      const part = wholePart(item, provider)
      if (part !== undefined) content.push(part)
    }
  }
  const usage = usageOf(body["usage"], responsesNames)
  if (unfinished.has(body["status"])) throw cut(String(body["status"]), content, usage)
  const id = string(body["id"])
  return {
    content,
    finish: finishOf(
      body,
      content.some((part) => part.type === "tool-call"),
      refused,
    ),
    usage,
    warnings,
    model: string(body["model"]) ?? model,
    ...(id === undefined ? {} : { id }),
  }
}

/** The statuses of an answer that is still to come, or never will. */
const unfinished: ReadonlySet<unknown> = new Set(["queued", "in_progress", "cancelled"])

/** What came of it is kept, and never passes for the whole. */
const cut = (status: string, content: ReadonlyArray<Part>, usage: Usage): LlmError => {
  const message = `the answer is not finished: its status is "${status}"`
  if (content.length === 0) return LlmError.make({ _tag: "EmptyResponse", message })
  return LlmError.make({ _tag: "Truncated", message, partial: { content, usage } })
}

const message = (item: Wire, content: Array<Part>): boolean => {
  let refused = false
  for (const piece of list(item["content"])) {
    const refusal = string(piece["refusal"])
    if (refusal !== undefined) refused = true
    const text = string(piece["text"]) ?? refusal ?? ""
    if (text !== "") content.push({ type: "text", text })
    list(piece["annotations"]).forEach((annotation) => {
      const source = sourcePart(annotation, String(content.filter((part) => part.type === "source").length + 1))
      if (source !== undefined) content.push(source)
    })
  }
  return refused
}

const reasoning = (item: Wire, provider: string, content: Array<Part>): void => {
  const providerData = { [provider]: reasoningData(item) }
  const texts = thoughts(item)
  // Without a visible thought the item still has to come back in the next request.
  for (const text of texts.length === 0 ? [""] : texts) content.push({ type: "reasoning", text, providerData })
}
