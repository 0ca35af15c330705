import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import { type Options, settingsOf } from "../Options.ts"
import type { Parts } from "../RedisCache.ts"
import { Changes, listen } from "./Changes.ts"
import { Entries } from "./Entries.ts"
import { Flights } from "./Flights.ts"
import { Leases } from "./Leases.ts"
import { Names } from "./names.ts"
import { Near } from "./Near.ts"
import { openRedis } from "./Redis.ts"
import { Refresher } from "./Refresher.ts"
import { Tally } from "./Tally.ts"

/** Connects, listens to the others, and keeps its leases alive until the scope closes. */
export const makeParts = Effect.fnUntraced(function* (options: Options) {
  const settings = settingsOf(options)
  const names = new Names(settings.prefix)
  const tally = new Tally()
  const redis = yield* openRedis(settings.url, settings.patienceMs, tally)
  // Unlike any other process there is or was: a lease of one that died must not be taken for this one's.
  const self = randomBytes(9).toString("base64url")
  const near = settings.near === undefined ? undefined : new Near(settings.near, tally)
  const changes = new Changes(self, near)
  yield* listen(redis.clients, names, changes, near)
  const leases = new Leases(redis, names, self, settings.leaseMs)
  yield* Effect.addFinalizer(() => leases.close)
  yield* Effect.forkScoped(leases.renewing)
  const parts: Parts = {
    settings,
    names,
    redis,
    near,
    changes,
    leases,
    tally,
    entries: new Entries(redis, names, self, near, settings, tally),
    flights: new Flights(settings.maxEntryBytes / 2),
    refresher: new Refresher(yield* Effect.scope, leases, tally),
  }
  return parts
})
