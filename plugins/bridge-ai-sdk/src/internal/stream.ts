import type { LanguageModelV4StreamPart } from "@ai-sdk/provider"
import { isContent, type LlmError, type Part, type ProviderData, type StreamPart, type Warning } from "@switchyard/core"
import { citedBy, dataOf, wholePart } from "./content.ts"
import { fromAiSdk, saysCut } from "./errors.ts"
import { fromFinish } from "./finish.ts"
import { textOf } from "./form.ts"
import { plain } from "./plain.ts"
import { fromMetadata, type Naming, withAiSdk } from "./providerData.ts"
import { emptyAnswer, fromWarning } from "./settings.ts"
import { fromUsage } from "./usage.ts"

/**
 * Turns the parts of an AI SDK stream into ours. Metadata that comes with a delta belongs to the whole piece and goes out
 * with its end. A stream that was cut has no `finish`, whatever its package sends: the kernel then knows it for cut.
 */
export class StreamReader {
  readonly out: Array<StreamPart> = []
  /** What broke the stream. What is in `out` came before it. */
  failure: LlmError | undefined
  /** The model said that the answer is whole. */
  finished = false
  readonly #naming: Naming
  readonly #warnings: Array<Warning>
  readonly #now: () => number
  readonly #late = new Map<string, ProviderData>()
  /** Calls whose input is not JSON: of a stream that was cut they are halves, which a package may hand over as calls. */
  readonly #held: Array<Part> = []
  #begun = false
  #cut = false

  constructor(naming: Naming, warnings: ReadonlyArray<Warning>, now: () => number) {
    this.#naming = naming
    this.#warnings = [...warnings]
    this.#now = now
  }

  push(part: LanguageModelV4StreamPart): void {
    if (this.#held.length > 0 && !endings.has(part.type)) this.#release()
    switch (part.type) {
      case "text-delta":
      case "reasoning-delta":
        if (part.providerMetadata !== undefined) this.#keep(part.type, part.id, part.providerMetadata)
        this.out.push({ type: part.type, id: part.id, text: textOf(part.delta, part.type) })
        return
      case "tool-input-delta":
        this.out.push({ type: "tool-input-delta", id: part.id, text: textOf(part.delta, part.type) })
        return
      case "text-start":
      case "reasoning-start":
        this.out.push({ type: part.type, id: part.id, ...this.#data(part.providerMetadata) })
        return
      case "text-end":
        return this.#textEnd(part)
      case "reasoning-end":
        this.out.push({
          type: part.type,
          id: part.id,
          ...dataOf(this.#ended(part.type, part.id, part.providerMetadata)),
        })
        return
      case "error":
        return this.fail(part.error)
      case "finish":
        return this.#finish(part)
      default:
        return this.#other(part)
    }
  }

  #other(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case "stream-start":
        this.#warnings.push(...(part.warnings ?? []).map(fromWarning))
        return
      case "response-metadata":
        this.out.push({
          type: "response-metadata",
          ...(part.id === undefined ? {} : { id: part.id }),
          ...(part.modelId === undefined ? {} : { model: part.modelId }),
        })
        return
      case "tool-input-start":
        this.out.push({
          type: "tool-input-start",
          id: part.id,
          name: part.toolName,
          ...(part.providerExecuted === undefined ? {} : { providerExecuted: part.providerExecuted }),
        })
        return
      case "tool-input-end":
        this.out.push({ type: "tool-input-end", id: part.id })
        return
      case "raw":
        this.out.push({ type: "raw", value: plain(part.rawValue) ?? null })
        return
      default:
        return this.#whole(part)
    }
  }

  /**
   * What has been read, once there is something to show or the stream is over. It begins with `stream-start`, also where the
   * package sends none; warnings that come with the first content are in it.
   */
  take(over: boolean): ReadonlyArray<StreamPart> {
    if (this.#begun) return this.out.splice(0)
    if (!over && !this.out.some(isContent)) return []
    const [first] = this.out
    if (first === undefined && this.failure !== undefined) return []
    this.#begun = true
    return [{ type: "stream-start", warnings: this.#warnings }, ...this.out.splice(0)]
  }

  #whole(part: LanguageModelV4StreamPart): void {
    if (part.type === "tool-result" && part.preliminary === true) {
      this.out.push({ type: "raw", value: plain(part) ?? null })
      return
    }
    // Parts of kinds that nobody knows (`ping` and what is to come) pass by.
    const whole = wholePart(part as Parameters<typeof wholePart>[0], this.#naming)
    if (whole === undefined) return
    const holding = whole.type === "tool-call" && (this.#held.length > 0 || !isJson(whole.inputText))
    if (holding) this.#held.push(whole)
    else this.out.push(whole)
  }

  #textEnd(part: Extract<LanguageModelV4StreamPart, { readonly type: "text-end" }>): void {
    const data = this.#ended(part.type, part.id, part.providerMetadata)
    const cited = citedBy(part.citations, this.#naming)
    const all = cited === undefined ? data : withAiSdk(data, { citations: cited.places })
    this.out.push({ type: "text-end", id: part.id, ...dataOf(all) })
    if (cited !== undefined) this.out.push(...cited.sources)
  }

  #finish(part: Extract<LanguageModelV4StreamPart, { readonly type: "finish" }>): void {
    if (this.failure !== undefined || this.finished || this.#cut || part.finishReason.unified === "interrupted") return
    this.finished = true
    this.#release()
    const usage = fromUsage(part.usage, part.providerMetadata)
    if (!this.#begun && !this.out.some(isContent)) this.#warnings.push(...emptyAnswer(usage))
    this.out.push({
      type: "finish",
      reason: fromFinish(part.finishReason),
      usage,
      ...this.#data(part.providerMetadata),
    })
  }

  #release(): void {
    this.out.push(...this.#held.splice(0))
  }

  /** What the model tells of, or what reading it came to. */
  fail(error: unknown): void {
    if (this.failure !== undefined) return
    // Packages that notice a cut still send `finish` after they said so.
    if (saysCut(error)) this.#cut = true
    else this.failure = fromAiSdk(error, this.#now())
  }

  #data(metadata: unknown): { readonly providerData?: ProviderData } {
    return metadata === undefined ? {} : dataOf(fromMetadata(metadata, this.#naming))
  }

  #keep(type: string, id: string, metadata: unknown): void {
    const data = fromMetadata(metadata, this.#naming)
    if (data !== undefined) this.#late.set(pieceOf(type) + id, data)
  }

  /** As the AI SDK reads it: the last metadata of a piece is what counts. */
  #ended(type: string, id: string, metadata: unknown): ProviderData | undefined {
    const key = pieceOf(type) + id
    const kept = this.#late.size === 0 ? undefined : this.#late.get(key)
    if (kept !== undefined) this.#late.delete(key)
    return fromMetadata(metadata, this.#naming) ?? kept
  }
}

/** What a package may send of a stream that was cut before it says so: its calls stay held until something else comes. */
const endings: ReadonlySet<string> = new Set([
  "text-end",
  "reasoning-end",
  "tool-input-start",
  "tool-input-delta",
  "tool-input-end",
  "tool-call",
  "raw",
  "error",
  "finish",
])

const pieceOf = (type: string): string => type.slice(0, type.indexOf("-") + 1)

const isJson = (text: string): boolean => {
  if (text === "") return true
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
