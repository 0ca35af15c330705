import * as Effect from "effect/Effect"
import type { Database } from "./Database.ts"
import { findSpace, tableOf } from "./Space.ts"

/** A table is gone over when so many rows, and half of what it has, were written or deleted. */
const least = 1000
const part = 0.5

/**
 * What the autovacuum of a server does, for an embedded Postgres, which has none: gives back the room of old rows and counts
 * what is there, so that indexes are used.
 */
export class Upkeep {
  readonly #database: Database
  readonly #changed = new Map<string, number>()

  constructor(database: Database) {
    this.#database = database
  }

  /** A failure of it costs time and room, and nothing else: no caller hears of it. */
  after(name: string, changed: number): Effect.Effect<void> {
    const sum = (this.#changed.get(name) ?? 0) + changed
    this.#changed.set(name, sum)
    if (!this.#database.embedded || sum < least) return Effect.void
    const { sql, read, tend } = this.#database
    return read(findSpace(sql, name)).pipe(
      Effect.flatMap((space) => {
        if (space !== undefined && sum < part * space.count) return Effect.void
        this.#changed.delete(name)
        return space === undefined ? Effect.void : tend(sql.unsafe(`VACUUM (ANALYZE) ${tableOf(space)}`))
      }),
      Effect.ignore,
    )
  }
}
