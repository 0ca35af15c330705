import { migrate, sqlLayer, storeFailure } from "@switchyard/sql"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { PersistSettings } from "../Options.ts"
import { CacheFile } from "./CacheFile.ts"
import { migrations, prefix } from "./tables.ts"
import type { Tally } from "./Tally.ts"

export const plugin = "@switchyard/cache-memory"

/** The file, opened until the scope ends, and the latest time that it knows of. Fails where it is no cache's. */
export const openFile = Effect.fnUntraced(function* (settings: PersistSettings, usdPerSecond: number, tally: Tally) {
  const { file: url, synchronous } = settings
  const sql = Context.get(yield* Layer.build(sqlLayer({ url, synchronous })), SqlClient)
  const failure = storeFailure(plugin, url)
  const file = new CacheFile(sql, { ...settings, usdPerSecond }, tally)
  const wall = yield* Clock.currentTimeMillis
  const opened = Effect.andThen(Effect.provideService(migrate(prefix, migrations), SqlClient, sql), file.open(wall))
  return { file, failure, latest: yield* Effect.mapError(opened, failure) }
})
