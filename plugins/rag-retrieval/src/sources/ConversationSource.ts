import { LlmError, Message } from "@switchyard/core"
import type { Document, DocumentSource, Metadata, Skipped } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { wrongNumber } from "../internal/wrongNumber.ts"
import { conversationText } from "./conversationText.ts"
import { jsonFile, type KnowledgeOptions } from "./KnowledgeSource.ts"
import { isObject } from "./openapi/References.ts"
import { skipped } from "./read/readStable.ts"
import { fieldsOf } from "./recordDocument.ts"
import { type ReadRecord, recordItems } from "./recordItems.ts"
import { jsonLines, recordsFailure } from "./recordsIn.ts"
import { unreserved } from "./reservedFields.ts"
import { nameOf, noPath, slashed } from "./sourcePath.ts"

/** What was said in one conversation. */
export interface Conversation {
  readonly id: string
  readonly title?: string
  readonly messages: ReadonlyArray<Message>
  readonly metadata?: Metadata
}

/**
 * Conversation history: a document for each conversation, its turns as paragraphs that begin with who speaks. Given as
 * conversations, as a stream of them, or as a file of their JSON: one a line (`.jsonl`), one alone, or a list. Contents may
 * be plain strings. Reasoning and files are left out; tools are named with what they were asked and answered. Metadata:
 * `turns`, and `model`, of those that answered. What is no conversation is skipped.
 */
export const conversationSource = (
  conversations: string | Iterable<Conversation> | Stream.Stream<Conversation, LlmError>,
  options: KnowledgeOptions = {},
): DocumentSource => {
  const { maxBytes = 20_000_000 } = options
  const metadata = unreserved(options.metadata, named)
  if (typeof conversations === "string") {
    const id = options.id ?? nameOf(conversations)
    const wrong = noPath(conversations) ?? wrongNumber({ maxBytes })
    if (wrong !== undefined) return { id, items: Stream.fail(wrong) }
    const found = /\.(?:jsonl|ndjson)$/i.test(conversations)
      ? fromLines(conversations, maxBytes)
      : fromJson(conversations, maxBytes)
    return { id, items: recordItems(Stream.map(found, (one) => recordOf(one, slashed(conversations), metadata))) }
  }
  const id = options.id ?? "conversations"
  const given = Stream.isStream(conversations)
    ? conversations
    : Stream.suspend(() => Stream.fromIterable(conversations))
  const records = Stream.zipWithIndex(given).pipe(
    Stream.map(([value, index]) => recordOf({ value, place: `conversation ${index + 1}` }, id, metadata)),
  )
  return { id, items: recordItems(records) }
}

type Given =
  | { readonly place: string; readonly value: unknown; readonly line?: number }
  | { readonly place: string; readonly why: string }

const fromLines = (path: string, maxBytes: number): Stream.Stream<Given, LlmError> =>
  Stream.fromAsyncIterable({ [Symbol.asyncIterator]: () => jsonLines(path, maxBytes) }, recordsFailure(path)).pipe(
    Stream.map((found) => ({ ...found, place: `line ${found.line}` })),
  )

const fromJson = (path: string, maxBytes: number): Stream.Stream<Given, LlmError> =>
  Stream.unwrap(
    Effect.map(jsonFile(path, maxBytes), (value) => {
      const list: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
      return Stream.fromIterable(list.map((one, index): Given => ({ place: `entry ${index}`, value: one })))
    }),
  )

const recordOf = (given: Given, source: string, metadata: Metadata): ReadRecord => ({
  place: given.place,
  found: "why" in given ? skipped(given.why) : documentOf(given.value, given.line, source, metadata),
})

/** What a conversation has of itself. */
const named = ["turns", "model"]

const decode = Schema.decodeUnknownResult(Schema.Array(Message))

/** Strings are accepted wherever content is. */
const withParts = (message: unknown): unknown =>
  isObject(message) && message["role"] !== "system" && typeof message["content"] === "string"
    ? { ...message, content: [{ type: "text", text: message["content"] }] }
    : message

const documentOf = (
  value: unknown,
  line: number | undefined,
  source: string,
  metadata: Metadata,
): Document | Skipped => {
  if (!isObject(value) || !Array.isArray(value["messages"])) return skipped('no conversation: it has no "messages"')
  const { id, title } = value
  if (typeof id !== "string" || id === "") return skipped('a conversation without an "id"')
  const messages = decode(value["messages"].map(withParts))
  if (messages._tag === "Failure")
    return skipped(`a conversation whose messages are wrong: ${messages.failure.message.replace(/\s+/g, " ")}`)
  const text = conversationText(messages.success)
  const models = messages.success.flatMap((message) =>
    message.role === "assistant" && message.origin !== undefined
      ? [`${message.origin.provider}/${message.origin.model}`]
      : [],
  )
  return {
    id,
    text,
    source: line === undefined ? `${source}#${id}` : source,
    mediaType: "text/plain",
    ...(typeof title === "string" && title !== "" ? { title } : {}),
    metadata: {
      ...metadata,
      ...(isObject(value["metadata"]) ? unreserved(fieldsOf(value["metadata"]), named) : {}),
      turns: messages.success.length,
      ...(models.length === 0 ? {} : { model: [...new Set(models)] }),
      sourceLines: line === undefined ? [] : text.split("\n").map(() => line),
    },
  }
}
