import { type LlmRequest, type Message, type Part, textOf } from "@switchyard/core"
import type { Account } from "./Account.ts"
import { isFields } from "./fields.ts"

/** What an answer says: its text, or the tools that it calls. */
export const answerText = (content: ReadonlyArray<Part>): string => {
  const text = textOf(content)
  const calls = content.filter((part) => part.type === "tool-call" && part.providerExecuted !== true)
  if (calls.length === 0) return text
  const called = calls.map((part) => (part.type === "tool-call" ? `[calls ${part.name} with ${part.inputText}]` : ""))
  return [text, ...called].filter((piece) => piece !== "").join("\n")
}

const block = /```[^\n`]*\n([\s\S]*?)(?:```|$)/g

/** The code of an answer: its fenced blocks, or all of it where there is none. */
export const codeOf = (text: string): string => {
  const blocks = [...text.matchAll(block)].map(([, code]) => (code ?? "").trimEnd())
  return blocks.length === 0 ? text : blocks.join("\n\n")
}

const shown = (message: Message): string => {
  if (message.role === "tool") return `tool: ${JSON.stringify(message.content)}`
  const text = message.role === "assistant" ? answerText(message.content) : textOf(message.content)
  return `${message.role}: ${text}`
}

/** The question as its asker put it: given beside the call, or the conversation without its system messages. */
export const questionOf = ({ request }: Account): string => {
  const retry: unknown = request.policy?.retry
  const given = isFields(retry) ? (retry["original_user_prompt"] ?? retry["originalUserPrompt"]) : undefined
  if (typeof given === "string" && given.trim() !== "") return given
  const turns = request.messages.filter(({ role }) => role !== "system")
  const [only] = turns
  return turns.length === 1 && only?.role === "user" ? textOf(only.content) : turns.map(shown).join("\n\n")
}

/** The passages that the question came with: files of plain text. */
export const passagesOf = (request: LlmRequest): ReadonlyArray<string> =>
  request.messages.flatMap((message) =>
    message.role === "user"
      ? message.content.flatMap((part) =>
          part.type === "file" && part.source.type === "text" ? [part.source.text] : [],
        )
      : [],
  )
