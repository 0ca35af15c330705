import type { LlmError } from "@switchyard/core"
import {
  embedAll,
  type Embedder,
  type InNamespace,
  stampOf,
  type VectorRecord,
  type VectorStore,
} from "@switchyard/rag"
import * as Effect from "effect/Effect"
import type { Examined } from "./examine.ts"
import type { Tally } from "./Tally.ts"

export type Write = Extract<Examined, { readonly _tag: "Write" }>

export interface Writing {
  readonly within: InNamespace
  readonly store: VectorStore
  readonly embedder: Embedder
  /** Batches that are embedded at a time. */
  readonly concurrency: number
  readonly tally: Tally
  /** Told of each document when it is written. */
  readonly written: (write: Write) => Effect.Effect<void>
}

/** Of an embedder that takes any number of texts. */
const defaultBatch = 256

/** Records that wait at most, with the vectors that they have already. */
const maxWaiting = 4096

/**
 * Documents that wait for vectors. Their texts are embedded together, so that small documents fill a batch, and each
 * document is written in one step. What waits is at most a few batches, or one document that is larger.
 */
export class WriteQueue {
  readonly #writing: Writing
  readonly #enough: number
  #waiting: Array<Write> = []
  #texts = 0
  #records = 0

  constructor(writing: Writing) {
    this.#writing = writing
    this.#enough = (writing.embedder.maxBatch ?? defaultBatch) * writing.concurrency
  }

  /** Writes the document now if nothing of it waits for a vector, and with others otherwise. */
  add(write: Write): Effect.Effect<void, LlmError> {
    const texts = write.records.filter(({ vector }) => vector === undefined).length
    if (texts === 0) return this.#write([write], new Map())
    this.#waiting.push(write)
    this.#texts += texts
    this.#records += write.records.length
    return this.#texts >= this.#enough || this.#records >= maxWaiting ? this.flush : Effect.void
  }

  /** Embeds and writes all that waits. */
  get flush(): Effect.Effect<void, LlmError> {
    return Effect.suspend(() => {
      const [writes, { embedder, concurrency, tally }] = [this.#waiting, this.#writing]
      this.#waiting = []
      this.#texts = 0
      this.#records = 0
      const texts = [...new Set(writes.flatMap(({ records }) => records.flatMap(missing)))]
      const embedded = embedAll(embedder, texts, { purpose: "document", concurrency })
      return Effect.flatMap(embedded, (vectors) => {
        tally.embedded(texts.length)
        return this.#write(writes, new Map(texts.map((text, at) => [text, vectors[at]])))
      })
    })
  }

  #write(writes: ReadonlyArray<Write>, vectors: ReadonlyMap<string, Float32Array | undefined>) {
    const { store, within, embedder, written } = this.#writing
    const one = (write: Write) => {
      const { documentId } = write
      const records = write.records.flatMap(({ record, vector, embed }): ReadonlyArray<VectorRecord> => {
        const made = vector ?? vectors.get(embed)
        return made === undefined ? [] : [{ ...record, vector: made }]
      })
      const upsert = store.upsert({ ...within, stamp: stampOf(embedder), records, replaces: { documentId } })
      return Effect.flatMap(upsert, () => written(write))
    }
    return Effect.forEach(writes, one, { discard: true })
  }
}

const missing = ({ vector, embed }: Write["records"][number]): ReadonlyArray<string> =>
  vector === undefined ? [embed] : []
