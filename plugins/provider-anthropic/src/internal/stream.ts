import { LlmError, type StreamPart, type Warning } from "@switchyard/core"
import type { SseEvent } from "@switchyard/transport"
import {
  count,
  type Decoder,
  isWire,
  list,
  object,
  parseEvent,
  string,
  type Wire,
} from "@switchyard/transport/provider"
import {
  answerData,
  customPart,
  finishOf,
  isAnswer,
  type Reading,
  secondAnswer,
  sourcePart,
  thinkingData,
  toolCall,
} from "./content.ts"
import { inBand } from "./errors.ts"
import { mergeUsage, usageOf } from "./usage.ts"

/** A content block that is being written. */
interface Open {
  readonly id: string
  /** `spare`: an answer after the answer, which is not shown. */
  readonly kind: "text" | "thinking" | "tool" | "answer" | "spare" | "other"
  /** The block as it opened, with what later deltas said of it other than text. */
  readonly block: Record<string, unknown>
  /** Tool input so far. */
  input: string
  started: boolean
  readonly citations: Array<Wire>
}

/** Where a stream stands. */
export interface State {
  readonly reading: Reading
  /** Those that the stream began with. */
  readonly warnings: ReadonlyArray<Warning>
  readonly open: Map<number, Open>
  usage: Wire | undefined
  /** What the vendor said of the whole answer: `stop_reason` and its neighbours. */
  answer: Wire
  sources: number
  calledTools: boolean
  /** How often the tool to answer with was called. */
  answers: number
  done: boolean
}

export const initial = (reading: Reading, warnings: ReadonlyArray<Warning>): State => ({
  reading,
  warnings,
  open: new Map(),
  usage: undefined,
  answer: {},
  sources: 0,
  calledTools: false,
  answers: 0,
  done: false,
})

type Out = Array<StreamPart>

/** One event: adds its parts to `out` and moves `state` on. Deterministic, no I/O. Throws `LlmError` for an error event. */
export const step = (state: State, { data }: SseEvent, out: Out): void => {
  if (state.done || data === "" || data === "[DONE]") return
  const event = parseEvent(data)
  switch (event["type"]) {
    case "content_block_delta":
      return blockDelta(state, event, out)
    case "content_block_start":
      return blockStart(state, event, out)
    case "content_block_stop":
      return blockStop(state, event, out)
    case "message_start":
      return messageStart(state, object(event["message"]), out)
    case "message_delta":
      state.answer = { ...state.answer, ...object(event["delta"]) }
      state.usage = mergeUsage(state.usage, event["usage"])
      return
    case "message_stop":
      return finish(state, out)
    case "error":
      throw LlmError.make(inBand(event["error"]))
    default:
      // Some servers put an error into an event of no type.
      if (event["type"] === undefined && isWire(event["error"])) throw LlmError.make(inBand(event["error"]))
  }
}

const messageStart = (state: State, message: Wire, out: Out): void => {
  const id = string(message["id"])
  const model = string(message["model"])
  state.usage = mergeUsage(state.usage, message["usage"])
  state.answer = { container: message["container"], diagnostics: message["diagnostics"] }
  if (id === undefined && model === undefined) return
  out.push({
    type: "response-metadata",
    ...(id === undefined ? {} : { id }),
    ...(model === undefined ? {} : { model }),
  })
}

const kindOf = (block: Wire, state: State): Open["kind"] => {
  switch (block["type"]) {
    case "text":
      return "text"
    case "thinking":
    case "redacted_thinking":
      return "thinking"
    case "tool_use":
      if (!isAnswer(block, state.reading)) return "tool"
      return ++state.answers > 1 ? "spare" : "answer"
    default:
      return "other"
  }
}

const blockStart = (state: State, event: Wire, out: Out): void => {
  const index = count(event["index"]) ?? state.open.size
  if (state.open.has(index)) throw misplaced(`block ${index} begins a second time before its end`)
  const block = { ...object(event["content_block"]) }
  const open: Open = {
    id: String(index),
    kind: kindOf(block, state),
    block,
    input: "",
    started: false,
    citations: [...list(block["citations"])],
  }
  state.open.set(index, open)
  if (open.kind === "text") text(open, string(block["text"]) ?? "", out)
  else if (open.kind === "thinking") {
    out.push({ type: "reasoning-start", id: open.id })
    thought(open, string(block["thinking"]) ?? "", out)
  } else if (open.kind === "tool") {
    out.push({ type: "tool-input-start", id: string(block["id"]) ?? "", name: string(block["name"]) ?? "" })
  }
}

