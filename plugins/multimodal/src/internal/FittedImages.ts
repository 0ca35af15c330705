import { createHash } from "node:crypto"
import type { Fitted } from "./fit.ts"

/** What is remembered of a fitted image. Without `base64` the given content was sent as it was. */
export interface Remembered extends Omit<Fitted, "bytes"> {
  readonly bytes: number
  readonly base64?: string
}

/** An entry's own weight besides its content. */
const overhead = 500

/**
 * Fitted images by content and target, the least recently used forgotten first, within a bound of bytes: so a retry, a
 * failover to a model with the same limits and the next turn of a conversation do not do the work again.
 */
export class FittedImages {
  readonly #entries = new Map<string, Remembered>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  static key(content: string | Uint8Array, target: string): string {
    return `${createHash("sha256").update(content).digest("base64")} ${target}`
  }

  get(key: string): Remembered | undefined {
    const found = this.#entries.get(key)
    if (found === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, found)
    return found
  }

  set(key: string, value: Remembered): void {
    this.#forget(key)
    this.#entries.set(key, value)
    this.#bytes += weight(value)
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return
      this.#forget(oldest)
    }
  }

  #forget(key: string): void {
    const found = this.#entries.get(key)
    if (found === undefined) return
    this.#entries.delete(key)
    this.#bytes -= weight(found)
  }
}

const weight = ({ base64 }: Remembered): number => overhead + (base64?.length ?? 0)
