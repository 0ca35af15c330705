import { type EmbedderStamp, type InNamespace, defaultNamespace } from "@switchyard/rag"
import type { LlmError } from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { decoded, encoded } from "./encoded.ts"
import { isGone } from "./failure.ts"

/** A namespace as it is kept. Its number is never used again, and all but the last two stay as they are. */
export interface Space {
  readonly number: string
  readonly name: string
  readonly stamp: EmbedderStamp
  readonly vectors: "pgvector" | "scan"
  readonly language: string
  readonly count: number
  /** What its index is built on, if it has one. */
  readonly indexed: IndexType | null
}

export type IndexType = "halfvec" | "vector"

export interface SpaceRow {
  readonly number: string
  readonly name: string
  readonly embedder: string
  readonly version: string
  readonly dimensions: number
  readonly vectors: Space["vectors"]
  readonly language: string
  readonly count: number
  readonly indexed: IndexType | null
}

/** `count` is exact to 2^53. */
export const columns = `number::text AS number, name, embedder, version, dimensions, vectors, language,
  count::float8 AS count, indexed`

export const spaceOf = ({ name, embedder, version, dimensions, ...rest }: SpaceRow): Space => ({
  ...rest,
  name: decoded(name),
  stamp: { id: decoded(embedder), version: decoded(version), dimensions },
})

/** The table of a namespace's records. */
export const tableOf = ({ number }: Space): string => `switchyard_rag_${number}`

export const nameOf = ({ namespace = defaultNamespace }: InNamespace): string => namespace

export const findSpace = (sql: SqlClient, name: string): Effect.Effect<Space | undefined, SqlError> =>
  Effect.map(
    sql<SpaceRow>`SELECT ${sql.literal(columns)} FROM switchyard_rag_namespaces WHERE name = ${encoded(name)}`,
    ([row]) => (row === undefined ? undefined : spaceOf(row)),
  )

export const allSpaces = (sql: SqlClient): Effect.Effect<ReadonlyArray<Space>, SqlError> =>
  Effect.map(sql<SpaceRow>`SELECT ${sql.literal(columns)} FROM switchyard_rag_namespaces ORDER BY name`, (rows) =>
    rows.map(spaceOf),
  )

/** How long another process's new index is not seen, in ms. */
const known = 5000
const most = 1000
const attempts = 3

/**
 * The namespaces that were asked for, so that reading takes one round trip. They need no care: a namespace that was emptied
 * has no table any more, and the error says so.
 */
export class Spaces {
  readonly #sql: SqlClient
  readonly #known = new Map<string, { readonly space: Space; readonly at: number }>()

  constructor(sql: SqlClient) {
    this.#sql = sql
  }

  forget(name: string): void {
    this.#known.delete(name)
  }

  /** Uses the namespace, if it is there; `none` if it is not. */
  within<A>(
    name: string,
    none: A,
    use: (space: Space) => Effect.Effect<A, SqlError | LlmError>,
  ): Effect.Effect<A, SqlError | LlmError> {
    const attempt = Effect.flatMap(this.#find(name), (space) =>
      space === undefined ? Effect.succeed(none) : use(space),
    )
    return Effect.retry(attempt, {
      while: (error) => {
        if (!isGone(error)) return false
        this.forget(name)
        return true
      },
      times: attempts,
    })
  }

  readonly #find = Effect.fnUntraced({ self: this }, function* (name: string) {
    const now = yield* Clock.currentTimeMillis
    const recalled = this.#known.get(name)
    if (recalled !== undefined && now - recalled.at < known) return recalled.space
    const space = yield* findSpace(this.#sql, name)
    if (space === undefined) {
      this.forget(name)
      return undefined
    }
    if (this.#known.size >= most) this.#known.clear()
    this.#known.set(name, { space, at: now })
    return space
  })
}