const misplaced = (what: string): LlmError =>
  LlmError.make({ _tag: "InvalidResponse", message: `the stream is out of order: ${what}` })

const text = (open: Open, piece: string, out: Out): void => {
  if (piece === "") return
  if (!open.started) out.push({ type: "text-start", id: open.id })
  open.started = true
  out.push({ type: "text-delta", id: open.id, text: piece })
}

const thought = (open: Open, piece: string, out: Out): void => {
  if (piece !== "") out.push({ type: "reasoning-delta", id: open.id, text: piece })
}

const blockDelta = (state: State, event: Wire, out: Out): void => {
  const open = state.open.get(count(event["index"]) ?? -1)
  const delta = object(event["delta"])
  // Skipping it would lose content.
  if (open === undefined) throw misplaced("a piece of a block came before its beginning, or after its end")
  switch (delta["type"]) {
    case "text_delta":
      return text(open, string(delta["text"]) ?? "", out)
    case "input_json_delta":
      return inputDelta(open, string(delta["partial_json"]) ?? "", out)
    case "thinking_delta":
      return thought(open, string(delta["thinking"]) ?? "", out)
    case "signature_delta":
      open.block["signature"] = `${string(open.block["signature"]) ?? ""}${string(delta["signature"]) ?? ""}`
      return
    case "citations_delta":
      open.citations.push(object(delta["citation"]))
      return
    default:
      if (open.kind === "other") keep(open.block, delta)
  }
}

const inputDelta = (open: Open, piece: string, out: Out): void => {
  if (piece === "") return
  open.input += piece
  if (open.kind === "answer") text(open, piece, out)
  else if (open.kind === "tool") {
    out.push({ type: "tool-input-delta", id: string(open.block["id"]) ?? "", text: piece })
  }
}

/** Deltas of blocks that are not known here: text grows, anything else is the latest. */
const keep = (block: Record<string, unknown>, delta: Wire): void => {
  for (const [name, value] of Object.entries(delta)) {
    if (name === "type") continue
    const before = block[name]
    block[name] = typeof before === "string" && typeof value === "string" ? before + value : value
  }
}

const blockStop = (state: State, event: Wire, out: Out): void => {
  const index = count(event["index"]) ?? -1
  const open = state.open.get(index)
  if (open === undefined) return
  state.open.delete(index)
  close(state, open, out)
  for (const citation of open.citations) out.push(sourcePart(citation, String(++state.sources), state.reading))
}

const close = (state: State, open: Open, out: Out): void => {
  const { reading } = state
  switch (open.kind) {
    case "text":
      if (open.started) out.push({ type: "text-end", id: open.id })
      return
    case "answer":
      if (!open.started) text(open, whole(open), out)
      out.push({ type: "text-end", id: open.id })
      return
    case "thinking": {
      const data = thinkingData(open.block)
      const providerData = data === undefined ? {} : { providerData: { [reading.provider]: data } }
      out.push({ type: "reasoning-end", id: open.id, ...providerData })
      return
    }
    case "tool":
      state.calledTools = true
      out.push(
        { type: "tool-input-end", id: string(open.block["id"]) ?? "" },
        toolCall(open.block, whole(open), reading),
      )
      return
    case "spare":
      return
    case "other":
      out.push(customPart({ ...open.block, ...parsed(open.input) }, reading))
  }
}

/** A tool without parameters streams no input: then the block has it. */
const whole = ({ input, block }: Open): string => (input === "" ? JSON.stringify(block["input"] ?? {}) : input)

const parsed = (input: string): { readonly input?: unknown } => {
  if (input === "") return {}
  try {
    return { input: JSON.parse(input) as unknown }
  } catch {
    return { input }
  }
}

const finish = (state: State, out: Out): void => {
  const reason = string(state.answer["stop_reason"])
  // Without its reason, or with a block still open, the answer is cut: then no finish is sent, and the kernel says so.
  if (state.done || reason === undefined || state.open.size > 0) return
  state.done = true
  const { provider, answerTool } = state.reading
  out.push({
    type: "finish",
    reason: finishOf(reason, answerTool !== undefined && !state.calledTools),
    usage: usageOf(state.usage),
    ...(state.answers > 1 ? { warnings: [...state.warnings, secondAnswer(state.reading)] } : {}),
    ...answerData(state.answer, provider),
  })
}

/** A decoder for one answer. The reason to stop makes an answer whole, even if the server closes without `message_stop`. */
export const decoder = (reading: Reading, warnings: ReadonlyArray<Warning>): Decoder => {
  const state = initial(reading, warnings)
  return {
    step: (event, out) => step(state, event, out),
    end: (out) => finish(state, out),
    finished: () => state.done,
  }
}
