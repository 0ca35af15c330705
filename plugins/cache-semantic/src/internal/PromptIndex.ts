import type { LlmError } from "@switchyard/core"
import { type Embedder, embedOne, stampOf, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { cosine } from "./cosine.ts"
import { readingOf } from "./readingOf.ts"
import type { Reading } from "./Reading.ts"
import type { Subject } from "./subject.ts"

export interface PromptIndexSettings {
  readonly store: VectorStore
  readonly embedder: Embedder
  readonly threshold: number
  readonly candidates: number
  readonly maxPrompts: number
  readonly patienceMs: number
}

/** A prompt that has an answer, and how similar it is to what is asked. */
export interface Candidate {
  readonly id: string
  readonly score: number
  readonly prompt: string
  readonly reading: Reading
}

interface Known extends Subject {
  readonly key: string
  readonly reading: Reading
}

/**
 * The prompts that have an answer. What the inner cache has dropped since is forgotten when it is met. Those that the guard
 * can accept have the same signature, so they are found without a look at all the others.
 */
export class PromptIndex {
  private readonly known = new Map<string, Known>()
  private readonly bySignature = new Map<string, Set<string>>()
  private readonly settings: PromptIndexSettings

  constructor(settings: PromptIndexSettings) {
    this.settings = settings
  }

  /** Vectors of another embedder, or of another version of it, are in another place of the store. */
  private space(namespace: string): string {
    const { id, version } = this.settings.embedder
    return `${namespace}/${id}@${version}`
  }

  private inTime<A>(effect: Effect.Effect<A, LlmError>): Effect.Effect<A | undefined, LlmError> {
    const orElse = () => Effect.undefined
    return Effect.timeoutOrElse(effect, { duration: this.settings.patienceMs, orElse })
  }

  vector(prompt: string): Effect.Effect<Float32Array | undefined, LlmError> {
    return this.inTime(embedOne(this.settings.embedder, prompt, { purpose: "query" }))
  }

  add(key: string, subject: Subject): Effect.Effect<void, LlmError> {
    const { store, embedder, maxPrompts } = this.settings
    const { namespace, prompt } = subject
    return Effect.gen({ self: this }, function* () {
      const vector = yield* this.vector(prompt)
      if (vector === undefined) return
      const records = [{ id: key, vector, payload: prompt }]
      yield* this.inTime(store.upsert({ namespace: this.space(namespace), stamp: stampOf(embedder), records }))
      this.remember({ ...subject, key, reading: readingOf(prompt) })
      for (const old of this.known.values()) {
        if (this.known.size <= maxPrompts) break
        yield* this.forget(old.namespace, old.key)
      }
    })
  }

  private remember(known: Known): void {
    this.drop(known.namespace, known.key)
    this.known.set(placeOf(known.namespace, known.key), known)
    const signature = placeOf(known.namespace, known.reading.signature)
    const keys = this.bySignature.get(signature) ?? new Set()
    this.bySignature.set(signature, keys.add(known.key))
  }

  private drop(namespace: string, key: string): void {
    const known = this.known.get(placeOf(namespace, key))
    if (known === undefined) return
    this.known.delete(placeOf(namespace, key))
    const signature = placeOf(namespace, known.reading.signature)
    const keys = this.bySignature.get(signature)
    keys?.delete(key)
    if (keys?.size === 0) this.bySignature.delete(signature)
  }

  forget(namespace: string, key: string): Effect.Effect<void, LlmError> {
    this.drop(namespace, key)
    return Effect.asVoid(this.inTime(this.settings.store.delete({ namespace: this.space(namespace), ids: [key] })))
  }

  /** Prompts of this process that are read like this one, the most similar first. */
  alike(
    { namespace }: Subject,
    asked: Reading,
    vector: Float32Array,
  ): Effect.Effect<ReadonlyArray<Candidate>, LlmError> {
    const { store, threshold, candidates } = this.settings
    const keys = [...(this.bySignature.get(placeOf(namespace, asked.signature)) ?? [])]
    if (keys.length === 0) return Effect.succeed([])
    const kept = this.inTime(store.get(keys.slice(-mostAlike), { namespace: this.space(namespace) }))
    return Effect.map(kept, (records = []) =>
      records
        .map(({ id, vector: other }) => ({ id, score: cosine(vector, other) }))
        .filter(({ score }) => score >= threshold)
        .sort((a, b) => b.score - a.score)
        .slice(0, candidates)
        .flatMap(({ id, score }) => {
          const known = this.known.get(placeOf(namespace, id))
          return known === undefined ? [] : [{ id, score, prompt: known.prompt, reading: known.reading }]
        }),
    )
  }

  /** Prompts near this one, the nearest first; also those that other processes have written. */
  near(
    { namespace }: Subject,
    _asked: Reading,
    vector: Float32Array,
  ): Effect.Effect<ReadonlyArray<Candidate>, LlmError> {
    const { store, embedder, candidates: k, threshold: minScore } = this.settings
    const found = this.inTime(
      store.query({ namespace: this.space(namespace), stamp: stampOf(embedder), vector, k, minScore }),
    )
    return Effect.map(found, (matches = []) =>
      matches.flatMap(({ id, score, payload }) => {
        if (typeof payload !== "string") return []
        const reading = this.known.get(placeOf(namespace, id))?.reading ?? readingOf(payload)
        return [{ id, score, prompt: payload, reading }]
      }),
    )
  }
}

/** Of prompts that are read alike, those written last. */
const mostAlike = 100

const placeOf = (namespace: string, key: string): string => `${namespace} ${key}`
