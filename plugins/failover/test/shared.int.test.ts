import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { makeFailover } from "../src/index.ts"
import { OwnRedis } from "@switchyard/testkit/servers"

let redis: OwnRedis | undefined

beforeAll(async () => {
  redis = await OwnRedis.start()
})
afterAll(() => redis?.stop())

const needs = "needs redis-server: install your system's package redis-server"

/** One process's breakers. */
const node = (url: string) =>
  Effect.map(makeFailover({ shared: { redis: url, prefix: "test:breakers:" } }), ({ control }) => control)

const eventually = (what: string, holds: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let left = 500; left > 0; left--) {
      if (holds()) return
      yield* Effect.sleep(20)
    }
    return yield* Effect.die(new Error(`it did not come to be: ${what}`))
  })

const withRedis = (body: (own: OwnRedis) => Effect.Effect<void, unknown, Scope.Scope>) =>
  Effect.suspend(() => (redis === undefined ? Effect.logInfo(needs) : Effect.scoped(body(redis))))

describe("breakers shared through Redis", () => {
  it.live("what one process opens, closes or forces holds in the others, and in those that come later", (context) =>
    withRedis(({ url }) =>
      Effect.gen(function* () {
        const [a, b] = [yield* node(url), yield* node(url)]
        const seen = (control: typeof a) => control.status("p/m")?.state
        a.forceOpen("p/m")
        yield* eventually("b follows", () => seen(b) === "forced-open")
        const late = yield* node(url)
        yield* eventually("a late process learns it", () => seen(late) === "forced-open")
        b.automatic("p/m")
        yield* eventually("a follows back", () => seen(a) === "closed" && seen(late) === "closed")
      }),
    ).pipe(Effect.tap(() => (redis === undefined ? Effect.sync(() => context.skip(needs)) : Effect.void))),
  )

  it.live(
    "while Redis is away each goes on alone, and they come together again",
    (context) =>
      withRedis((own) =>
        Effect.gen(function* () {
          const [a, b] = [yield* node(own.url), yield* node(own.url)]
          a.forceOpen("p/first")
          yield* eventually("they are connected", () => b.status("p/first")?.state === "forced-open")
          yield* Effect.promise(() => own.stop())
          a.forceOpen("p/alone")
          assert.strictEqual(a.status("p/alone")?.state, "forced-open")
          assert.isUndefined(b.status("p/alone"))
          assert.isTrue(yield* Effect.promise(() => own.begin()))
          // It takes the clients some time to find it again; what changes from then on is shared.
          yield* eventually("they share again", () => {
            a.automatic("p/again")
            a.forceOpen("p/again")
            return b.status("p/again")?.state === "forced-open"
          })
        }),
      ).pipe(Effect.tap(() => (redis === undefined ? Effect.sync(() => context.skip(needs)) : Effect.void))),
    30_000,
  )

  it.live("a Redis that is not there holds nothing up, and leaves nothing running", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const control = yield* Effect.provideService(node("redis://127.0.0.1:1"), Scope.Scope, scope)
      control.forceOpen("p/m")
      assert.strictEqual(control.status("p/m")?.state, "forced-open")
      yield* Scope.close(scope, Exit.void)
    }),
  )

  it.live("what is no URL is refused, without repeating it", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.scoped(node("redis://user:s3cret-word@host:not-a-port")))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.notMatch(JSON.stringify(error), /s3cret-word/)
    }),
  )
})
