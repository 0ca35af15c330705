import { afterAll, beforeAll, it } from "@effect/vitest"
import { OwnRedis } from "@switchyard/testkit/servers"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type GivenOptions, ownPrefix } from "./stubs.ts"

const needs = "needs redis-server: install your system's package redis-server"

/** A Redis for the tests of one file. `redisIt` gives each a prefix of its own. */
export const useRedis = () => {
  let own: OwnRedis | undefined
  beforeAll(async () => {
    own = await OwnRedis.start()
  })
  afterAll(() => own?.stop())
  return (
    name: string,
    body: (options: GivenOptions, redis: OwnRedis) => Effect.Effect<void, unknown, Scope.Scope>,
    timeoutMs = 15_000,
  ) =>
    it.live(
      name,
      (context) =>
        Effect.suspend(() => {
          if (own === undefined) return Effect.sync(() => context.skip(needs))
          return Effect.scoped(body({ url: own.url, prefix: ownPrefix(), patienceMs: 1000 }, own))
        }),
      timeoutMs,
    )
}
