import { LlmError, type Part, type ProviderResponse, type Usage, type Warning } from "@switchyard/core"
import { type Wire, list, object, string } from "@switchyard/transport/provider"
import { inBand, isTold } from "../errors.ts"
import { chatNames, usageOf } from "../usage.ts"
import { citationOf, imageOf, reasoningIn, textIn } from "./content.ts"
import { failIfTold, finishOf } from "./stream.ts"

/** A whole Chat Completions answer. Throws `LlmError` for an error inside a 200 and for what is no answer at all. */
export const fromChat = (body: Wire, model: string, warnings: ReadonlyArray<Warning>): ProviderResponse => {
  if (isTold(body["error"])) throw LlmError.make(inBand(body["error"]))
  const [choice] = list(body["choices"])
  if (choice === undefined) {
    throw LlmError.make({ _tag: "InvalidResponse", message: "the answer has no choices: it is not a chat completion" })
  }
  const message = object(choice["message"])
  const raw = string(choice["finish_reason"])
  const refusal = string(message["refusal"]) ?? ""
  const content = contentOf(message, refusal)
  if (content.length === 0) failIfTold(choice)
  const usage = usageOf(body["usage"], chatNames)
  if (raw === undefined || raw === "error") throw cut(choice, content, usage)
  const id = string(body["id"])
  return {
    content,
    finish: finishOf(raw, refusal !== ""),
    usage,
    warnings,
    model: string(body["model"]) ?? model,
    ...(id === undefined ? {} : { id }),
  }
}

/** An answer without its end: what came of it is kept, and never passes for the whole. */
const cut = (choice: Wire, content: ReadonlyArray<Part>, usage: Usage): LlmError => {
  const message = "the answer has no finish_reason, so it is not known to be whole"
  if (content.length === 0) return LlmError.make({ _tag: "EmptyResponse", message })
  const partial = { content, usage }
  if (choice["finish_reason"] !== "error") return LlmError.make({ _tag: "Truncated", message, partial })
  const because = inBand(choice["error"])
  return LlmError.make({ _tag: "Truncated", message: `the answer was cut: ${because.message}`, partial, because })
}

const contentOf = (message: Wire, refusal: string): ReadonlyArray<Part> => {
  const content: Array<Part> = []
  const reasoning = reasoningIn(message)
  if (reasoning !== "") content.push({ type: "reasoning", text: reasoning })
  const text = textIn(message["content"]) + refusal
  if (text !== "") content.push({ type: "text", text })
  content.push(...list(message["images"]).flatMap((image) => imageOf(image) ?? []))
  list(message["annotations"]).forEach((note) => {
    const cited = citationOf(note)
    const id = String(content.filter(({ type }) => type !== "file").length + 1)
    if (cited !== undefined) content.push({ type: "source", id, source: { type: "url", ...cited } })
  })
  list(message["tool_calls"]).forEach((call, index) => {
    const wanted = object(call["function"])
    content.push({
      type: "tool-call",
      id: string(call["id"]) ?? `call_${index}`,
      name: string(wanted["name"]) ?? "",
      inputText: string(wanted["arguments"]) ?? "",
    })
  })
  return content
}
