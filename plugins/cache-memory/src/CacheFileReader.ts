import { existsSync } from "node:fs"
import { isAbsolute } from "node:path"
import { type CacheQuery, LlmError } from "@switchyard/core"
import { storeName } from "@switchyard/sql"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { matches } from "./internal/matches.ts"
import { openFile } from "./internal/openFile.ts"
import { countsOf, Tally } from "./internal/Tally.ts"
import type { CacheCounts } from "./MemoryCacheControl.ts"
import { settingsOf } from "./Options.ts"

/** What a file holds, and what all processes that used it have counted, up to a second ago. */
export interface CacheFileStats extends CacheCounts {
  readonly entries: number
  readonly bytes: number
}

/** A cache's file without a stack. Running processes forget what is dropped here within a second. */
export interface CacheFileReader {
  readonly stats: Effect.Effect<CacheFileStats, LlmError>
  readonly invalidate: (query: CacheQuery) => Effect.Effect<number, LlmError>
}

/** Opens a file that must be there, until the scope ends. Fails with `InvalidRequest` where it is not, or is no cache's. */
export const readCacheFile = (path: string): Effect.Effect<CacheFileReader, LlmError, Scope.Scope> =>
  Effect.gen(function* () {
    const name = storeName(path)
    if (!isAbsolute(name) || !existsSync(name)) {
      const message = `the cache file ${name} is not there: give the one that the stack's memoryCache() has as persist`
      return yield* LlmError.make({ _tag: "InvalidRequest", field: "persist", message }, { operation: "config" })
    }
    const { persist, usdPerSecond } = settingsOf({ persist: path })
    const tally = new Tally()
    const { file, failure } = yield* openFile({ ...persist, file: path, ...unbounded }, usdPerSecond, tally)
    yield* Effect.addFinalizer(() => Effect.ignore(file.note(tally.take())))
    return {
      stats: Effect.mapError(
        Effect.gen(function* () {
          return { ...countsOf(yield* file.noted), ...(yield* file.count) }
        }),
        failure,
      ),
      invalidate: Effect.fnUntraced(function* (query) {
        const now = yield* Clock.currentTimeMillis
        const all = Object.keys(query).length === 0
        const dropped = all
          ? file.clear
          : file.drop((kept) => matches({ ...kept, model: kept.response.model }, query), now)
        return (yield* Effect.mapError(dropped, failure)).size
      }),
    }
  })

/** Who only reads makes no room. */
const unbounded = {
  maxEntries: Number.MAX_SAFE_INTEGER,
  maxBytes: Number.MAX_SAFE_INTEGER,
  synchronous: "normal",
} as const
