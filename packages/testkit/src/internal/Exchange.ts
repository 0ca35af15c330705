import type { Reply, ReplyFinish, ReplyUsage } from "../Reply.ts"
import type { JsonObject } from "./Json.ts"

/** A reply with its defaults filled in, beside the request that it answers. */
export interface Exchange {
  readonly request: JsonObject
  readonly reply: Reply
  /** Makes the ids of one answer differ from those of every other. */
  readonly number: number
  /** Unix seconds. */
  readonly created: number
  readonly model: string
  readonly text: string | undefined
  readonly finish: ReplyFinish
  readonly usage: ReplyUsage | null
}

const defaultText = "The quick brown fox jumps over the lazy dog."
const defaultUsage: ReplyUsage = { input: 9, output: 12 }

const textOf = (reply: Reply): string | undefined => {
  if (reply.text !== undefined) return reply.text
  if (Array.isArray(reply.chunks)) return reply.chunks.join("")
  const thought = reply.reasoning !== undefined || reply.encryptedReasoning !== undefined
  const other = reply.refusal !== undefined || thought || reply.images || reply.toolCalls || reply.blocks
  return other ? undefined : defaultText
}

export const makeExchange = (request: JsonObject, reply: Reply, number: number): Exchange => ({
  request,
  reply,
  number,
  created: Math.floor(Date.now() / 1000),
  model: reply.model ?? (typeof request.model === "string" ? request.model : "test-model"),
  text: textOf(reply),
  finish: reply.finish ?? (reply.toolCalls?.length ? "tool_calls" : "stop"),
  usage: reply.usage === undefined ? defaultUsage : reply.usage,
})
