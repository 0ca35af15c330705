import type { Finish, Warning } from "./Finish.ts"
import type { ProviderData } from "./Json.ts"
import type { PartialAnswer } from "./LlmError.ts"
import type { Part } from "./Part.ts"
import type { LlmResponse, ProviderResponse } from "./Response.ts"
import { emptyTrace } from "./RouteTrace.ts"
import type { FinishPart, StreamPart } from "./StreamPart.ts"
import { unknownUsage } from "./Usage.ts"

type Growing = { type: "text" | "reasoning"; text: string; providerData?: ProviderData }

/**
 * Builds an answer from the parts of a stream, as they come. Law: folding a stream gives what generate would have given.
 * Constant work per part; nothing is validated, since the grammar is the provider's promise.
 */
export class Fold {
  #content: Array<Part | Growing> = []
  #open = new Map<string, Growing>()
  #lastId = ""
  #last: Growing | undefined
  #warnings: ReadonlyArray<Warning> = []
  #id: string | undefined
  #model: string | undefined
  #writing = new Set<string>()
  /** The stream's `finish`, once it has come: without it the answer is cut. */
  finish: FinishPart | undefined

  push(part: StreamPart): void {
    switch (part.type) {
      case "text-delta":
        return this.#append("text", part.id, part.text)
      case "reasoning-delta":
        return this.#append("reasoning", part.id, part.text)
      case "text-start":
        return this.#start("text", part.id, part.providerData)
      case "reasoning-start":
        return this.#start("reasoning", part.id, part.providerData)
      case "text-end":
        return this.#end("text", part.id, part.providerData)
      case "reasoning-end":
        return this.#end("reasoning", part.id, part.providerData)
      case "stream-start":
        if (part.warnings.length > 0) this.#warnings = [...this.#warnings, ...part.warnings]
        return
      case "response-metadata":
        this.#id = part.id ?? this.#id
        this.#model = part.model ?? this.#model
        return
      case "restart":
        return this.#reset()
      case "finish":
        this.finish = part
        // What a provider learns at the end. The kernel's own finish repeats what is known.
        if (part.provider === undefined && part.warnings !== undefined) {
          this.#warnings = [...this.#warnings, ...part.warnings]
        }
        return
      case "tool-input-start":
        this.#writing.add(part.id)
        return
      case "tool-input-delta":
      case "tool-input-end":
      case "raw":
        return
      case "tool-call":
        this.#writing.delete(part.id)
        this.#content.push(part)
        return
      default:
        this.#content.push(part)
    }
  }

  /** A tool call has begun to be written and is not whole: nobody can go on in the middle of it. */
  get writesToolCall(): boolean {
    return this.#writing.size > 0
  }

  /** What has arrived so far, for an answer that was cut. */
  partial(): PartialAnswer {
    return { content: this.#parts(), usage: this.finish?.usage ?? unknownUsage }
  }

  /** The whole answer. `model` is used when the stream did not name the one that answered. */
  response(model: string): ProviderResponse {
    const finish: Finish = this.finish?.reason ?? { unified: "unknown" }
    return {
      content: this.#parts(),
      finish,
      usage: this.finish?.usage ?? unknownUsage,
      warnings: this.#warnings,
      ...(this.#id === undefined ? {} : { id: this.#id }),
      model: this.#model ?? model,
      ...(this.finish?.providerData === undefined ? {} : { providerData: this.finish.providerData }),
    }
  }

  /** The whole response of a stream that came from the kernel, whose `finish` says who answered and how. */
  call(): LlmResponse {
    const { provider, model, warnings, verdict, cached, degraded, route } = this.finish ?? {}
    return {
      ...this.response(model ?? ""),
      ...(warnings === undefined ? {} : { warnings }),
      provider: provider ?? "",
      ...(verdict === undefined ? {} : { verdict }),
      ...(cached === undefined ? {} : { cached }),
      ...(degraded === undefined ? {} : { degraded }),
      route: route ?? emptyTrace,
    }
  }

  /** The ends of the pieces that are open: what must be sent before another stream continues this one. */
  closing(): Array<StreamPart> {
    const ends = [...this.#open.entries()].map(([key, { type }]): StreamPart => {
      const id = key.slice(type.length)
      return type === "text" ? { type: "text-end", id } : { type: "reasoning-end", id }
    })
    for (const end of ends) this.push(end)
    return ends
  }

  #parts(): ReadonlyArray<Part> {
    const seen = this.#content.filter((part) => !isEmpty(part))
    return seen.map((part) => ({ ...part }))
  }

