import { assert, describe, it } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import { VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { layerPostgresStore, makePostgresStore, type PostgresStoreOptions } from "../src/index.ts"
import { server, useEmbedded, useServer, useStore } from "./places.ts"

const stamp = { id: "test/any", version: "1", dimensions: 2 }
const record = (id: string, text: string) => ({ id, text, vector: new Float32Array([1, 0]) })
const limit = 120_000

const refusal = (options: unknown) =>
  Effect.map(
    // As callers without types may write them.
    Effect.flip(Effect.scoped(makePostgresStore(options as PostgresStoreOptions))),
    (error) => (error instanceof LlmError ? error : assert.fail(String(error))),
  )

describe("options", () => {
  it.live("that are wrong are refused with their path, before anything is opened", () =>
    Effect.gen(function* () {
      const wrong: ReadonlyArray<readonly [options: object, path: string]> = [
        [{ url: "" }, "url"],
        [{ pgvector: "always" }, "pgvector"],
        [{ indexAbove: -1 }, "indexAbove"],
        [{ indexed: "bit" }, "indexed"],
        [{ m: 1 }, "m"],
        [{ efSearch: 5000 }, "efSearch"],
        [{ timeoutMs: 0 }, "timeoutMs"],
        [{ schema: "x" }, "schema"],
      ]
      for (const [options, path] of wrong) {
        const error = yield* refusal(options)
        assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "options" })
        assert.include(error.message, `["${path}"]`)
      }
      const pair = yield* refusal({ m: 64, efConstruction: 100 })
      assert.include(pair.message, "efConstruction")
    }),
  )
})

describe("a url", () => {
  it.live("that is of no kind that is known is refused, and no part of it is shown", () =>
    Effect.gen(function* () {
      const refused: ReadonlyArray<readonly [url: string, says: string]> = [
        ["mysql://root:Hunter2@h/x", "mysql://… cannot be opened: give the path of a folder"],
        ["mysql:/root:Hunter2@h/x", "mysql://… cannot be opened: give the path of a folder"],
        [" postgres://root:Hunter2@h/x", "://… cannot be opened: give the path of a folder"],
        ["jdbc:postgresql://root:Hunter2@h/x", "jdbc://… cannot be opened: give the path of a folder"],
        ["file:///Hunter2", "file://… cannot be opened: give the path of a folder"],
        ["postgres:/root:Hunter2@h/x", "two slashes"],
        ["Postgres://root:12/Hunter2@h/x", "%2F"],
      ]
      for (const [url, says] of refused) {
        for (const given of [url, Redacted.make(url)]) {
          const error = yield* refusal({ url: given })
          assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "url" })
          assert.include(error.message, says)
          assert.notInclude(JSON.stringify(error), "Hunter2")
        }
      }
    }),
  )
})

