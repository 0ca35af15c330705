import { LlmError, type StreamPart } from "@switchyard/core"
import { type Wire, count, list, object, parseEvent, string } from "@switchyard/transport/provider"
import type { SseEvent } from "@switchyard/transport"
import { inBand, isTold } from "../errors.ts"
import { responsesNames, usageOf } from "../usage.ts"
import { failureOf, finishOf, reasoningData, sourcePart, thoughts, wholePart } from "./items.ts"

/** A piece of text as far as it was given, and how many of its annotations were. */
interface Piece {
  text: string
  open: boolean
  notes: number
}

/** Where a stream stands. Reasoning pieces stay open until their item is done, since only then is it known what to replay. */
export interface ResponsesState {
  readonly provider: string
  readonly openThoughts: Map<string, Array<string>>
  readonly pieces: Map<string, Piece>
  readonly calls: Map<string, string>
  readonly pendingSources: Array<StreamPart>
  /** Items whose content was given. */
  readonly shown: Set<string>
  sequence: number
  sources: number
  calledTools: boolean
  refused: boolean
  done: boolean
}

export const responsesState = (provider: string): ResponsesState => ({
  provider,
  openThoughts: new Map(),
  pieces: new Map(),
  calls: new Map(),
  pendingSources: [],
  shown: new Set(),
  sequence: -1,
  sources: 0,
  calledTools: false,
  refused: false,
  done: false,
})

/**
 * One event of a Responses stream: adds its parts to `out` and moves `state` on. Deterministic, no I/O. An event that
 * comes twice is recognised by its sequence number. Throws `LlmError` for an error inside the stream.
 */
export const responsesStep = (state: ResponsesState, { data }: SseEvent, out: Array<StreamPart>): void => {
  if (state.done || data === "" || data === "[DONE]") return
  const event = parseEvent(data)
  const sequence = count(event["sequence_number"])
  if (sequence !== undefined) {
    if (sequence <= state.sequence) return
    state.sequence = sequence
  }
  const type = string(event["type"]) ?? (isTold(event["error"]) ? "error" : "")
  handlers[type]?.(state, event, out)
}

type Handler = (state: ResponsesState, event: Wire, out: Array<StreamPart>) => void

const pieceId = (event: Wire, index: string): string => `${string(event["item_id"]) ?? ""}:${count(event[index]) ?? 0}`

const created: Handler = (_, event, out) => {
  const { id, model } = object(event["response"])
  if (typeof id !== "string" && typeof model !== "string") return
  out.push({
    type: "response-metadata",
    ...(typeof id === "string" ? { id } : {}),
    ...(typeof model === "string" ? { model } : {}),
  })
}

const itemAdded: Handler = (state, event, out) => {
  const item = object(event["item"])
  if (item["type"] !== "function_call") return
  const id = string(item["call_id"]) ?? string(item["id"]) ?? ""
  state.calls.set(string(item["id"]) ?? id, id)
  out.push({ type: "tool-input-start", id, name: string(item["name"]) ?? "" })
}

const textDelta: Handler = (state, event, out) => {
  const text = string(event["delta"]) ?? ""
  if (text === "") return
  write(state, pieceId(event, "content_index"), text, out)
}

const pieceOf = (state: ResponsesState, id: string): Piece => {
  const known = state.pieces.get(id)
  if (known !== undefined) return known
  const made = { text: "", open: false, notes: 0 }
  state.pieces.set(id, made)
  return made
}

const write = (state: ResponsesState, id: string, text: string, out: Array<StreamPart>): void => {
  const piece = pieceOf(state, id)
  if (!piece.open) out.push({ type: "text-start", id })
  piece.open = true
  piece.text += text
  out.push({ type: "text-delta", id, text })
}

/** A piece is whole: what of its text and annotations was not streamed is given now, so that nothing is lost. */
const wholePiece = (state: ResponsesState, id: string, content: Wire, out: Array<StreamPart>): void => {
  const piece = pieceOf(state, id)
  const refusal = string(content["refusal"])
  if (refusal !== undefined) state.refused = true
  const text = string(content["text"]) ?? refusal ?? ""
  if (text.length > piece.text.length && text.startsWith(piece.text)) {
    write(state, id, text.slice(piece.text.length), out)
  }
  for (const note of list(content["annotations"]).slice(piece.notes)) {
    piece.notes++
    cite(state, note)
  }
  if (piece.open) out.push({ type: "text-end", id })
  piece.open = false
  out.push(...state.pendingSources.splice(0))
}

const refusalDelta: Handler = (state, event, out) => {
  state.refused = true
  textDelta(state, event, out)
}

