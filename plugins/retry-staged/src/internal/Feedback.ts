import type { Candidate, LlmRequest, Message, Part, ToolResultPart, Verdict } from "@switchyard/core"
import { answerMessages } from "./answerMessages.ts"
import { instructions } from "./instructions.ts"
import { sizeOf } from "./sizeOf.ts"

/** An answer that was not accepted, read whatever its form. */
export interface Rejection {
  readonly candidate: Candidate
  readonly content: ReadonlyArray<Part>
  /** What was said and done before it in the same attempt: calls of tools and their results. */
  readonly earlier: ReadonlyArray<Part>
  readonly verdicts: ReadonlyArray<Verdict>
}

/** The messages that one rejection added, and their size in characters. */
interface Round {
  readonly chars: number
}

/** The beginning and the end of a text, and how much is missing between. */
const shortened = (text: string, room: number): string => {
  if (text.length <= room) return text
  const half = Math.floor(room / 2)
  return `${text.slice(0, half)}\n[… ${text.length - 2 * half} characters left out …]\n${text.slice(text.length - half)}`
}

/** What was said and done, as one text of at most about `room` characters: parts cannot be cut without breaking them. */
const summary = (content: ReadonlyArray<Part>, room: number): ReadonlyArray<Part> => {
  const said = content.flatMap((part) => {
    if (part.type === "text") return [part.text]
    if (part.type === "tool-result") return [`[the tool ${part.name} gave ${outputText(part)}]`]
    return part.type === "tool-call" ? [`[a call of the tool ${part.name} with the input ${part.inputText}]`] : []
  })
  return [{ type: "text", text: shortened(said.join("\n"), room) }]
}

const outputText = ({ output }: ToolResultPart): string =>
  "value" in output && typeof output.value === "string" ? output.value : JSON.stringify(output)

/** The same with results of tools cut, so that all of them have about `room` characters. */
const withShortResults = (parts: ReadonlyArray<Part>, room: number): ReadonlyArray<Part> => {
  const results = parts.filter(({ type }) => type === "tool-result").length
  const each = Math.floor(room / Math.max(1, results))
  return parts.map((part) =>
    part.type === "tool-result" && sizeOf([{ content: [part] }]) > each
      ? { ...part, output: { type: "text", value: shortened(outputText(part), each) } }
      : part,
  )
}

/** The answer in the room that there is: whole, with results of tools cut, or as a summary. */
const fitted = ({ candidate, content, earlier }: Rejection, room: number): ReadonlyArray<Message> => {
  const all = [...earlier, ...content]
  const whole = answerMessages(all, candidate)
  if (sizeOf(whole) <= room) return whole
  const rest = room - sizeOf([{ content: all.filter(({ type }) => type !== "tool-result") }])
  const short = rest > 0 ? answerMessages(withShortResults(all, rest / 2), candidate) : []
  if (short.length > 0 && sizeOf(short) <= room) return short
  return answerMessages(summary(all, room), candidate)
}

/**
 * Appends rejected answers and what was wrong with them to a conversation. All rounds stay, up to a size; then the oldest
 * go. What the caller sent is never touched: the rounds are known by the message objects themselves.
 */
export class Feedback {
  readonly #rounds = new WeakMap<Message, Round>()

  append(request: LlmRequest, rejection: Rejection, tool: string | undefined, maxChars: number): LlmRequest {
    const added = this.#messages(rejection, request.output?.type === "json", tool, maxChars)
    const round: Round = { chars: sizeOf(added) }
    for (const message of added) this.#rounds.set(message, round)
    return { ...request, messages: [...this.#kept(request.messages, maxChars - round.chars), ...added] }
  }

  #messages(rejection: Rejection, json: boolean, tool: string | undefined, maxChars: number) {
    const { candidate, content, verdicts } = rejection
    const shown = answerMessages(content, candidate).length > 0
    const text = instructions({ content, shown, verdicts, json, tool })
    const asked: Message = { role: "user", content: [{ type: "text", text: shortened(text, maxChars) }] }
    return [...fitted(rejection, Math.max(0, maxChars - text.length)), asked]
  }

  /** The conversation without the oldest rounds that no longer have room. */
  #kept(messages: ReadonlyArray<Message>, room: number): ReadonlyArray<Message> {
    const rounds = new Set(messages.flatMap((message) => this.#rounds.get(message) ?? []))
    const gone = new Set<Round>()
    let left = room
    for (const round of [...rounds].toReversed()) {
      left -= round.chars
      if (left < 0) gone.add(round)
    }
    if (gone.size === 0) return messages
    return messages.filter((message) => {
      const round = this.#rounds.get(message)
      return round === undefined || !gone.has(round)
    })
  }
}