describe("embedded", () => {
  const embedded = useEmbedded()

  it.live(
    "is a layer for a stack, says where and how it works, and keeps what it was given",
    () =>
      Effect.gen(function* () {
        const url = yield* Effect.promise(embedded)
        const layer = layerPostgresStore({ url })
        const ids = yield* Effect.gen(function* () {
          const store = yield* VectorStore
          yield* store.upsert({ stamp, records: [record("a", "one")] })
          return yield* store.get(["a"])
        }).pipe(Effect.provide(layer))
        assert.strictEqual(ids.length, 1)
        const store = yield* makePostgresStore({ url, pgvector: "never" })
        assert.deepStrictEqual([store.location, store.engine._tag], [url, "scan"])
        // The namespace was made with pgvector, and works on.
        const [found] = yield* store.query({ stamp, vector: new Float32Array([1, 1]), k: 1 })
        assert.closeTo(found?.score ?? 0, Math.SQRT1_2, 1e-6)
      }).pipe(Effect.scoped),
    limit,
  )

  it.live(
    "takes at most 16,000 dimensions, a name of 2,000 bytes and a record of 15 MiB, and says so",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const store = yield* makePostgresStore({ url: yield* Effect.promise(embedded), indexAbove: 0 })
          const wide = (dimensions: number) =>
            store.upsert({
              namespace: `n${dimensions}`,
              stamp: { ...stamp, dimensions },
              records: [{ id: "a", vector: new Float32Array(dimensions).fill(1) }],
            })
          // With an index on vector, on halfvec, and without one.
          for (const dimensions of [2000, 2001, 4000, 4001, 16_000]) {
            yield* wide(dimensions)
            const vector = new Float32Array(dimensions).fill(2)
            const [found] = yield* store.query({
              namespace: `n${dimensions}`,
              stamp: { ...stamp, dimensions },
              vector,
              k: 1,
            })
            // pgvector adds up in 32 bits.
            assert.closeTo(found?.score ?? 0, 1, 1e-4)
          }
          const field = (error: LlmError) =>
            error.reason._tag === "InvalidRequest" ? error.reason.field : error.message
          assert.strictEqual(field(yield* Effect.flip(wide(16_001))), "stamp.dimensions")
          const namespace = "n".repeat(2001)
          assert.strictEqual(field(yield* Effect.flip(store.upsert({ namespace, stamp, records: [] }))), "namespace")
          const large = [record("a", "x"), record("b", "y ".repeat(8 * 2 ** 20))]
          const refused = yield* Effect.flip(store.upsert({ stamp, records: large }))
          assert.strictEqual(field(refused), "records[1]")
          // Postgres writes numbers out in full: this is short in JSON and 18 MB when it comes back.
          for (const value of [1e308, -1e-300]) {
            const numbers = { ...record("n", "n"), metadata: { numbers: Array.from({ length: 60_000 }, () => value) } }
            const long = yield* Effect.flip(store.upsert({ stamp, records: [numbers] }))
            assert.strictEqual(field(long), "records[0]")
          }
          const numbers = [1e308, -1e-300, 1.5e21, 1.25e-7, -0.5, 1e20].flatMap((n) =>
            Array.from({ length: 500 }, () => n),
          )
          yield* store.upsert({ stamp, records: [{ ...record("n", "n"), metadata: { numbers } }] })
          assert.deepStrictEqual((yield* store.get(["n"]))[0]?.metadata, { numbers })
          yield* store.upsert({ stamp, records: [record("c", "z ".repeat(7 * 2 ** 20))] })
          assert.strictEqual((yield* store.get(["c"]))[0]?.text?.length, 14 * 2 ** 20)
        }),
      ),
    limit,
  )
})

describe("languages", () => {
  const embedded = useEmbedded()
  const english = useStore(async () => ({ url: await embedded(), language: "english" }))

  it.live(
    "are Postgres's: words are found by their stem, and words without meaning are none",
    () =>
      Effect.gen(function* () {
        const store = yield* english
        yield* store.upsert({
          stamp,
          records: [record("a", "The Indexes of src/searching.ts"), record("b", "Nothing")],
        })
        const ask = (text: string) => Effect.map(store.search({ text, k: 5 }), (found) => found.map(({ id }) => id))
        for (const text of ["index", "indexing", "Searches", "ts"])
          assert.deepStrictEqual(yield* ask(text), ["a"], text)
        assert.deepStrictEqual(yield* ask("the of"), [])
      }),
    limit,
  )

  it.live(
    "that it does not have are refused, with those that it has",
    () =>
      Effect.gen(function* () {
        const error = yield* refusal({ url: yield* Effect.promise(embedded), language: "klingon" })
        assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "url" })
        assert.include(error.message, '"klingon"')
        assert.include(error.message, "simple")
      }),
    limit,
  )
})

describe.skipIf(server === undefined)("a server", () => {
  const { url } = useServer()

  it.live("is named without password, and says why it has no pgvector", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const own = new URL(yield* url)
        // Where the server asks for none, any will do.
        own.password ||= "hunter2"
        const store = yield* makePostgresStore({ url: Redacted.make(own.href) })
        assert.strictEqual(store.location, `postgres://${own.username}@${own.host}${own.pathname}`)
        if (store.engine._tag === "scan") assert.match(store.engine.why, /pgvector/)
        assert.notInclude(JSON.stringify(store), own.password)
        const lists = yield* Effect.scoped(
          Effect.provide(Effect.as(VectorStore, 1), Layer.fresh(layerPostgresStore({ url: own.href }))),
        )
        assert.strictEqual(lists, 1)
      }),
    ),
  )
})
