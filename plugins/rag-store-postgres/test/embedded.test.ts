import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { makePostgresStore } from "../src/index.ts"
import { openDatabase } from "../src/internal/Database.ts"
import { useEmbedded } from "./places.ts"
import { areWhole, killed, publisher, until } from "./processes.ts"
import { numbers, vectorOf } from "./vectors.ts"

const embedded = useEmbedded()
const stamp = { id: "test/random", version: "1", dimensions: 16 }
const limit = 120_000

it.live(
  "a process that is killed anywhere leaves each document old or new, and the next goes on",
  () =>
    Effect.gen(function* () {
      const folder = yield* Effect.promise(embedded)
      for (const versions of [3, 12]) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { child, said } = yield* publisher(folder, "a", "5", "30")
            yield* until("some versions", () => said.versions > versions)
            yield* killed(child)
          }),
        )
        const there = yield* Effect.scoped(Effect.flatMap(makePostgresStore({ url: folder }), areWhole))
        assert.isAtLeast(there, 3)
      }
    }),
  limit,
)

it.live(
  "a folder is for one program at a time: a second is told, and the lock is gone with the first",
  () =>
    Effect.gen(function* () {
      const folder = yield* Effect.promise(embedded)
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* makePostgresStore({ url: folder })
          const error = yield* Effect.flip(Effect.scoped(makePostgresStore({ url: folder })))
          assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "url" })
          assert.include(error.message, `${folder} cannot be opened: it is open already`)
        }),
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { child, said } = yield* publisher(folder, "a")
          yield* until("the other program", () => said.ready)
          const error = yield* Effect.flip(Effect.scoped(makePostgresStore({ url: folder })))
          assert.include(error.message, "it is open already")
          yield* killed(child)
          yield* Effect.scoped(makePostgresStore({ url: folder }))
        }),
      )
    }),
  limit,
)

it.live(
  "a folder that is damaged, or is none, is told and left as it is",
  () =>
    Effect.gen(function* () {
      const folder = yield* Effect.promise(embedded)
      yield* Effect.promise(() => writeFile(join(folder, "global", "pg_control"), "nonsense"))
      const damaged = yield* Effect.flip(Effect.scoped(makePostgresStore({ url: folder })))
      assert.deepInclude(damaged.reason, { _tag: "InvalidRequest", field: "url" })
      const file = join(folder, "PG_VERSION")
      const none = yield* Effect.flip(Effect.scoped(makePostgresStore({ url: file })))
      assert.deepInclude(none.reason, { _tag: "InvalidRequest", field: "url" })
    }),
  limit,
)

it.live(
  "what takes the database long holds up neither the program nor who gave it up",
  () =>
    Effect.scoped(
      Effect.gen(function* () {
        const url = yield* Effect.promise(embedded)
        const { sql } = yield* openDatabase({ url })
        const long = yield* Effect.forkChild(sql`SELECT count(*) FROM generate_series(1, 3000000)`, {
          startImmediately: true,
        })
        let ticks = 0
        const timer = setInterval(() => ticks++, 5)
        yield* Effect.sleep(60)
        const from = performance.now()
        yield* Fiber.interrupt(long)
        clearInterval(timer)
        assert.isAbove(ticks, 2)
        assert.isBelow(performance.now() - from, 8000)
        assert.deepStrictEqual(yield* sql`SELECT 1 AS one`, [{ one: 1 }])
      }),
    ),
  limit,
)

it.live(
  "a lookup that is late fails in time, and the store goes on",
  () =>
    Effect.scoped(
      Effect.gen(function* () {
        const url = yield* Effect.promise(embedded)
        const store = yield* makePostgresStore({ url, timeoutMs: 1, pgvector: "never" })
        const next = numbers(1)
        const records = Array.from({ length: 3000 }, (_, i) => ({ id: `r${i}`, vector: vectorOf(next, 16) }))
        yield* store.upsert({ stamp, records })
        const late = yield* Effect.flip(store.query({ stamp, vector: vectorOf(next, 16), k: 3 }))
        assert.deepInclude(late.reason, { _tag: "Timeout", ms: 1 })
        assert.strictEqual(yield* store.delete({ all: true }), 3000)
      }),
    ),
  limit,
)
