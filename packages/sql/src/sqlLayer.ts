import { LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer as reactivity } from "effect/reactivity/Reactivity"
import type * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { type Location, locate } from "./internal/location.ts"
import { makePostgresClient } from "./internal/postgresClient.ts"
import { problemOf } from "./internal/problemOf.ts"
import { makeSqliteClient } from "./internal/sqliteClient.ts"
import { plain } from "./storeName.ts"

export interface SqlOptions {
  /**
   * The store: a path, `sqlite://PATH` or `:memory:` for SQLite, `postgres://…` for Postgres. Relative paths begin where
   * the program runs. Default: `.switchyard/switchyard.sqlite`.
   */
  readonly url?: string | Redacted.Redacted
  /**
   * SQLite only. `normal` (default): what was written outlives the process, and a loss of power may take the last writes.
   * `full`: it may not, and each write waits for the disk.
   */
  readonly synchronous?: "normal" | "full"
  /** SQLite only: how long a write waits for another process's, in ms. Default: 5000. */
  readonly busyTimeoutMs?: number
  /** Postgres only: connections at once. Default: 10. */
  readonly maxConnections?: number
}

/**
 * An `SqlClient` on an embedded SQLite file or on Postgres. The driver is loaded when the layer is built. A store that
 * cannot be opened fails the layer with `InvalidRequest`, whose message names the file or server and no password.
 */
export const sqlLayer = (options: SqlOptions = {}): Layer.Layer<SqlClient, LlmError> => {
  const location = locate(plain(options.url ?? ".switchyard/switchyard.sqlite"))
  return Layer.effect(SqlClient, open(location, options)).pipe(Layer.provide(reactivity))
}

const open = (location: Location, { synchronous, busyTimeoutMs, maxConnections }: SqlOptions) => {
  const refuse = Effect.mapError((error: Parameters<typeof problemOf>[0]) =>
    refused(location, problemOf(error, location)),
  )
  switch (location.engine) {
    case "unknown":
      return Effect.fail(refused(location, location.problem))
    case "sqlite": {
      const settings = { synchronous: synchronous ?? "normal", busyTimeoutMs: busyTimeoutMs ?? 5000 } as const
      return refuse(makeSqliteClient(location.file, settings))
    }
    case "postgres":
      return refuse(makePostgresClient(location.url, maxConnections ?? 10))
  }
}

const refused = (location: Location, problem: string): LlmError =>
  LlmError.make(
    { _tag: "InvalidRequest", field: "store", message: `the store ${location.name} cannot be opened: ${problem}` },
    { operation: "compose" },
  )
