import { type FilePart, type Finish, LlmError, type StreamPart } from "@switchyard/core"
import { type Wire, count, isWire, list, object, parseEvent, string } from "@switchyard/transport/provider"
import type { SseEvent } from "@switchyard/transport"
import { inBand } from "../errors.ts"
import { chatNames, usageOf } from "../usage.ts"

interface GrowingCall {
  readonly id: string
  readonly name: string
  input: string
}

/** Where a stream stands: which pieces are open, which tool calls are being written, and how it ends. */
export interface ChatState {
  readonly calls: Map<number, GrowingCall>
  open: "text" | "reasoning" | undefined
  pieces: number
  named: boolean
  refused: boolean
  finish: string | undefined
  usage: unknown
  done: boolean
}

export const chatState = (): ChatState => ({
  calls: new Map(),
  open: undefined,
  pieces: 0,
  named: false,
  refused: false,
  finish: undefined,
  usage: undefined,
  done: false,
})

/**
 * One server-sent event of a Chat Completions stream: adds its parts to `out` and moves `state` on. Deterministic, no I/O.
 * Throws `LlmError` for an error inside the stream and for a chunk that cannot be read: skipping it would lose text.
 */
export const chatStep = (state: ChatState, event: SseEvent, out: Array<StreamPart>): void => {
  if (state.done || event.data === "") return
  if (event.data === "[DONE]") return chatEnd(state, out)
  const chunk = parseEvent(event.data)
  if (event.event === "error" || isWire(chunk["error"])) throw LlmError.make(inBand(chunk["error"] ?? chunk))
  if (!state.named) name(state, chunk, out)
  if (isWire(chunk["usage"])) state.usage = chunk["usage"]
  const [choice] = list(chunk["choices"])
  if (choice === undefined) return
  if (isWire(choice["delta"])) delta(state, choice["delta"], out)
  failIfTold(choice)
  state.finish = string(choice["finish_reason"]) ?? state.finish
}

/** Aggregators in front of other vendors tell a failure inside the choice. */
export const failIfTold = (choice: Wire): void => {
  if (isWire(choice["error"]) || choice["finish_reason"] === "error") throw LlmError.make(inBand(choice["error"]))
}

const name = (state: ChatState, chunk: Wire, out: Array<StreamPart>): void => {
  const id = string(chunk["id"])
  const model = string(chunk["model"])
  if (id === undefined && model === undefined) return
  state.named = true
  out.push({
    type: "response-metadata",
    ...(id === undefined ? {} : { id }),
    ...(model === undefined ? {} : { model }),
  })
}

const delta = (state: ChatState, piece: Wire, out: Array<StreamPart>): void => {
  // Servers of other vendors show reasoning under either name.
  const reasoning = string(piece["reasoning_content"]) ?? string(piece["reasoning"])
  if (reasoning !== undefined && reasoning !== "") write(state, "reasoning", reasoning, out)
  const text = piece["content"]
  if (typeof text === "string" && text !== "") write(state, "text", text, out)
  const refusal = string(piece["refusal"])
  if (refusal !== undefined && refusal !== "") {
    state.refused = true
    write(state, "text", refusal, out)
  }
  if (piece["tool_calls"] !== undefined) list(piece["tool_calls"]).forEach((call) => toolDelta(state, call, out))
  if (piece["images"] !== undefined) list(piece["images"]).forEach((image) => picture(state, image, out))
  if (piece["annotations"] !== undefined) list(piece["annotations"]).forEach((note) => citation(state, note, out))
}

const write = (state: ChatState, type: "text" | "reasoning", text: string, out: Array<StreamPart>): void => {
  if (state.open !== type) {
    close(state, out)
    state.open = type
    state.pieces++
    out.push({ type: `${type}-start`, id: String(state.pieces) })
  }
  out.push({ type: `${type}-delta`, id: String(state.pieces), text })
}

const close = (state: ChatState, out: Array<StreamPart>): void => {
  if (state.open !== undefined) out.push({ type: `${state.open}-end`, id: String(state.pieces) })
  state.open = undefined
}

const toolDelta = (state: ChatState, call: Wire, out: Array<StreamPart>): void => {
  const wanted = object(call["function"])
  const id = string(call["id"])
  // Some servers leave the index out: then an id begins a new call and its absence continues the last one.
  const index = count(call["index"]) ?? (id === undefined ? Math.max(0, state.calls.size - 1) : state.calls.size)
  let growing = state.calls.get(index)
  if (growing === undefined) {
    close(state, out)
    growing = { id: id ?? `call_${index}`, name: string(wanted["name"]) ?? "", input: "" }
    state.calls.set(index, growing)
    out.push({ type: "tool-input-start", id: growing.id, name: growing.name })
  }
  const input = string(wanted["arguments"])
  if (input === undefined || input === "") return
  growing.input += input
  out.push({ type: "tool-input-delta", id: growing.id, text: input })
}

/** An image inside the answer, as aggregators in front of image models give it: a `data:` URL or another one. */
export const imageOf = (image: Wire): FilePart | undefined => {
  const url = string(object(image["image_url"])["url"])
  if (url === undefined) return undefined
  const [, mediaType, base64] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? []
  return mediaType === undefined || base64 === undefined
    ? { type: "file", mediaType: "image/*", source: { type: "url", url } }
    : { type: "file", mediaType, source: { type: "base64", base64 } }
}

const picture = (state: ChatState, image: Wire, out: Array<StreamPart>): void => {
  const part = imageOf(image)
  if (part === undefined) return
  close(state, out)
  out.push(part)
}

export const citationOf = (note: Wire): { readonly url: string; readonly title?: string } | undefined => {
  const cited = isWire(note["url_citation"]) ? note["url_citation"] : note
  const url = string(cited["url"])
  const title = string(cited["title"])
  return url === undefined ? undefined : { url, ...(title === undefined ? {} : { title }) }
}

const citation = (state: ChatState, note: Wire, out: Array<StreamPart>): void => {
  const cited = citationOf(note)
  if (cited === undefined) return
  close(state, out)
  state.pieces++
  out.push({ type: "source", id: String(state.pieces), source: { type: "url", ...cited } })
}

const words: Readonly<Record<string, Finish["unified"]>> = {
  stop: "stop",
  length: "length",
  content_filter: "content-filter",
  tool_calls: "tool-calls",
  function_call: "tool-calls",
}

export const finishOf = (raw: string, refused: boolean): Finish =>
  refused && raw === "stop" ? { unified: "content-filter", raw: "refusal" } : { unified: words[raw] ?? "other", raw }

/**
 * The end of the stream. Without a finish reason nothing is added, even where the server said `[DONE]`: proxies write
 * that after an upstream that was cut, so the kernel is left to see the answer as truncated.
 */
export const chatEnd = (state: ChatState, out: Array<StreamPart>): void => {
  if (state.done || state.finish === undefined) return
  state.done = true
  close(state, out)
  for (const { id, name, input } of state.calls.values()) {
    out.push({ type: "tool-input-end", id }, { type: "tool-call", id, name, inputText: input })
  }
  out.push({ type: "finish", reason: finishOf(state.finish, state.refused), usage: usageOf(state.usage, chatNames) })
}
