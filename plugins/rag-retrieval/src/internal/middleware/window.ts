import type { LlmRequest, Message, ModelInfo, Part, TokenCounter } from "@switchyard/core"
import { cutTo, textsThatFit } from "./affordable.ts"
import { type Placed, placedOf, type Placement, withOnly } from "./frame.ts"

/** What a picture or a document that is no text may take, where nobody knows. Tokens. */
const mediaTokens = 1500

/** What a message and a part cost beside their text. */
const overhead = 8

/** Room for the answer where the request does not say how long it may be: at most this, and a quarter of the window. */
const answerTokens = 1024

/** Counts by estimate may be a third too low. */
const caution = (exact: boolean): number => (exact ? 1 : 1.35)

/**
 * Which of the passages that stand in the request fit into the window of the model, beside the messages, the tools and the
 * answer; all of them where the window is not known.
 */
export const passagesThatFit = (
  request: LlmRequest,
  placement: Placement,
  standing: ReadonlyArray<Placed>,
  info: Pick<ModelInfo, "contextWindow" | "maxOutput"> | undefined,
  counted: (text: string) => ReturnType<TokenCounter["count"]>,
): ReadonlyArray<Placed> => {
  const window = info?.contextWindow
  if (window === undefined) return standing
  const count = (text: string): number => {
    const { tokens, exact } = counted(text)
    return Math.ceil(tokens * caution(exact)) + overhead
  }
  const reserve = Math.min(answerTokens, info?.maxOutput ?? answerTokens, Math.floor(window / 4))
  const others = tokensOf(withOnly(request, placement, []), count) + count(placement.rule)
  const room = window - others - (request.maxOutputTokens ?? reserve)
  const texts = textsThatFit(
    standing.map(({ passage }) => passage.chunk.text),
    room,
    (text, at) => count(text) + frameTokens(standing[at], count),
  )
  return standing.flatMap((placed, at) => {
    const text = texts[at]
    if (text === undefined) return []
    const { passage, mark } = placed
    return [text === passage.chunk.text ? placed : placedOf(cutTo(passage, text), mark.number, placement.key)]
  })
}

/** Its tags and its name. */
const frameTokens = (placed: Placed | undefined, count: (text: string) => number): number =>
  placed === undefined ? 0 : count(placed.framed.slice(0, placed.offset).repeat(2) + placed.filename)

const tokensOf = (request: LlmRequest, count: (text: string) => number): number => {
  const messages = request.messages.reduce((sum, message) => sum + ofMessage(message, count), 0)
  const tools = request.tools === undefined ? 0 : count(JSON.stringify(request.tools))
  return messages + tools + (request.output?.type === "json" ? count(JSON.stringify(request.output)) : 0)
}

const ofMessage = (message: Message, count: (text: string) => number): number =>
  typeof message.content === "string"
    ? count(message.content)
    : message.content.reduce((sum: number, part) => sum + ofPart(part, count), overhead)

const ofPart = (part: Part, count: (text: string) => number): number => {
  switch (part.type) {
    case "text":
    case "reasoning":
      return count(part.text)
    case "file":
      return part.source.type === "text" ? count(part.source.text) + count(part.filename ?? "") : mediaTokens
    case "tool-call":
      return count(part.inputText)
    case "tool-result":
      return count(JSON.stringify(part.output))
    default:
      return overhead
  }
}
