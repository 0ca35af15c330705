import { LlmError } from "@switchyard/core"
import { checkK, makeExactStore, type TextQuery, type VectorMatch, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { makeBackground } from "./internal/background.ts"
import { capture } from "./internal/capture.ts"
import { decode, encode, Unreadable } from "./internal/format.ts"
import { Memory, predicateOf } from "./internal/Memory.ts"
import { restore } from "./internal/restore.ts"
import { openStoreFile, type StoreFile } from "./internal/StoreFile.ts"
import { checkedOptions, limitOf, type MemoryStoreOptions } from "./MemoryStoreOptions.ts"

/** A store in memory also searches texts, gives snapshots, and is saved when it is asked to. */
export interface MemoryStore extends VectorStore {
  readonly search: NonNullable<VectorStore["search"]>
  /** All records as bytes, for the option `from`. Approximate indexes are not in it. */
  readonly snapshot: NonNullable<VectorStore["snapshot"]>
  /** Writes the file, if anything has changed since. Without the option `file` it does nothing. */
  readonly save: Effect.Effect<void, LlmError>
  /** Ends when all texts are read and all vectors are in their indexes. Queries need not wait for it. */
  readonly settled: Effect.Effect<void>
}

/**
 * A store in memory. A query compares every vector, exactly, until a namespace is large: then an HNSW index gives candidates,
 * which are scored by their vectors. `search` ranks by BM25. Both indexes are made behind the upserts, in slices of a few ms;
 * until then queries compare what is not in yet, and the first `search` waits for the texts.
 *
 * With `file` it is read when it opens, and written whole or not at all: by `save`, every `saveEveryMs` when changed, and when
 * the scope closes. One process at a time may have it. A file that is damaged, another program's or of another format, or
 * that a process holds, is `InvalidRequest` with `field: "file"`, and stays as it is.
 */
export const makeMemoryStore = Effect.fnUntraced(function* (
  given: MemoryStoreOptions = {},
): Effect.fn.Return<MemoryStore, LlmError, Scope.Scope> {
  const options = yield* checkedOptions(given)
  const exact = yield* makeExactStore()
  const memory = new Memory(exact, limitOf(options.approximate))
  const file = yield* filled(memory, options)
  const { wake, settled } = yield* makeBackground(memory)
  yield* wake
  /** Nothing in an operation waits, so it is one step that no other comes between. */
  const step = <A>(run: () => A | LlmError): Effect.Effect<A, LlmError> =>
    Effect.suspend(() => {
      const result = run()
      const done = result instanceof LlmError ? Effect.fail(result) : Effect.succeed(result)
      return memory.untold ? Effect.andThen(wake, done) : done
    })
  return {
    ...exact,
    id: "memory",
    upsert: (upsert) =>
      Effect.tap(
        step(() => memory.upsert(upsert)),
        wake,
      ),
    delete: (what) => step(() => memory.delete(what)),
    query: (query) => step(() => memory.query(query)),
    search: (query) => search(memory, query),
    snapshot: Effect.map(capture(memory), ({ namespaces }) =>
      Buffer.concat([...encode({ generation: 0, namespaces })]),
    ),
    save: file?.save ?? Effect.void,
    settled,
  }
})

/** The store with what it begins with. */
const filled = Effect.fnUntraced(function* (memory: Memory, { file, from, saveEveryMs = 60_000 }: MemoryStoreOptions) {
  if (from !== undefined) {
    const contents = decode(from)
    const problem = contents instanceof Unreadable ? contents.problem : (yield* restore(memory, contents))?.message
    if (problem !== undefined) return yield* wrongBytes(problem)
  }
  if (file === undefined) return undefined
  const opened = yield* openStoreFile(file, memory)
  const saved = Effect.catch(opened.save, (error) => Effect.logError(error.message))
  yield* Effect.addFinalizer(() => saved)
  if (saveEveryMs > 0) yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(saveEveryMs), saved)))
  return opened satisfies StoreFile
})

/** Reads the texts that are left, a few at a time, then searches. */
const search = Effect.fnUntraced(function* (
  memory: Memory,
  query: TextQuery,
): Effect.fn.Return<ReadonlyArray<VectorMatch>, LlmError> {
  const { text, k, filter, namespace = "default" } = query
  const refused = checkK(k) ?? predicateOf(filter)
  if (refused instanceof LlmError) return yield* refused
  for (let space = memory.spaces.get(namespace); space?.unread === true; space = memory.spaces.get(namespace)) {
    space.readSome()
    yield* Effect.yieldNow
  }
  return memory.search(text, k, filter, query)
})

const wrongBytes = (problem: string): LlmError =>
  LlmError.make(
    { _tag: "InvalidRequest", field: "from", message: `the bytes to begin with cannot be read: ${problem}` },
    { operation: "compose" },
  )
