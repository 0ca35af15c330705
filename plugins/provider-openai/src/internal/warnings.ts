import type { LlmRequest, Warning } from "@switchyard/core"

type Setting = "temperature" | "topP" | "presencePenalty" | "frequencyPenalty"

/** Collects what of a request cannot be honoured. */
export class Warnings {
  readonly all: Array<Warning> = []
  readonly #provider: string

  constructor(provider: string) {
    this.#provider = provider
  }

  unsupported(setting: string, why: string): void {
    this.all.push({ type: "unsupported", setting, message: `${this.#provider}: ${setting} is not honoured: ${why}` })
  }

  lost(what: string): void {
    this.all.push({
      type: "unsupported",
      message: `${this.#provider}: ${what} were not sent: this API has no place for them`,
    })
  }

  /** OpenAI's reasoning models refuse sampling settings; the call goes without them. */
  dropSampling(request: LlmRequest, settings: ReadonlyArray<Setting>): Pick<LlmRequest, Setting> {
    for (const setting of settings) {
      if (request[setting] !== undefined) this.unsupported(setting, `${request.model} is a reasoning model`)
    }
    return {}
  }
}
