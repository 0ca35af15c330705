import type { Candidate, LlmRequest, Message, Part, Verdict } from "@switchyard/core"
import { answerMessages } from "./answerMessages.ts"
import { instructions } from "./instructions.ts"

/** An answer that was not accepted, read whatever its form. */
export interface Rejection {
  readonly candidate: Candidate
  readonly content: ReadonlyArray<Part>
  readonly verdicts: ReadonlyArray<Verdict>
}

/** The messages that one rejection added, and their size in characters. */
interface Round {
  readonly chars: number
}

const charsOf = (part: Part): number => {
  if (part.type === "text" || part.type === "reasoning") return part.text.length
  if (part.type === "tool-call") return part.inputText.length + part.name.length
  return part.type === "tool-result" ? JSON.stringify(part.output).length : 0
}

const sizeOf = (messages: ReadonlyArray<Message>): number => {
  let chars = 0
  for (const { content } of messages) {
    if (typeof content === "string") chars += content.length
    else for (const part of content) chars += charsOf(part)
  }
  return chars
}

/** The beginning and the end of a text, and how much is missing between. */
const shortened = (text: string, room: number): string => {
  if (text.length <= room) return text
  const half = Math.floor(room / 2)
  return `${text.slice(0, half)}\n[… ${text.length - 2 * half} characters left out …]\n${text.slice(text.length - half)}`
}

/** What was said, as one text of at most about `room` characters: parts cannot be cut without breaking them. */
const summary = (content: ReadonlyArray<Part>, room: number): ReadonlyArray<Part> => {
  const said = content.flatMap((part) => {
    if (part.type === "text") return [part.text]
    return part.type === "tool-call" ? [`[a call of the tool ${part.name} with the input ${part.inputText}]`] : []
  })
  return [{ type: "text", text: shortened(said.join("\n"), room) }]
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

  #messages({ candidate, content, verdicts }: Rejection, json: boolean, tool: string | undefined, maxChars: number) {
    const whole = answerMessages(content, candidate)
    const shown = whole.length > 0
    const text = instructions({ content, shown, verdicts, json, tool })
    const asked: Message = { role: "user", content: [{ type: "text", text: shortened(text, maxChars) }] }
    const room = Math.max(0, maxChars - text.length)
    const answer = sizeOf(whole) <= room ? whole : answerMessages(summary(content, room), candidate)
    return [...answer, asked]
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
