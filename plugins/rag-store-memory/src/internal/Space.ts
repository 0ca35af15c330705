import { type EmbedderStamp, type Metadata, TextIndex, type TextMatch, type VectorRecord } from "@switchyard/rag"
import type { Hnsw } from "./Hnsw.ts"
import type { Entry } from "./Slots.ts"

/** UTF-16 units of text that are read in one go: about 2 ms. */
const readAtOnce = 20_000

/** What is known of a namespace beside its vectors: how its records are found without looking at each. */
export class Space {
  readonly stamp: EmbedderStamp
  readonly entries = new Map<string, Entry>()
  /** Only where there are many records. */
  hnsw: Hnsw | undefined
  /** The shares of records that filters let through, as samples told, by the filter's JSON. */
  readonly shares = new Map<string, number>()
  readonly #words = new TextIndex()
  /** Texts that the index of words does not hold yet. */
  readonly #unread = new Map<string, string>()

  constructor(stamp: EmbedderStamp) {
    this.stamp = stamp
  }

  put({ id, metadata = {}, text }: VectorRecord): void {
    const entry = { id, metadata }
    this.entries.set(id, entry)
    this.hnsw?.renew(entry)
    this.#words.remove(id)
    if (text === undefined || text === "") this.#unread.delete(id)
    else this.#unread.set(id, text)
  }

  remove(id: string): void {
    this.entries.delete(id)
    this.hnsw?.remove(id)
    this.#words.remove(id)
    this.#unread.delete(id)
  }

  /** Are there texts left to read? */
  get unread(): boolean {
    return this.#unread.size > 0
  }

  readSome(): void {
    let read = 0
    for (const [id, text] of this.#unread) {
      this.#unread.delete(id)
      this.#words.put(id, text)
      read += text.length
      if (read >= readAtOnce) return
    }
  }

  /** Of the texts that were read. */
  search(text: string, k: number, accepts: ((metadata: Metadata) => boolean) | undefined): ReadonlyArray<TextMatch> {
    return this.#words.search({
      text,
      k,
      ...(accepts === undefined ? {} : { accepts: (id) => accepts(this.entries.get(id)?.metadata ?? {}) }),
    })
  }
}
