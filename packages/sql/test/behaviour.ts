import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { migrate } from "../src/index.ts"

/** Two clients of one store, as two processes have them. */
export type Two = readonly [Layer.Layer<SqlClient, unknown>, Layer.Layer<SqlClient, unknown>]

const notes = [{ name: "notes", up: ["CREATE TABLE notes (id TEXT PRIMARY KEY, body TEXT, size BIGINT)"] }]

const scenario = <A>(
  stores: () => Promise<Two>,
  run: (one: SqlClient, two: SqlClient) => Effect.Effect<A, unknown, SqlClient>,
) =>
  Effect.gen(function* () {
    const [first, second] = yield* Effect.promise(stores)
    const two = Effect.flatMap(SqlClient, (other) =>
      Effect.provide(
        Effect.flatMap(SqlClient, (one) => run(one, other)),
        first,
      ),
    )
    return yield* Effect.provide(two, second)
  })

/** What holds on each engine. `stores` gives an empty store each time. */
export const holdsOn = (engine: string, stores: () => Promise<Two>): void => {
  it.live(`${engine}: rows, values, raw and streams`, () =>
    scenario(stores, (sql) =>
      Effect.gen(function* () {
        yield* migrate("t", notes)
        yield* sql`INSERT INTO notes ${sql.insert([
          { id: "a", body: "it's", size: 1 },
          { id: "b", body: "ü", size: 2 },
        ])}`
        assert.deepStrictEqual(yield* sql`SELECT id, body FROM notes ORDER BY id`, [
          { id: "a", body: "it's" },
          { id: "b", body: "ü" },
        ])
        assert.deepStrictEqual(yield* sql`SELECT id FROM notes ORDER BY id`.values, [["a"], ["b"]])
        const streamed = yield* Stream.runCollect(sql<{ id: string }>`SELECT id FROM notes ORDER BY id`.stream)
        assert.deepStrictEqual(
          [...streamed].map(({ id }) => id),
          ["a", "b"],
        )
        assert.deepStrictEqual(yield* sql`DELETE FROM notes WHERE id = ${"a"} RETURNING id`, [{ id: "a" }])
      }),
    ),
  )

  it.live(`${engine}: a transaction that fails or is interrupted leaves nothing, a savepoint only its own`, () =>
    scenario(stores, (sql, other) =>
      Effect.gen(function* () {
        yield* migrate("t", notes)
        const put = (id: string) => sql`INSERT INTO notes (id) VALUES (${id})`
        yield* Effect.exit(sql.withTransaction(Effect.andThen(put("failed"), Effect.fail("no"))))
        const held = yield* Effect.forkChild(sql.withTransaction(Effect.andThen(put("cut"), Effect.never)))
        yield* Effect.sleep(20)
        yield* Fiber.interrupt(held)
        const inner = Effect.exit(sql.withTransaction(Effect.andThen(put("inner"), Effect.fail("no"))))
        yield* sql.withTransaction(Effect.andThen(put("outer"), inner))
        assert.deepStrictEqual(yield* other`SELECT id FROM notes`, [{ id: "outer" }])
      }),
    ),
  )

  it.live(`${engine}: two clients migrate and count at once, and nothing is lost`, () =>
    scenario(stores, (one, two) =>
      Effect.gen(function* () {
        const both = [one, two].map((sql) => Effect.provideService(migrate("t", notes), SqlClient, sql))
        yield* Effect.all(both, { concurrency: "unbounded" })
        yield* one`INSERT INTO notes (id, size) VALUES ('n', 0)`
        const add = (sql: SqlClient) =>
          sql.withTransaction(
            Effect.gen(function* () {
              const lock = sql.onDialectOrElse({ pg: () => sql.literal("FOR UPDATE"), orElse: () => sql.literal("") })
              const rows = yield* sql<{ size: unknown }>`SELECT size FROM notes WHERE id = 'n' ${lock}`
              yield* sql`UPDATE notes SET size = ${Number(rows[0]?.size) + 1} WHERE id = 'n'`
            }),
          )
        const adding = Array.from({ length: 40 }, (_, n) => add(n % 2 === 0 ? one : two))
        yield* Effect.all(adding, { concurrency: "unbounded" })
        const [row] = yield* one<{ size: unknown }>`SELECT size FROM notes`
        assert.strictEqual(Number(row?.size), 40)
      }),
    ),
  )

  it.live(`${engine}: steps that are added run once, and one that fails undoes all`, () =>
    scenario(stores, (sql) =>
      Effect.gen(function* () {
        yield* migrate("t", notes)
        const bad = [...notes, { name: "more", up: ["ALTER TABLE notes ADD COLUMN more TEXT", "SELECT nonsense FROM"] }]
        const error = yield* Effect.flip(migrate("t", bad))
        assert.strictEqual(error._tag, "SqlError")
        const good = [
          ...notes,
          {
            name: "more",
            up: { sqlite: ["ALTER TABLE notes ADD COLUMN more TEXT"], pg: ["ALTER TABLE notes ADD COLUMN more TEXT"] },
          },
        ]
        yield* migrate("t", good)
        yield* migrate("t", good)
        yield* migrate("u", [{ name: "other", up: ["CREATE TABLE other (id TEXT)"] }])
        assert.deepStrictEqual(yield* sql`SELECT more FROM notes`, [])
      }),
    ),
  )

  it.live(`${engine}: tables that are up to date are looked at, and wait for nobody who holds them`, () =>
    scenario(stores, (one, two) =>
      Effect.gen(function* () {
        yield* migrate("t", notes)
        const held = Effect.gen(function* () {
          yield* one`SELECT name FROM t_migrations`
          yield* one`INSERT INTO notes (id) VALUES ('a')`
          yield* Effect.provideService(migrate("t", notes), SqlClient, two)
        })
        yield* Effect.timeout(one.withTransaction(held), "3 seconds")
      }),
    ),
  )

  it.live(`${engine}: errors have Effect's reasons`, () =>
    scenario(stores, (sql) =>
      Effect.gen(function* () {
        yield* migrate("t", [{ name: "u", up: ["CREATE TABLE u (a TEXT NOT NULL, b TEXT UNIQUE)"] }])
        const put = (a: string | null, b: string) => sql`INSERT INTO u (a, b) VALUES (${a}, ${b})`
        yield* put("1", "x")
        const reasons = [yield* Effect.flip(put("2", "x")), yield* Effect.flip(put(null, "y"))]
        assert.deepStrictEqual(
          reasons.map(({ reason }) => reason._tag),
          ["UniqueViolation", "ConstraintError"],
        )
      }),
    ),
  )
}
