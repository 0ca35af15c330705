import type { LlmError } from "@switchyard/core"
import {
  defaultNamespace,
  filterPredicate,
  type InNamespace,
  type Metadata,
  parseFilter,
  TextIndex,
  type TextQuery,
  type VectorMatch,
  type VectorStore,
} from "@switchyard/rag"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"

/** Texts that are fetched at a time. */
const batch = 500

/** Namespaces whose index is kept. One that is asked for again after that is read again. */
const mostSpaces = 32

/** A namespace of so many records is compared with its index before each search: listing them takes less than a ms. */
const small = 1000

/**
 * Full-text search for a store that has none: BM25 over the texts of its records, in memory, one index for each namespace.
 * It is brought up to date before a search when the namespace is small or the number of its records has changed, and else
 * every `refreshMs`: what was deleted meanwhile is not found, what is new or changed at the same number not yet. A record
 * with a `documentHash` is read again when that has changed; the others every `refreshMs`.
 */
export const makeKeywordIndex = (store: VectorStore, refreshMs: number) => {
  const spaces = new Map<string, Space>()
  return Effect.fnUntraced(function* ({ text, k, filter, namespace }: TextQuery) {
    const within: InNamespace = namespace === undefined ? {} : { namespace }
    const node = filter === undefined ? undefined : parseFilter(filter)
    if (node !== undefined && "reason" in node) return yield* node
    const name = namespace ?? defaultNamespace
    const space = spaces.get(name) ?? new Space(store, within)
    // A `Map` goes in the order of insertion: set again, this one is the youngest.
    spaces.delete(name)
    spaces.set(name, space)
    const [oldest] = spaces.keys()
    if (spaces.size > mostSpaces && oldest !== undefined) spaces.delete(oldest)
    yield* space.refresh(refreshMs)
    const accepts = node === undefined ? undefined : filterPredicate(node)
    return yield* space.search({ text, k, ...(accepts === undefined ? {} : { accepts }) })
  })
}

/** A record as it is in the index. */
interface Kept {
  readonly metadata: Metadata
  /** What tells whether its text is still the same: the indexer's hash, or where there is none the text. */
  readonly mark: unknown
}

class Space {
  readonly #store: VectorStore
  readonly #within: InNamespace
  readonly #index = new TextIndex()
  readonly #kept = new Map<string, Kept>()
  readonly #turn = Semaphore.makeUnsafe(1)
  #freshUntil = -Infinity

  constructor(store: VectorStore, within: InNamespace) {
    this.#store = store
    this.#within = within
  }

  refresh(refreshMs: number): Effect.Effect<void, LlmError> {
    const check = Effect.gen({ self: this }, function* () {
      const now = yield* Clock.currentTimeMillis
      const count = yield* this.#store.count(this.#within)
      const due = now >= this.#freshUntil
      if (!due && count === this.#kept.size && count > small) return
      yield* this.#catchUp(due)
      if (due) this.#freshUntil = now + refreshMs
    })
    return this.#turn.withPermit(check)
  }

  search(query: {
    text: string
    k: number
    accepts?: (metadata: Metadata) => boolean
  }): Effect.Effect<ReadonlyArray<VectorMatch>, LlmError> {
    const { text, k, accepts } = query
    const found = this.#index.search({
      text,
      k,
      ...(accepts === undefined ? {} : { accepts: (id) => accepts(this.#kept.get(id)?.metadata ?? {}) }),
    })
    const scores = new Map(found.map(({ id, score }) => [id, score]))
    const records = this.#store.get([...scores.keys()], this.#within)
    return Effect.map(records, (kept) =>
      kept
        .filter(({ metadata = {} }) => accepts === undefined || accepts(metadata))
        .map(({ vector: _vector, metadata = {}, ...record }) => ({
          ...record,
          metadata,
          score: scores.get(record.id) ?? 0,
        })),
    )
  }

  /** Takes in what is new or has changed, and lets go of what is gone. */
  readonly #catchUp = Effect.fnUntraced({ self: this }, function* (this: Space, due: boolean) {
    const gone = new Set(this.#kept.keys())
    const changed: Array<string> = []
    yield* Stream.runForEachArray(this.#store.list(this.#within), (listed) =>
      Effect.sync(() => {
        for (const { id, metadata } of listed) {
          gone.delete(id)
          const known = this.#kept.get(id)
          const hash = metadata["documentHash"]
          const same = hash === undefined ? !due : known?.mark === hash
          if (known === undefined || !same) changed.push(id)
          else this.#kept.set(id, { metadata, mark: known.mark })
        }
      }),
    )
    for (const id of gone) this.#forget(id)
    for (let at = 0; at < changed.length; at += batch) {
      const records = yield* this.#store.get(changed.slice(at, at + batch), this.#within)
      for (const { id, text = "", metadata = {} } of records) this.#keep(id, text, metadata)
      yield* Effect.yieldNow
    }
  })

  #keep(id: string, text: string, metadata: Metadata): void {
    const mark = metadata["documentHash"] ?? text
    if (this.#kept.get(id)?.mark !== mark) this.#index.put(id, text)
    this.#kept.set(id, { metadata, mark })
  }

  #forget(id: string): void {
    this.#kept.delete(id)
    this.#index.remove(id)
  }
}
