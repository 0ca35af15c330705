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

  /** A part of a setting that is honoured only in part. */
  degraded(setting: string, what: string): void {
    const message = `${this.#provider}: ${what}`
    if (!this.all.some((warning) => warning.message === message)) this.all.push({ type: "degraded", setting, message })
  }

  lost(what: string): void {
    this.all.push({ type: "unsupported", message: `${this.#provider}: ${what} were not given to the model` })
  }
}