  #start(type: Growing["type"], id: string, providerData: ProviderData | undefined): void {
    const growing: Growing = providerData === undefined ? { type, text: "" } : { type, text: "", providerData }
    this.#content.push(growing)
    this.#lastId = id
    this.#last = growing
    this.#open.set(type + id, growing)
  }

  #append(type: Growing["type"], id: string, text: string): void {
    if (this.#last !== undefined && this.#lastId === id && this.#last.type === type) {
      this.#last.text += text
      return
    }
    const growing = this.#open.get(type + id)
    if (growing === undefined) {
      this.#start(type, id, undefined)
      return this.#append(type, id, text)
    }
    growing.text += text
  }

  #end(type: Growing["type"], id: string, providerData: ProviderData | undefined): void {
    const growing = this.#open.get(type + id)
    this.#open.delete(type + id)
    if (this.#last === growing) this.#last = undefined
    if (growing !== undefined && providerData !== undefined) {
      growing.providerData = mergeProviderData(growing.providerData, providerData)
    }
  }

  #reset(): void {
    this.#content = []
    this.#open.clear()
    this.#writing.clear()
    this.#last = undefined
    this.#lastId = ""
    this.#warnings = []
    this.#id = undefined
    this.#model = undefined
    this.finish = undefined
  }
}

/** A piece that was begun and never filled. */
const isEmpty = (part: Part | Growing): boolean =>
  (part.type === "text" || part.type === "reasoning") && part.text === "" && part.providerData === undefined

/** Later data wins, provider by provider and field by field. */
const mergeProviderData = (a: ProviderData | undefined, b: ProviderData): ProviderData => {
  if (a === undefined) return b
  const merged: { [provider: string]: ProviderData[string] } = { ...a }
  for (const provider of Object.keys(b)) merged[provider] = { ...a[provider], ...b[provider] }
  return merged
}

/** The response that a whole stream of the kernel amounts to: what `generate` would have given. */
export const foldCall = (parts: Iterable<StreamPart>): LlmResponse => {
  const state = new Fold()
  for (const part of parts) state.push(part)
  return state.call()
}

/** The answer that a whole stream of a provider amounts to. */
export const fold = (parts: Iterable<StreamPart>, model: string): ProviderResponse => {
  const state = new Fold()
  for (const part of parts) state.push(part)
  return state.response(model)
}

/** The stream that a whole answer amounts to: the inverse of `fold`, up to how the text is cut. */
export const unfold = (response: ProviderResponse): [StreamPart, ...Array<StreamPart>] => {
  const parts: [StreamPart, ...Array<StreamPart>] = [
    { type: "stream-start", warnings: response.warnings },
    { type: "response-metadata", ...(response.id === undefined ? {} : { id: response.id }), model: response.model },
  ]
  response.content.forEach((part, index) => {
    if (part.type !== "text" && part.type !== "reasoning") return parts.push(part)
    const id = String(index)
    const data = part.providerData === undefined ? {} : { providerData: part.providerData }
    if (part.type === "text") {
      parts.push(
        { type: "text-start", id },
        { type: "text-delta", id, text: part.text },
        { type: "text-end", id, ...data },
      )
    } else {
      parts.push({ type: "reasoning-start", id }, { type: "reasoning-delta", id, text: part.text })
      parts.push({ type: "reasoning-end", id, ...data })
    }
  })
  parts.push(finishOf(response))
  return parts
}

/** The stream that a response of the kernel amounts to: the inverse of `foldCall`. */
export const unfoldCall = (response: LlmResponse): [StreamPart, ...Array<StreamPart>] => {
  const parts = unfold(response)
  parts[parts.length - 1] = finishOfCall(response)
  return parts
}

/** The `finish` of the kernel's own stream: with who answered, the verdict and the trace. */
export const finishOfCall = (response: LlmResponse): FinishPart => ({
  ...finishOf(response),
  ...(response.warnings.length === 0 ? {} : { warnings: response.warnings }),
  provider: response.provider,
  model: response.model,
  ...(response.verdict === undefined ? {} : { verdict: response.verdict }),
  ...(response.cached === undefined ? {} : { cached: response.cached }),
  ...(response.degraded === undefined ? {} : { degraded: response.degraded }),
  route: response.route,
})

const finishOf = (response: ProviderResponse): FinishPart => ({
  type: "finish",
  reason: response.finish,
  usage: response.usage,
  ...(response.providerData === undefined ? {} : { providerData: response.providerData }),
})
