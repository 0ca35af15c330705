import { existsSync } from "node:fs"
import { isAbsolute } from "node:path"
import { LlmError } from "@switchyard/core"
import { migrate, sqlLayer, storeFailure, storeName } from "@switchyard/sql"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { LedgerStore } from "./LedgerStore.ts"
import { migrations, prefix } from "./tables.ts"

/** Where usage is kept when nothing else is said. */
export const defaultStore = ".switchyard/usage.sqlite"
export const plugin = "@switchyard/usage"

export type StoreUrl = string | Redacted.Redacted

/** The store, opened when it is first used, and tried again by the next use when that failed. */
export interface Connection {
  readonly use: <A>(run: (store: LedgerStore) => Effect.Effect<A, SqlError>) => Effect.Effect<A, LlmError>
}

/** A store that is only read is not made where a name is misspelt. */
const missing = (url: StoreUrl): LlmError | undefined => {
  const name = storeName(url)
  if (!isAbsolute(name) || existsSync(name)) return undefined
  const message = `the store ${name} is not there: give the path or URL that the stack's usage() has`
  return LlmError.make({ _tag: "InvalidRequest", field: "store", message }, { operation: "config" })
}

/** It is closed with the scope. Where there is none it is made, unless it is only read. */
export const connection = (url: StoreUrl, readOnly = false): Effect.Effect<Connection, never, Scope.Scope> =>
  // A scope of its own from the start: what is closed before it may still write.
  Effect.map(Effect.flatMap(Effect.scope, Scope.fork), (scope) => {
    const failure = storeFailure(plugin, url)
    const lock = Semaphore.makeUnsafe(1)
    let opened: LedgerStore | undefined
    const open = Effect.gen(function* () {
      if (opened !== undefined) return opened
      const lacking = readOnly ? missing(url) : undefined
      if (lacking !== undefined) return yield* lacking
      const own = yield* Scope.fork(scope)
      const built = Effect.gen(function* () {
        const sql = Context.get(yield* Layer.buildWithScope(sqlLayer({ url }), own), SqlClient)
        yield* Effect.mapError(Effect.provideService(migrate(prefix, migrations), SqlClient, sql), failure)
        return new LedgerStore(sql)
      })
      opened = yield* Effect.onExit(built, (exit) => (Exit.isSuccess(exit) ? Effect.void : Scope.close(own, exit)))
      return opened
    })
    const store = Effect.suspend(() => (opened === undefined ? lock.withPermit(open) : Effect.succeed(opened)))
    return { use: (run) => Effect.flatMap(store, (ready) => Effect.mapError(run(ready), failure)) }
  })
