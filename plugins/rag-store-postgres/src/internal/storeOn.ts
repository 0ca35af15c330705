import type { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { PostgresStore } from "../PostgresStore.ts"
import type { Database } from "./Database.ts"
import { query } from "./querying.ts"
import { readings } from "./reading.ts"
import { search } from "./searching.ts"
import { nameOf, Spaces } from "./Space.ts"
import { Upkeep } from "./Upkeep.ts"
import { remove, upsert } from "./writing.ts"

/** The store of an open database. */
export const storeOn = (database: Database): PostgresStore => {
  const spaces = new Spaces(database.sql)
  const upkeep = new Upkeep(database)
  const changing = (name: string, write: Effect.Effect<number, LlmError>): Effect.Effect<number, LlmError> =>
    Effect.tap(write, (rows) => {
      spaces.forget(name)
      return upkeep.after(name, rows)
    })
  return {
    id: "postgres",
    location: database.name,
    engine: database.engine,
    upsert: (given) => Effect.asVoid(changing(nameOf(given), upsert(database, given))),
    delete: (what) => changing(nameOf(what), remove(database, what)),
    query: (given) => query(database, spaces, given),
    search: (given) => search(database, spaces, given),
    ...readings(database, spaces),
  }
}
