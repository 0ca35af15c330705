import { randomBytes } from "node:crypto"
import { Flights, Refresher } from "@switchyard/caching"
import type { CallContext } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { type Options, settingsOf } from "../Options.ts"
import type { Parts } from "../RedisCache.ts"
import { Changes, listen } from "./Changes.ts"
import { Entries } from "./Entries.ts"
import { Leases } from "./Leases.ts"
import { Names } from "./names.ts"
import { Near } from "./Near.ts"
import { openRedis } from "./Redis.ts"
import { Tally } from "./Tally.ts"

/** Connects, listens to the others, and keeps its leases alive until the scope closes. */
export const makeParts = Effect.fnUntraced(function* (options: Options) {
  const settings = settingsOf(options)
  const names = new Names(settings.prefix)
  const tally = new Tally()
  const redis = yield* openRedis(settings, names, tally)
  // Unlike any other process there is or was: a lease of one that died must not be taken for this one's.
  const self = randomBytes(9).toString("base64url")
  const near = settings.near === undefined ? undefined : new Near(settings.near, tally)
  const flights = new Flights(settings.maxEntryBytes)
  const changes = new Changes(self, near, flights)
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
    flights,
    refresher: new Refresher({
      scope: yield* Effect.scope,
      counted: (came) => tally.add(came ? "refreshed" : "refreshesFailed"),
      alone: (member, context, fetch) => underLease(leases, member, context, fetch),
    }),
  }
  return parts
})

/** In one process at a time. */
const underLease = (leases: Leases, member: string, context: CallContext, fetch: Effect.Effect<void>) => {
  const owner = `refresh ${member}`
  const led = Effect.catchTag(leases.acquire(member, owner, context, { anyway: true }), "Away", () => Effect.undefined)
  const asked = Effect.flatMap(led, (lease) => (lease === undefined || lease === "held" ? Effect.void : fetch))
  return Effect.ensuring(
    asked,
    Effect.suspend(() => leases.release(member, owner)),
  )
}