const partDone: Handler = (state, event, out) => {
  // Reasoning has parts of its own, whose text is given as thoughts.
  const part = object(event["part"])
  const text = part["type"] === "output_text" || part["type"] === "refusal"
  wholePiece(state, pieceId(event, "content_index"), text ? part : {}, out)
}

const annotation: Handler = (state, event) => {
  pieceOf(state, pieceId(event, "content_index")).notes++
  cite(state, object(event["annotation"]))
}

const cite = (state: ResponsesState, note: Wire): void => {
  const part = sourcePart(note, String(state.sources + 1))
  if (part === undefined) return
  state.sources++
  state.pendingSources.push(part)
}

const thoughtDelta =
  (index: string): Handler =>
  (state, event, out) => {
    const text = string(event["delta"]) ?? ""
    const item = string(event["item_id"]) ?? ""
    const id = pieceId(event, index)
    const open = state.openThoughts.get(item) ?? []
    if (!open.includes(id)) {
      state.openThoughts.set(item, [...open, id])
      out.push({ type: "reasoning-start", id })
    }
    if (text !== "") out.push({ type: "reasoning-delta", id, text })
  }

const argumentsDelta: Handler = (state, event, out) => {
  const item = string(event["item_id"]) ?? ""
  out.push({ type: "tool-input-delta", id: state.calls.get(item) ?? item, text: string(event["delta"]) ?? "" })
}

const itemDone: Handler = (state, event, out) => {
  whole(state, object(event["item"]), out)
}

/** An item that is complete: what of it was not streamed is given now, so that nothing is lost. */
const whole = (state: ResponsesState, item: Wire, out: Array<StreamPart>): void => {
  const id = string(item["id"]) ?? ""
  if (item["type"] === "message") {
    list(item["content"]).forEach((content, index) => wholePiece(state, `${id}:${index}`, content, out))
    return
  }
  if (state.shown.has(id) && item["type"] !== "reasoning") return
  if (item["type"] === "reasoning") {
    if (!state.shown.has(id)) reasoningDone(state, item, out)
    state.shown.add(id)
    return
  }
  state.shown.add(id)
  const part = wholePart(item, state.provider)
  if (part === undefined) return
  if (part.type === "tool-call") {
    state.calledTools = true
    out.push({ type: "tool-input-end", id: part.id })
  }
  out.push(part)
}

const reasoningDone = (state: ResponsesState, item: Wire, out: Array<StreamPart>): void => {
  const id = string(item["id"]) ?? ""
  const providerData = { [state.provider]: reasoningData(item) }
  const open = state.openThoughts.get(id) ?? []
  state.openThoughts.delete(id)
  const unseen = open.length > 0 ? [] : thoughts(item)
  for (const piece of open) out.push({ type: "reasoning-end", id: piece, providerData })
  if (open.length > 0) return
  ;(unseen.length === 0 ? [""] : unseen).forEach((text, index) => {
    const piece = `${id}:${index}`
    out.push({ type: "reasoning-start", id: piece })
    if (text !== "") out.push({ type: "reasoning-delta", id: piece, text })
    out.push({ type: "reasoning-end", id: piece, providerData })
  })
}

const ended: Handler = (state, event, out) => {
  const response = object(event["response"])
  const failure = failureOf(response)
  if (failure !== undefined) throw LlmError.make(failure)
  list(response["output"]).forEach((item) => whole(state, item, out))
  for (const [id, piece] of state.pieces) if (piece.open) wholePiece(state, id, {}, out)
  out.push(...state.pendingSources.splice(0))
  // A call that was announced and never came is cut: without a finish the kernel says so.
  if ([...state.calls.keys()].some((item) => !state.shown.has(item))) return
  state.done = true
  out.push({
    type: "finish",
    reason: finishOf(response, state.calledTools, state.refused),
    usage: usageOf(response["usage"], responsesNames),
  })
}

const failed: Handler = (_, event) => {
  const { error } = object(event["response"])
  throw LlmError.make(inBand(error ?? event["error"] ?? event))
}

/** The events that carry content. All others, known or not, are passed over. */
const handlers: Readonly<Record<string, Handler>> = {
  "response.created": created,
  "response.output_item.added": itemAdded,
  "response.output_text.delta": textDelta,
  "response.refusal.delta": refusalDelta,
  "response.output_text.annotation.added": annotation,
  "response.content_part.done": partDone,
  "response.reasoning_summary_text.delta": thoughtDelta("summary_index"),
  "response.reasoning_text.delta": thoughtDelta("content_index"),
  "response.function_call_arguments.delta": argumentsDelta,
  "response.output_item.done": itemDone,
  "response.completed": ended,
  "response.incomplete": ended,
  "response.failed": failed,
  error: failed,
}
