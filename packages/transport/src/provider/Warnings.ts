import type { Warning } from "@switchyard/core"

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
}
