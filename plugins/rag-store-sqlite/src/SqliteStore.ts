import { resolve } from "node:path"
import type { LlmError } from "@switchyard/core"
import {
  checkK,
  defaultNamespace,
  type InNamespace,
  makeExactStore,
  type TextQuery,
  type VectorStore,
} from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { Connection } from "./internal/Connection.ts"
import { Copies } from "./internal/Copies.ts"
import { invalid } from "./internal/failure.ts"
import { type Access, openAccess } from "./internal/Access.ts"
import { conditionFor } from "./internal/filterSql.ts"
import { memory } from "./internal/openFile.ts"
import { paged } from "./internal/paged.ts"
import { parsed } from "./internal/parsed.ts"
import { query } from "./internal/querying.ts"
import { countOf, listPage, matching, recordPage, recordsById, searchedKey } from "./internal/reading.ts"
import { allSpaces, findSpace, type Space } from "./internal/Space.ts"
import { remove, upsert } from "./internal/writing.ts"

export interface SqliteStoreOptions {
  /** A path, or `:memory:`. Relative paths begin where the program runs. Default: `.switchyard/rag.sqlite`. */
  readonly file?: string
  /** How long a write waits for another process's, in ms. Default: 5000. */
  readonly busyTimeoutMs?: number
  /**
   * How many bytes of vectors may be kept in memory, of namespaces that are asked often. 0: none, so that every query reads
   * the file. Default: 256 MiB, which is 174,000 vectors of 384 dimensions.
   */
  readonly copyBytes?: number
  /** How the file is searched. `"fastest"` (default): sqlite-vec where it can be loaded. `"plain"`: JavaScript. */
  readonly arithmetic?: "fastest" | "plain"
}

/** A SQLite store also says where it is, what computes its distances, and how many bytes its copies in memory hold. */
export interface SqliteStore extends VectorStore {
  readonly file: string
  readonly arithmetic: "sqlite-vec" | "plain"
  readonly bytes: Effect.Effect<number>
  readonly search: NonNullable<VectorStore["search"]>
}

const listed = 2_000
const streamed = 100
const gotten = 1_000

/**
 * A store in one SQLite file, for the processes of one machine. It compares a query with every vector that the filter lets
 * through, so it never misses one: from the file at first, and from a copy in memory once a namespace was asked more than
 * eight times. A query holds the thread while it compares. Up to 16,384 dimensions.
 *
 * The file is made where it lacks, for its owner only, and closed with the scope. One that cannot be opened, that is damaged
 * or another program's, or that a newer version wrote, is `InvalidRequest` with `field: "file"`, and stays as it is. What
 * fails later (a full disk, a lock that is never free) is `PluginFailure`, and what was there stays whole.
 */
export const makeSqliteStore = Effect.fnUntraced(function* (
  options: SqliteStoreOptions = {},
): Effect.fn.Return<SqliteStore, LlmError, Scope.Scope> {
  const { file, busyTimeoutMs, copyBytes, arithmetic } = yield* checked(options)
  const access = yield* openAccess({ file, busyTimeoutMs, arithmetic })
  const exact = yield* makeExactStore()
  const copies = new Copies(exact, copyBytes)
  const scope = yield* Scope.Scope
  return {
    id: "sqlite",
    file,
    arithmetic: access.arithmetic,
    bytes: exact.bytes,
    upsert: (given) => upsert(access, given),
    delete: (what) => remove(access, what),
    query: (given) => query(access, copies, scope, given),
    search: (given) => search(access, given),
    ...listings(access),
  }
})

const search = ({ read }: Access, given: TextQuery) =>
  Effect.flatMap(parsed(given.filter), (filter) =>
    read((db) => {
      const refused = checkK(given.k)
      if (refused !== undefined) throw refused
      return inSpace(db, given, [], (space) => matching(db, space, given, conditionFor(filter, space, searchedKey)))
    }),
  )

/** What names records and gives them back, without looking for the nearest. */
const listings = ({ read }: Access): Pick<VectorStore, "get" | "count" | "namespaces" | "records" | "list"> => ({
  get: (ids, within = {}) =>
    Effect.map(
      Effect.forEach(batches(ids, gotten), (some) =>
        read((db) => inSpace(db, within, [], (space) => recordsById(db, space, some))),
      ),
      (found) => found.flat(),
    ),
  count: (within = {}) =>
    Effect.flatMap(parsed(within.filter), (filter) =>
      read((db) =>
        inSpace(db, within, 0, (space) =>
          filter === undefined ? space.count : countOf(db, space, conditionFor(filter, space)),
        ),
      ),
    ),
  namespaces: read((db) => allSpaces(db).map(({ name, stamp, count }) => ({ name, stamp, count }))),
  list: (within = {}) =>
    paged(listed, (page) =>
      Effect.flatMap(parsed(within.filter), (filter) =>
        read((db) => inSpace(db, within, [], (space) => listPage(db, space, page, conditionFor(filter, space)))),
      ),
    ),
  records: (within = {}) =>
    paged(streamed, (page) => read((db) => inSpace(db, within, [], (space) => recordPage(db, space, page)))),
})

const inSpace = <A>(
  db: Connection,
  { namespace = defaultNamespace }: InNamespace,
  none: A,
  use: (space: Space) => A,
): A => {
  const space = findSpace(db, namespace)
  return space === undefined ? none : use(space)
}

const batches = <A>(items: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))

const checked = ({
  file = ".switchyard/rag.sqlite",
  busyTimeoutMs = 5000,
  copyBytes = 256 * 2 ** 20,
  arithmetic = "fastest",
}: SqliteStoreOptions) =>
  Effect.suspend(() => {
    if (file === "") return Effect.fail(invalid("file", "give the path of a file, or :memory:"))
    for (const [name, value] of Object.entries({ busyTimeoutMs, copyBytes })) {
      if (!(value >= 0)) return Effect.fail(invalid(name, `${name} is a number from 0, and was given as ${value}`))
    }
    return Effect.succeed({ file: file === memory ? memory : resolve(file), busyTimeoutMs, copyBytes, arithmetic })
  })
