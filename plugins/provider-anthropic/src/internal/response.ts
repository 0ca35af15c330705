import { LlmError, type Part, type ProviderResponse, type Warning } from "@switchyard/core"
import { isWire, list, string, type Wire } from "@switchyard/transport/provider"
import {
  answerData,
  customPart,
  finishOf,
  isAnswer,
  type Reading,
  secondAnswer,
  sourcePart,
  thinkingData,
  toolCall,
} from "./content.ts"
import { inBand } from "./errors.ts"
import { usageOf } from "./usage.ts"

/** A whole answer. Throws `LlmError` for an error under a 200, and for what is no answer at all. */
export const fromMessage = (
  body: Wire,
  model: string,
  reading: Reading,
  warnings: ReadonlyArray<Warning>,
): ProviderResponse => {
  if (body["type"] === "error" || isWire(body["error"])) throw LlmError.make(inBand(body["error"]))
  const reason = string(body["stop_reason"])
  if (!Array.isArray(body["content"]) || reason === undefined) throw notAMessage()
  const content: Array<Part> = []
  let sources = 0
  let answers = 0
  for (const block of list(body["content"])) {
    if (isAnswer(block, reading) && ++answers > 1) continue
    content.push(...partsOf(block, reading))
    for (const citation of list(block["citations"])) content.push(sourcePart(citation, String(++sources), reading))
  }
  const id = string(body["id"])
  const called = content.some((part) => part.type === "tool-call")
  return {
    content,
    finish: finishOf(reason, reading.answerTool !== undefined && !called),
    usage: usageOf(body["usage"]),
    warnings: answers > 1 ? [...warnings, secondAnswer(reading)] : warnings,
    model: string(body["model"]) ?? model,
    ...(id === undefined ? {} : { id }),
    ...answerData(body, reading.provider),
  }
}

const partsOf = (block: Wire, reading: Reading): ReadonlyArray<Part> => {
  switch (block["type"]) {
    case "text":
      return textPart(string(block["text"]) ?? "")
    case "thinking":
    case "redacted_thinking": {
      const text = string(block["thinking"]) ?? ""
      const data = thinkingData(block)
      if (data !== undefined) return [{ type: "reasoning", text, providerData: { [reading.provider]: data } }]
      return text === "" ? [] : [{ type: "reasoning", text }]
    }
    case "tool_use": {
      const input = JSON.stringify(block["input"] ?? {})
      return isAnswer(block, reading) ? textPart(input) : [toolCall(block, input, reading)]
    }
    default:
      return [customPart(block, reading)]
  }
}

const textPart = (text: string): ReadonlyArray<Part> => (text === "" ? [] : [{ type: "text", text }])

const notAMessage = (): LlmError =>
  LlmError.make({
    _tag: "InvalidResponse",
    message: "the answer has no content or stop reason: it is not a message of Anthropic's API",
  })
