import type { ReplyCitation, ReplyToolCall } from "../../Reply.ts"
import type { Exchange } from "../Exchange.ts"
import { type JsonObject, parseJsonObject } from "../Json.ts"
import { fragments, pieces } from "../pieces.ts"

/** What streams of one content block: how it opens, what its deltas say, and what it is as a whole. */
export interface Block {
  readonly opening: JsonObject
  /** Deltas that count as chunks. */
  readonly content: ReadonlyArray<JsonObject>
  /** Deltas after them: signatures and citations. */
  readonly closing: ReadonlyArray<JsonObject>
  readonly whole: JsonObject
}

const thinking = (exchange: Exchange): ReadonlyArray<Block> => {
  const { reasoning, encryptedReasoning } = exchange.reply
  if (reasoning === undefined && encryptedReasoning === undefined) return []
  if (reasoning === undefined) {
    const redacted = { type: "redacted_thinking", data: encryptedReasoning }
    return [{ opening: redacted, content: [], closing: [], whole: redacted }]
  }
  const signature = encryptedReasoning ?? `sig-${exchange.number}`
  return [
    {
      opening: { type: "thinking", thinking: "", signature: "" },
      content: pieces(reasoning, undefined).map((text) => ({ type: "thinking_delta", thinking: text })),
      closing: [{ type: "signature_delta", signature }],
      whole: { type: "thinking", thinking: reasoning, signature },
    },
  ]
}

const citationOf = ({ url, title }: ReplyCitation, text: string): JsonObject => ({
  type: "web_search_result_location",
  cited_text: text,
  encrypted_index: `index-of-${url}`,
  title,
  url,
})

interface Passage {
  readonly text: string
  readonly citations: Array<JsonObject>
}

/** The wire has no ranges: each cited passage is a block of its own, and so is what stands between them. */
const passages = (text: string, citations: ReadonlyArray<ReplyCitation>): ReadonlyArray<Passage> => {
  const out: Array<Passage> = []
  let at = 0
  for (const citation of citations) {
    const start = Math.max(at, citation.start ?? 0)
    const end = citation.end ?? text.length
    const last = out.at(-1)
    if (end <= at && last) {
      last.citations.push(citationOf(citation, last.text))
      continue
    }
    if (start > at) out.push({ text: text.slice(at, start), citations: [] })
    out.push({ text: text.slice(start, end), citations: [citationOf(citation, text.slice(start, end))] })
    at = end
  }
  if (at < text.length || out.length === 0) out.push({ text: text.slice(at), citations: [] })
  return out
}

const textBlock = ({ text, citations }: Passage, chunks: Exchange["reply"]["chunks"]): Block => {
  const cited = citations.length > 0
  return {
    opening: { type: "text", text: "", citations: cited ? [] : null },
    content: pieces(text, chunks).map((piece) => ({ type: "text_delta", text: piece })),
    closing: citations.map((citation) => ({ type: "citations_delta", citation })),
    whole: { type: "text", text, citations: cited ? citations : null },
  }
}

/** Streamed, the input is any text, as the model wrote it; as a whole it can only be an object. */
const toolUse = ({ id, name, arguments: input }: ReplyToolCall): Block => {
  const head = { type: "tool_use", id, name, caller: { type: "direct" } }
  return {
    opening: { ...head, input: {} },
    // The vendor begins every input with an empty piece.
    content: ["", ...fragments(input)].map((partial_json) => ({ type: "input_json_delta", partial_json })),
    closing: [],
    whole: { ...head, input: parseJsonObject(input) ?? {} },
  }
}

/** A block as it is scripted. What a server tool was asked is streamed, what it found comes in one piece. */
const given = (block: JsonObject): Block => {
  if (block.type !== "server_tool_use") return { opening: block, content: [], closing: [], whole: block }
  const input = fragments(JSON.stringify(block.input ?? {}))
  return {
    opening: { ...block, input: {} },
    content: input.map((partial_json) => ({ type: "input_json_delta", partial_json })),
    closing: [],
    whole: block,
  }
}

/** Everything the model put out, in order. */
export const blocksOf = (exchange: Exchange): ReadonlyArray<Block> => {
  const { reply, text } = exchange
  return [
    ...thinking(exchange),
    ...(reply.blocks ?? []).map(given),
    ...(text === undefined ? [] : passages(text, reply.citations ?? []).map((each) => textBlock(each, reply.chunks))),
    ...(reply.refusal === undefined ? [] : [textBlock({ text: reply.refusal, citations: [] }, undefined)]),
    ...(reply.toolCalls ?? []).map(toolUse),
  ]
}
