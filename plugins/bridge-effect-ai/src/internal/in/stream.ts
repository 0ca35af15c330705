import type { ProviderData, StreamPart, Warning } from "@switchyard/core"
import type { Response } from "../ai.ts"
import { dataOf, type Metadata } from "../marks.ts"
import { fromErrorPart } from "./errors.ts"
import type { Target } from "./prompt.ts"
import { fromFinish, fromWhole, isWhole, joined, pieceData, warningsOf } from "./response.ts"

interface Piece {
  readonly type: "text" | "reasoning"
  readonly id: string
  metadata: Metadata
  empty: boolean
}

interface Input {
  readonly id: string
  readonly name: string
  text: string
  open: boolean
}

/** Where a stream stands: which pieces are open, which tool calls are being written, and whether it has begun and ended. */
export interface InState {
  readonly target: Target
  readonly warnings: ReadonlyArray<Warning>
  readonly pieces: Map<string, Piece>
  readonly inputs: Map<string, Input>
  data: ProviderData | undefined
  begun: boolean
  done: boolean
}

export const inState = (target: Target, warnings: ReadonlyArray<Warning>): InState => ({
  target,
  warnings,
  pieces: new Map(),
  inputs: new Map(),
  data: undefined,
  begun: false,
  done: false,
})

type Out = Array<StreamPart>

/** One part of a stream of effect/ai: adds what Switchyard calls it to `out` and moves `state` on. Throws `LlmError`. */
export const inStep = (state: InState, part: Response.AnyPart, out: Out, now: () => number): void => {
  if (state.done) return
  if (!state.begun) begin(state, part, out)
  switch (part.type) {
    case "text-delta":
      return delta(state, "text", part, out)
    case "reasoning-delta":
      return delta(state, "reasoning", part, out)
    case "text-start":
      return void open(state, "text", part.id, part.metadata, out)
    case "reasoning-start":
      return void open(state, "reasoning", part.id, part.metadata, out)
    case "text-end":
      return close(state, state.pieces.get(`t${part.id}`), part.metadata, out)
    case "reasoning-end":
      return close(state, state.pieces.get(`r${part.id}`), part.metadata, out)
    case "tool-params-start":
      return startInput(state, part, out)
    case "tool-params-delta":
      return growInput(state, part, out)
    case "tool-params-end":
      return endInput(state.inputs.get(part.id), out)
    case "response-metadata":
      return metadata(state, part, out)
    case "finish":
      return finish(state, part, out)
    case "error":
      throw fromErrorPart(part.error, now())
    default:
      return whole(state, part, out)
  }
}

/** The first part may bring the warnings of a stack below. */
const begin = (state: InState, part: Response.AnyPart, out: Out): void => {
  state.begun = true
  const inner = part.type === "response-metadata" ? warningsOf(part) : []
  out.push({ type: "stream-start", warnings: inner.length === 0 ? state.warnings : [...state.warnings, ...inner] })
}

const metadata = (state: InState, part: Response.ResponseMetadataPart, out: Out): void => {
  state.data = joined(state.data, dataOf(part.metadata).providerData).providerData
  if (part.id === undefined && part.modelId === undefined) return
  out.push({
    type: "response-metadata",
    ...(part.id === undefined ? {} : { id: part.id }),
    ...(part.modelId === undefined ? {} : { model: part.modelId }),
  })
}

const keyOf = (type: Piece["type"], id: string): string => (type === "text" ? `t${id}` : `r${id}`)

const open = (state: InState, type: Piece["type"], id: string, given: Metadata, out: Out): Piece => {
  const before = state.pieces.get(keyOf(type, id))
  if (before !== undefined) return before
  const piece: Piece = { type, id, metadata: given, empty: true }
  state.pieces.set(keyOf(type, id), piece)
  out.push({ type: `${type}-start`, id })
  return piece
}

/** Some models send text without saying that it begins. */
const delta = (
  state: InState,
  type: Piece["type"],
  part: Response.TextDeltaPart | Response.ReasoningDeltaPart,
  out: Out,
): void => {
  const piece = state.pieces.get(keyOf(type, part.id)) ?? open(state, type, part.id, {}, out)
  if (part.delta !== "") piece.empty = false
  piece.metadata = merged(piece.metadata, part.metadata)
  out.push({ type: `${type}-delta`, id: part.id, text: part.delta })
}

/** Later data wins, provider by provider and field by field. */
const merged = (a: Metadata, b: Metadata): Metadata => {
  let out = a
  for (const key in b) {
    const [before, after] = [a[key], b[key]]
    const both = typeof before === "object" && typeof after === "object" && before !== null && after !== null
    out = { ...out, [key]: both ? { ...before, ...after } : (after ?? null) }
  }
  return out
}

const close = (state: InState, piece: Piece | undefined, given: Metadata, out: Out): void => {
  if (piece === undefined) return
  const { type, id, empty } = piece
  state.pieces.delete(keyOf(type, id))
  out.push({ type: `${type}-end`, id, ...pieceData(type, empty, merged(piece.metadata, given), state.target) })
}

const startInput = (state: InState, part: Response.ToolParamsStartPart, out: Out): void => {
  if (state.inputs.has(part.id)) return
  const { id, name } = part
  state.inputs.set(id, { id, name, text: "", open: true })
  out.push({ type: "tool-input-start", id, name, ...(part.providerExecuted ? { providerExecuted: true } : {}) })
}

const growInput = (state: InState, part: Response.ToolParamsDeltaPart, out: Out): void => {
  const input = state.inputs.get(part.id)
  if (input === undefined || !input.open) return
  input.text += part.delta
  out.push({ type: "tool-input-delta", id: part.id, text: part.delta })
}

const endInput = (input: Input | undefined, out: Out): void => {
  if (input === undefined || !input.open) return
  input.open = false
  out.push({ type: "tool-input-end", id: input.id })
}

const whole = (state: InState, part: Response.AnyPart, out: Out): void => {
  if (!isWhole(part)) return
  const input = part.type === "tool-call" ? state.inputs.get(part.id) : undefined
  endInput(input, out)
  if (part.type === "tool-call") state.inputs.delete(part.id)
  const made = fromWhole(part, state.target, input?.text)
  if (made !== undefined) out.push(made)
}

/** Whatever is open is closed. A call that was written and never told whole is still what the model asked for. */
const finish = (state: InState, part: Response.FinishPart, out: Out): void => {
  state.done = true
  for (const piece of state.pieces.values()) close(state, piece, {}, out)
  for (const input of state.inputs.values()) {
    endInput(input, out)
    out.push({ type: "tool-call", id: input.id, name: input.name, inputText: input.text })
  }
  const { finish: reason, usage, unnamed, providerData } = fromFinish(part)
  out.push(...unnamed, { type: "finish", reason, usage, ...joined(state.data, providerData) })
}
