import type { Finish, StreamPart, Usage } from "@switchyard/core"

/** A piece of the answer as the library hands it over; the type is that of a segment, such as a thought. */
export interface Chunk {
  readonly type: "segment" | undefined
  readonly text: string
  readonly tokens: ReadonlyArray<unknown>
}

/** A piece of a tool call's input. `done` marks the last one. */
export interface InputChunk {
  readonly callIndex: number
  readonly functionName: string
  readonly paramsChunk: string
}

/** How a generation ended. */
export interface Ending {
  readonly reason: "eogToken" | "stopGenerationTrigger" | "customStopTrigger" | "functionCalls" | "maxTokens" | "abort"
  readonly inputTokens: number
  readonly outputTokens: number
}

const finishes: Readonly<Record<Ending["reason"], Finish["unified"]>> = {
  eogToken: "stop",
  stopGenerationTrigger: "stop",
  customStopTrigger: "stop",
  functionCalls: "tool-calls",
  maxTokens: "length",
  // The one thing that ends a generation from within is a context that is full.
  abort: "length",
}

type Kind = "text" | "reasoning"

interface Call {
  readonly id: string
  readonly name: string
  text: string
  /** White space that may be the end of the input, and then is no part of it. */
  held: string
}

/** Turns what the library calls back with into stream parts. Every method gives the parts to send. */
export class PartWriter {
  readonly #usedIds: ReadonlySet<string>
  #pieces = 0
  #open: { readonly kind: Kind; readonly id: string } | undefined
  #calls = 0
  #call: Call | undefined
  #reasoningTokens = 0

  constructor(usedIds: ReadonlySet<string>) {
    this.#usedIds = usedIds
  }

  chunk({ type, text, tokens }: Chunk): ReadonlyArray<StreamPart> {
    const kind: Kind = type === "segment" ? "reasoning" : "text"
    if (kind === "reasoning") this.#reasoningTokens += tokens.length
    if (text === "") return []
    if (this.#open?.kind === kind) return [delta(kind, this.#open.id, text)]
    const ends = this.#close()
    const id = String(this.#pieces++)
    this.#open = { kind, id }
    return [...ends, { type: `${kind}-start`, id }, delta(kind, id, text)]
  }

  input({ functionName, paramsChunk }: InputChunk): ReadonlyArray<StreamPart> {
    const parts = this.#call === undefined ? this.#begin(functionName) : []
    const call = this.#call
    if (call === undefined) return parts
    const whole = call.held + paramsChunk
    const text = whole.trimEnd()
    call.held = whole.slice(text.length)
    if (text === "") return parts
    call.text += text
    return [...parts, { type: "tool-input-delta", id: call.id, text }]
  }

  /** Is a tool call being written? */
  get isCalling(): boolean {
    return this.#call !== undefined
  }

  /** A call is whole. One without parameters had no input. */
  called(functionName: string): ReadonlyArray<StreamPart> {
    return this.#call === undefined ? [...this.#begin(functionName), ...this.#endCall()] : this.#endCall()
  }

  /** A call that was cut is handed over as far as it came: its input is then no JSON. */
  finish({ reason, inputTokens, outputTokens }: Ending): ReadonlyArray<StreamPart> {
    const reasoning = Math.min(this.#reasoningTokens, outputTokens)
    const usage: Usage = {
      input: { total: inputTokens },
      output: { total: outputTokens, text: outputTokens - reasoning, reasoning },
    }
    const ends = [...this.#close(), ...this.#endCall()]
    return [...ends, { type: "finish", reason: { unified: finishes[reason], raw: reason }, usage }]
  }

  #close(): ReadonlyArray<StreamPart> {
    const open = this.#open
    this.#open = undefined
    return open === undefined ? [] : [{ type: `${open.kind}-end`, id: open.id }]
  }

  #begin(name: string): ReadonlyArray<StreamPart> {
    const ends = this.#close()
    const id = this.#nextId()
    this.#call = { id, name, text: "", held: "" }
    return [...ends, { type: "tool-input-start", id, name }]
  }

  #endCall(): ReadonlyArray<StreamPart> {
    const call = this.#call
    this.#call = undefined
    if (call === undefined) return []
    const { id, name, text } = call
    return [
      { type: "tool-input-end", id },
      { type: "tool-call", id, name, inputText: text === "" ? "{}" : text },
    ]
  }

  /** Ids are unique in the conversation, and the same for the same conversation. */
  #nextId(): string {
    const id = `call_${this.#usedIds.size + this.#calls++}`
    return this.#usedIds.has(id) ? this.#nextId() : id
  }
}

const delta = (kind: Kind, id: string, text: string): StreamPart =>
  kind === "text" ? { type: "text-delta", id, text } : { type: "reasoning-delta", id, text }
