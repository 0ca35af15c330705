import type { Candidate, LlmError, LlmResponse, ProviderResponse, StreamPart, Usage } from "@switchyard/core"
import { contentText } from "./estimate.ts"

/**
 * What one request to a provider has used. `Counted`: it reported nothing; the answer is `whole`, or was left or cut.
 * `Free`: the provider refused it, and bills nothing.
 */
export type Metered =
  | { readonly _tag: "Reported"; readonly usage: Usage }
  | { readonly _tag: "Counted"; readonly text: string; readonly whole: boolean }
  | { readonly _tag: "Free" }

/** Failures before any content that a provider does not bill: it refused, or was never reached. */
const unbilled: ReadonlySet<string> = new Set([
  "RateLimited",
  "QuotaExhausted",
  "Unauthorized",
  "Forbidden",
  "ModelNotFound",
  "InvalidRequest",
  "ContextTooLong",
  "Unsupported",
  "Overloaded",
  "ProviderInternal",
  "CircuitOpen",
  "NoRoute",
  "BudgetExceeded",
  "PluginFailure",
])
const neverSent: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"])

const isFree = ({ reason }: LlmError): boolean =>
  unbilled.has(reason._tag) ||
  (reason.http !== undefined && reason.http.status >= 400) ||
  (reason._tag === "Timeout" && reason.phase === "connect") ||
  (reason._tag === "Network" && reason.code !== undefined && neverSent.has(reason.code))

export const isReported = ({ input, output }: Usage): boolean => input.total !== undefined && output.total !== undefined

/** Follows one request to a provider, whole or as it flows. */
export class Meter {
  readonly candidate: Candidate
  #usage: Usage | undefined
  #text = ""
  #deltas = false
  #whole = false
  #error: LlmError | undefined

  constructor(candidate: Candidate) {
    this.candidate = candidate
  }

  /** Gives true when the answer is whole. */
  seen(batch: ReadonlyArray<StreamPart>): boolean {
    for (const part of batch) {
      switch (part.type) {
        case "text-delta":
        case "reasoning-delta":
          this.#text += part.text
          break
        case "tool-input-delta":
          this.#deltas = true
          this.#text += part.text
          break
        case "tool-call":
          if (!this.#deltas) this.#text += part.inputText
          break
        case "finish":
          this.#usage = part.usage
          this.#whole = true
      }
    }
    return this.#whole
  }

  answered({ usage, content }: ProviderResponse | LlmResponse): void {
    this.#usage = usage
    this.#text = contentText(content)
    this.#whole = true
  }

  /** An embedding has no output, whether that is said or not. */
  embedded({ input, output, ...rest }: Usage): void {
    this.#usage = { ...rest, input, output: { ...output, total: output.total ?? 0 } }
    this.#whole = true
  }

  failed(error: LlmError): void {
    this.#error = error
    if (error.reason._tag === "Truncated" && this.#text === "") {
      this.#usage = error.reason.partial.usage
      this.#text = contentText(error.reason.partial.content)
    }
  }

  get metered(): Metered {
    if (this.#usage !== undefined && isReported(this.#usage)) return { _tag: "Reported", usage: this.#usage }
    if (this.#text === "" && this.#error !== undefined && isFree(this.#error)) return { _tag: "Free" }
    return { _tag: "Counted", text: this.#text, whole: this.#whole }
  }
}
