import type { LanguageModelV4StreamPart } from "@ai-sdk/provider"
import type { FinishPart, Origin, ProviderData, StreamPart, Warning } from "@switchyard/core"
import { toFinish } from "../finish.ts"
import { aiSdkKey } from "../providerData.ts"
import { toWarning } from "../settings.ts"
import { citationsOf, type Handing, metadataOf, originNote, toWhole } from "./content.ts"
import { cannotRestart } from "./errors.ts"
import { callMetadata, toUsage } from "./result.ts"

export interface StreamSettings extends Handing {
  readonly warnings: ReadonlyArray<Warning>
  readonly raw: boolean
}

/** Turns the parts of a stack's stream into the AI SDK's. Constant work per part. */
export class StreamWriter {
  /** The stack said that the answer is whole. */
  finished = false
  readonly #settings: StreamSettings
  #told = 0
  #model: string | undefined
  #whole = 0

  constructor(settings: StreamSettings) {
    this.#settings = settings
  }

  /** Appends what a part says. Throws `LlmError` for a `restart`, which nobody asked for. */
  write(part: StreamPart, out: Array<LanguageModelV4StreamPart>): void {
    switch (part.type) {
      case "text-delta":
      case "reasoning-delta":
      case "tool-input-delta":
        out.push({ type: part.type, id: part.id, delta: part.text })
        return
      case "text-start":
      case "reasoning-start":
        out.push({ type: part.type, id: part.id, ...metadataOf(part.providerData) })
        return
      case "text-end":
        out.push({
          type: "text-end",
          id: part.id,
          ...citationsOf(part.providerData),
          ...metadataOf(part.providerData),
        })
        return
      case "reasoning-end":
        out.push({ type: "reasoning-end", id: part.id, ...this.#signed(part.providerData) })
        return
      case "finish":
        out.push(this.#finish(part))
        return
      default:
        return this.#other(part, out)
    }
  }

  #other(part: StreamPart, out: Array<LanguageModelV4StreamPart>): void {
    switch (part.type) {
      case "stream-start": {
        this.#told = part.warnings.length
        out.push({ type: "stream-start", warnings: [...this.#settings.warnings, ...part.warnings].map(toWarning) })
        return
      }
      case "response-metadata":
        this.#model = part.model ?? this.#model
        out.push({
          type: "response-metadata",
          ...(part.id === undefined ? {} : { id: part.id }),
          ...(part.model === undefined ? {} : { modelId: part.model }),
        })
        return
      case "tool-input-start":
        out.push({
          type: "tool-input-start",
          id: part.id,
          toolName: part.name,
          ...(part.providerExecuted === undefined ? {} : { providerExecuted: part.providerExecuted }),
          ...(part.providerExecuted === true && !this.#settings.tools.has(part.name) ? { dynamic: true } : {}),
        })
        return
      case "tool-input-end":
        out.push({ type: "tool-input-end", id: part.id })
        return
      case "raw":
        if (this.#settings.raw) out.push({ type: "raw", rawValue: part.value })
        return
      case "restart":
        throw cannotRestart()
      default:
        return this.#part(part, out)
    }
  }

  /** Parts that come whole; a text may, from a cache or a provider that does not stream. */
  #part(part: StreamPart, out: Array<LanguageModelV4StreamPart>): void {
    if (part.type === "text") {
      const id = `whole-${++this.#whole}`
      this.write({ type: "text-start", id }, out)
      this.write({ type: "text-delta", id, text: part.text }, out)
      this.write({ type: "text-end", id, ...kept(part.providerData) }, out)
    } else if (part.type === "reasoning") {
      const id = `whole-${++this.#whole}`
      this.write({ type: "reasoning-start", id }, out)
      this.write({ type: "reasoning-delta", id, text: part.text }, out)
      this.write({ type: "reasoning-end", id, ...kept(part.providerData) }, out)
    } else out.push(toWhole(part as Parameters<typeof toWhole>[0], this.#settings, this.#origin(part)))
  }

  #signed(data: ProviderData | undefined) {
    return metadataOf(data, originNote(this.#originOf(data)))
  }

  #origin(part: StreamPart): Origin | undefined {
    return part.type === "custom" ? this.#originOf(part.providerData) : undefined
  }

  /** Who answers is told with the finish; before it, the provider whose data a part carries. */
  #originOf(data: ProviderData | undefined): Origin | undefined {
    if (data === undefined || this.#model === undefined) return undefined
    const provider = Object.keys(data).find((key) => key !== aiSdkKey)
    return provider === undefined ? undefined : { provider, model: this.#model }
  }

  #finish(part: FinishPart): LanguageModelV4StreamPart {
    this.finished = true
    // Those of `stream-start` come first among all; later ones have no other place.
    const late = part.warnings?.slice(this.#told) ?? []
    return {
      type: "finish",
      finishReason: toFinish(part.reason),
      usage: toUsage(part.usage),
      providerMetadata: callMetadata(part, part.providerData, late),
    }
  }
}

const kept = (data: ProviderData | undefined): { readonly providerData?: ProviderData } =>
  data === undefined ? {} : { providerData: data }
