import * as Effect from "effect/Effect"
import type { Embedder, EmbedOptions } from "./Embedder.ts"

export interface CachedEmbedderOptions {
  /** Vectors kept; the ones not asked for longest go first. Each takes 4 bytes times the dimensions. Default: 10,000. */
  readonly capacity?: number
}

/**
 * An embedder that embeds a text once. Texts are known by the SHA-256 of their content, so long ones cost no memory; a text
 * that comes twice in one batch is sent once. Failures are not kept. Its stamp is that of the embedder underneath.
 */
export const cachedEmbedder = (embedder: Embedder, { capacity = 10_000 }: CachedEmbedderOptions = {}): Embedder => {
  const kept = new Map<string, Float32Array>()
  const recall = (key: string): Float32Array | undefined => {
    const vector = kept.get(key)
    if (vector !== undefined) keep(key, vector)
    return vector
  }
  /** A `Map` goes in the order of insertion: inserted again, a vector is the youngest. */
  const keep = (key: string, vector: Float32Array): void => {
    kept.delete(key)
    kept.set(key, vector)
    if (kept.size <= capacity) return
    const [oldest] = kept.keys()
    if (oldest !== undefined) kept.delete(oldest)
  }
  const embed = Effect.fnUntraced(function* (texts: ReadonlyArray<string>, options: EmbedOptions = {}) {
    const keys = yield* Effect.forEach(texts, (text) => contentHash(text, options.purpose))
    const found = new Map<string, Float32Array>()
    const missing = new Map<string, string>()
    for (const [index, key] of keys.entries()) {
      if (found.has(key) || missing.has(key)) continue
      const vector = recall(key)
      if (vector === undefined) missing.set(key, texts[index] ?? "")
      else found.set(key, vector)
    }
    if (missing.size > 0) {
      const made = yield* embedder.embed([...missing.values()], options)
      for (const [index, key] of [...missing.keys()].entries()) {
        const vector = made[index]
        if (vector === undefined) continue
        found.set(key, vector)
        keep(key, vector)
      }
    }
    return keys.flatMap((key) => found.get(key) ?? [])
  })
  return { ...embedder, embed }
}

const encoder = new TextEncoder()

const contentHash = (text: string, purpose = ""): Effect.Effect<string> =>
  Effect.promise(async () => {
    const digest = await globalThis.crypto.subtle.digest("SHA-256", encoder.encode(`${purpose}\n${text}`))
    return String.fromCharCode(...new Uint16Array(digest))
  })
