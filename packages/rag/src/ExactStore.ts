import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { type Filter, filterPredicate, type MetadataPredicate, parseFilter } from "./Filter.ts"
import { type Arena, maxDimensions } from "./internal/Arena.ts"
import { makePlainArena } from "./internal/PlainArena.ts"
import { Rows } from "./internal/Rows.ts"
import { makeFastestArena } from "./internal/SimdArena.ts"
import { stampOf } from "./EmbedderStamp.ts"
import { checkDelete, checkQuery, checkUpsert } from "./storeChecks.ts"
import { defaultNamespace, type InNamespace, VectorStore } from "./VectorStore.ts"

export interface ExactStoreOptions {
  /** `"fastest"` (default): WebAssembly SIMD where it is there, else the plain loop. `"plain"`: always the loop. */
  readonly arithmetic?: "fastest" | "plain"
}

/** A vector, and whose cosines with it are asked for. */
export interface ScoresOf extends InNamespace {
  readonly vector: Float32Array
  readonly ids: ReadonlyArray<string>
}

/** An exact store also says which arithmetic it got, and how many bytes of memory it holds for vectors, used or free. */
export interface ExactStore extends VectorStore {
  /** For stores that find candidates by other means: the cosine with each id, `undefined` for one that is not there. */
  readonly scores: (of: ScoresOf) => Effect.Effect<ReadonlyArray<number | undefined>>
  readonly arithmetic: "wasm-simd" | "plain"
  readonly bytes: Effect.Effect<number>
}

/**
 * A store in memory that compares a query with every vector of the namespace, so it never misses one. Vectors are kept
 * packed, as 32-bit floats scaled to length 1. A query holds the thread while it scans: about 10 ms for 100,000 vectors of
 * 384 dimensions. Up to 16,384 dimensions and, with SIMD, 4 GiB of vectors in all.
 */
export const makeExactStore = ({ arithmetic = "fastest" }: ExactStoreOptions = {}): Effect.Effect<ExactStore> =>
  Effect.sync(() => storeOn(arithmetic === "plain" ? makePlainArena() : makeFastestArena()))

/** An exact store of its own for each stack. */
export const layerExactStore = (options: ExactStoreOptions = {}): Layer.Layer<VectorStore> =>
  Layer.effect(VectorStore, makeExactStore(options))

const storeOn = (arena: Arena): ExactStore => {
  const spaces = new Map<string, Rows>()
  const rowsOf = ({ namespace = defaultNamespace }: InNamespace): Rows | undefined => spaces.get(namespace)
  /** An empty namespace is none, so its stamp is free again. */
  const forgetIfEmpty = ({ namespace = defaultNamespace }: InNamespace): void => {
    if (spaces.get(namespace)?.count === 0) spaces.delete(namespace)
  }

  return {
    id: "exact",
    arithmetic: arena.kind,
    bytes: Effect.sync(arena.bytes),
    upsert: (upsert) =>
      attempt(() => {
        const { namespace = defaultNamespace, stamp, records, replaces } = upsert
        const rows = spaces.get(namespace) ?? new Rows(arena, stampOf(stamp))
        const refused = checkUpsert(upsert, { kept: rows.stamp, maxDimensions })
        if (refused !== undefined) return refused
        const accepts = replaces === undefined ? undefined : predicateOf(replaces)
        if (accepts instanceof LlmError) return accepts
        if (!rows.reserve(records)) return full(records.length)
        const replaced = accepts === undefined ? [] : rows.matching(accepts)
        for (const record of records) rows.put(record)
        if (replaced.length > 0) {
          const fresh = new Set(records.map(({ id }) => id))
          for (const id of replaced) if (!fresh.has(id)) rows.remove(id)
        }
        if (rows.count > 0) spaces.set(namespace, rows)
        forgetIfEmpty(upsert)
        return undefined
      }),
    delete: (what) =>
      attempt(() => {
        const refused = checkDelete(what)
        if (refused !== undefined) return refused
        const rows = rowsOf(what)
        const accepts = "filter" in what ? predicateOf(what.filter) : undefined
        if (accepts instanceof LlmError) return accepts
        if (rows === undefined) return 0
        const before = rows.count
        if ("all" in what) rows.clear()
        else
          for (const id of accepts === undefined ? ("ids" in what ? what.ids : []) : rows.matching(accepts))
            rows.remove(id)
        forgetIfEmpty(what)
        return before - rows.count
      }),
    query: (query) =>
      attempt(() => {
        const { namespace = defaultNamespace, vector, k, filter, minScore = -Infinity } = query
        const accepts = filter === undefined ? undefined : predicateOf(filter)
        if (accepts instanceof LlmError) return accepts
        const rows = spaces.get(namespace)
        const refused = checkQuery(query, rows?.stamp)
        if (refused !== undefined) return refused
        return rows === undefined ? [] : rows.search({ vector, k, accepts, minScore })
      }),
    scores: ({ vector, ids, ...within }) =>
      Effect.sync(() => rowsOf(within)?.scores(vector, ids) ?? ids.map(() => undefined)),
    get: (ids, within = {}) =>
      Effect.sync(() => {
        const rows = rowsOf(within)
        return rows === undefined ? [] : ids.flatMap((id) => rows.get(id) ?? [])
      }),
    count: (within = {}) =>
      attempt(() => {
        const accepts = within.filter === undefined ? undefined : predicateOf(within.filter)
        if (accepts instanceof LlmError) return accepts
        const rows = rowsOf(within)
        return (accepts === undefined ? rows?.count : rows?.matching(accepts).length) ?? 0
      }),
    namespaces: Effect.sync(() => [...spaces].map(([name, { stamp, count }]) => ({ name, stamp, count }))),
    list: (within = {}) =>
      Stream.unwrap(
        attempt(() => {
          const accepts = within.filter === undefined ? undefined : predicateOf(within.filter)
          return accepts instanceof LlmError ? accepts : Stream.fromIterable(rowsOf(within)?.listing(accepts) ?? [])
        }),
      ),
    // By the ids that are there when it begins: rows move when others are deleted.
    records: (within = {}) =>
      Stream.suspend(() =>
        Stream.flatMap(Stream.fromIterable(rowsOf(within)?.ids ?? []), (id) => {
          const record = rowsOf(within)?.get(id)
          return record === undefined ? Stream.empty : Stream.succeed(record)
        }),
      ),
  }
}

/** Nothing here waits, so each operation is one step that no other comes between. */
const attempt = <A>(run: () => A | LlmError): Effect.Effect<A, LlmError> =>
  Effect.suspend(() => {
    const result = run()
    return result instanceof LlmError ? Effect.fail(result) : Effect.succeed(result)
  })

const predicateOf = (filter: Filter): MetadataPredicate | LlmError => {
  const node = parseFilter(filter)
  return node instanceof LlmError ? node : filterPredicate(node)
}

const full = (records: number): LlmError =>
  LlmError.make({
    _tag: "BudgetExceeded",
    limit: "memory",
    message: `there is no memory for ${records} more vectors: delete some, or use a store on disk`,
  })
