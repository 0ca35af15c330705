import { type Finish, LlmError, type StreamPart } from "@switchyard/core"
import { type Wire, isWire, list, parseEvent, string } from "@switchyard/transport/provider"
import type { SseEvent } from "@switchyard/transport"
import { inBand, isTold } from "../errors.ts"
import { chatNames, usageOf } from "../usage.ts"
import { citationOf, imageOf, reasoningIn, textIn } from "./content.ts"
import { GrowingCalls } from "./GrowingCalls.ts"

/** Where a stream stands: which piece is open, which tool calls are being written, and how it ends. */
export interface ChatState {
  readonly calls: GrowingCalls
  open: "text" | "reasoning" | undefined
  pieces: number
  named: boolean
  refused: boolean
  finish: string | undefined
  usage: unknown
  done: boolean
}

export const chatState = (): ChatState => ({
  calls: new GrowingCalls(),
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
  if (event.event === "error" || isTold(chunk["error"])) throw LlmError.make(inBand(chunk["error"] ?? chunk))
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
  if (isTold(choice["error"]) || choice["finish_reason"] === "error") throw LlmError.make(inBand(choice["error"]))
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
  const reasoning = reasoningIn(piece)
  if (reasoning !== "") write(state, "reasoning", reasoning, out)
  const text = textIn(piece["content"])
  if (text !== "") write(state, "text", text, out)
  const refusal = string(piece["refusal"])
  if (refusal !== undefined && refusal !== "") {
    state.refused = true
    write(state, "text", refusal, out)
  }
  if (piece["tool_calls"] !== undefined) {
    list(piece["tool_calls"]).forEach((call) => state.calls.add(call, () => close(state, out), out))
  }
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

const picture = (state: ChatState, image: Wire, out: Array<StreamPart>): void => {
  const part = imageOf(image)
  if (part === undefined) return
  close(state, out)
  out.push(part)
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
  state.calls.end(out)
  out.push({ type: "finish", reason: finishOf(state.finish, state.refused), usage: usageOf(state.usage, chatNames) })
}
