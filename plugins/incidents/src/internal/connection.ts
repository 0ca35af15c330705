import { type LazyStore, lazyStore, type StoreUrl } from "@switchyard/sql"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { IncidentStore } from "./IncidentStore.ts"
import { migrations, prefix } from "./tables.ts"

/** Where incidents are kept when nothing else is said. */
export const defaultStore = ".switchyard/switchyard.sqlite"
export const plugin = "@switchyard/incidents"

export type { StoreUrl }
export type Connection = LazyStore<IncidentStore>

export const connection = (url: StoreUrl, readOnly = false): Effect.Effect<Connection, never, Scope.Scope> =>
  lazyStore({ plugin, part: "incidents()", prefix, migrations, make: (sql) => new IncidentStore(sql) }, url, readOnly)
