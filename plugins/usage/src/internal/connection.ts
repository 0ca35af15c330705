import { type LazyStore, lazyStore, type StoreUrl } from "@switchyard/sql"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { LedgerStore } from "./LedgerStore.ts"
import { migrations, prefix } from "./tables.ts"

/** Where usage is kept when nothing else is said. */
export const defaultStore = ".switchyard/usage.sqlite"
export const plugin = "@switchyard/usage"

export type { StoreUrl }
export type Connection = LazyStore<LedgerStore>

export const connection = (url: StoreUrl, readOnly = false): Effect.Effect<Connection, never, Scope.Scope> =>
  lazyStore({ plugin, part: "usage()", prefix, migrations, make: (sql) => new LedgerStore(sql) }, url, readOnly)
