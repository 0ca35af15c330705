import { existsSync } from "node:fs"
import { isAbsolute } from "node:path"
import { LlmError } from "@switchyard/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { migrate, type Migration } from "./migrate.ts"
import { sqlLayer } from "./sqlLayer.ts"
import { storeFailure } from "./storeFailure.ts"
import { storeName } from "./storeName.ts"

export type StoreUrl = string | Redacted.Redacted

/** The tables of a plugin, and what reads and writes them. */
export interface StoreKind<Store> {
  /** The plugin's package, named in failures. */
  readonly plugin: string
  /** What of a stack has the URL, named where a store that is only read is not there: `usage()`. */
  readonly part: string
  readonly prefix: string
  readonly migrations: ReadonlyArray<Migration>
  readonly make: (sql: SqlClient) => Store
}

/** A store that is opened when it is first used, and tried again by the next use when that failed. */
export interface LazyStore<Store> {
  readonly use: <A>(run: (store: Store) => Effect.Effect<A, SqlError>) => Effect.Effect<A, LlmError>
}

/**
 * Opens `url` at its first use, with the tables brought up to date. It is closed with the scope. Where there is no store it is
 * made, unless it is only read: then that use fails with `InvalidRequest`. What fails later is a `PluginFailure`.
 */
export const lazyStore = <Store>(
  kind: StoreKind<Store>,
  url: StoreUrl,
  readOnly = false,
): Effect.Effect<LazyStore<Store>, never, Scope.Scope> =>
  // A scope of its own from the start: what is closed before it may still write.
  Effect.map(Effect.flatMap(Effect.scope, Scope.fork), (scope) => {
    const { plugin, prefix, migrations, make } = kind
    const failure = storeFailure(plugin, url)
    const lock = Semaphore.makeUnsafe(1)
    let opened: Store | undefined
    const open = Effect.gen(function* () {
      if (opened !== undefined) return opened
      const lacking = readOnly ? missing(kind, url) : undefined
      if (lacking !== undefined) return yield* lacking
      const own = yield* Scope.fork(scope)
      const built = Effect.gen(function* () {
        const sql = Context.get(yield* Layer.buildWithScope(sqlLayer({ url }), own), SqlClient)
        yield* Effect.mapError(Effect.provideService(migrate(prefix, migrations), SqlClient, sql), failure)
        return make(sql)
      })
      opened = yield* Effect.onExit(built, (exit) => (Exit.isSuccess(exit) ? Effect.void : Scope.close(own, exit)))
      return opened
    })
    const store = Effect.suspend(() => (opened === undefined ? lock.withPermit(open) : Effect.succeed(opened)))
    return { use: (run) => Effect.flatMap(store, (ready) => Effect.mapError(run(ready), failure)) }
  })

/** A store that is only read is not made where a name is misspelt. */
const missing = <Store>({ part }: StoreKind<Store>, url: StoreUrl): LlmError | undefined => {
  const name = storeName(url)
  if (!isAbsolute(name) || existsSync(name)) return undefined
  const message = `the store ${name} is not there: give the path or URL that the stack's ${part} has`
  return LlmError.make({ _tag: "InvalidRequest", field: "store", message }, { operation: "config" })
}
