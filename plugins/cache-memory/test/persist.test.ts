import { spawn } from "node:child_process"
import { once } from "node:events"
import { statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync, type SQLInputValue } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { TestClock } from "effect/testing"
import { readCacheFile } from "../src/index.ts"
import { answer, folder, provider, standing } from "./stubs.ts"

const hour = 3_600_000
const start = Date.UTC(2026, 0, 1)

/** A file, and a stack on it for as long as `run` takes. */
const inFile = Effect.map(folder, (path) => {
  const file = join(path, "cache.sqlite")
  const { plugin, state } = provider()
  const run = <A, E>(
    use: (stack: Effect.Success<ReturnType<typeof standing>>) => Effect.Effect<A, E>,
    options: Parameters<typeof standing>[1] = {},
  ) => Effect.scoped(Effect.flatMap(standing([plugin], { persist: file, ...options }), use))
  const sql = (text: string, ...values: ReadonlyArray<SQLInputValue>) =>
    Effect.sync(() => {
      const database = new DatabaseSync(file)
      try {
        return database.prepare(text).all(...values)
      } finally {
        database.close()
      }
    })
  return { file, state, run, sql }
})

describe("a file", () => {
  it.effect("keeps answers over a restart, for their tenant and their time", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start)
      const { run, state } = yield* inFile
      const bytes = new Uint8Array([1, 2, 250])
      const rich = answer("text", {
        content: [
          { type: "reasoning", text: "hm", providerData: { p: { signature: "s" } } },
          { type: "text", text: "größer 👍" },
          { type: "file", mediaType: "image/png", source: { type: "bytes", bytes } },
          { type: "tool-call", id: "1", name: "f", inputText: '{"a": 1}' },
        ],
      })
      state.say = () => Effect.succeed(rich)
      yield* run(({ call }) => call({ tenant: "a" }))
      state.say = (call) => Effect.succeed(answer(`answer ${call}`))
      yield* TestClock.adjust(hour - 1)
      const kept = yield* run(({ call }) => call({ tenant: "a" }))
      assert.deepStrictEqual(kept.content, rich.content)
      assert.deepStrictEqual([kept.cached, kept.provider], [{ kind: "exact", ageMs: hour - 1 }, "p"])
      assert.strictEqual(yield* run(({ ask }) => ask({ tenant: "b" })), "answer 2")
      assert.strictEqual(yield* run(({ ask }) => ask()), "answer 3")
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* run(({ ask }) => ask({ tenant: "a" })), "answer 4")
    }).pipe(Effect.scoped),
  )

  it.effect("is readable by its owner only, and holds neither the prompt nor headers", () =>
    Effect.gen(function* () {
      const { run, file, sql } = yield* inFile
      yield* run(({ ask }) => ask({ prompt: "a secret question", headers: { authorization: "sk-secret" } }))
      assert.strictEqual(statSync(file).mode & 0o077, 0)
      const rows = JSON.stringify(yield* sql("SELECT * FROM switchyard_cache_entries"))
      assert.include(rows, "answer 1")
      assert.notInclude(rows, "secret")
    }).pipe(Effect.scoped),
  )

  const damage: ReadonlyArray<readonly [what: string, statement: string, counted: "corrupt" | "outdated"]> = [
    ["a changed text", "UPDATE switchyard_cache_entries SET body = replace(body, 'answer 1', 'answer 9')", "corrupt"],
    ["half a body", "UPDATE switchyard_cache_entries SET body = substr(body, 1, 40)", "corrupt"],
    ["an empty body", "UPDATE switchyard_cache_entries SET body = ''", "corrupt"],
    ["no checksum", "UPDATE switchyard_cache_entries SET checksum = ''", "corrupt"],
    ["an older format", "UPDATE switchyard_cache_entries SET version = 0", "outdated"],
    ["a newer format", "UPDATE switchyard_cache_entries SET version = 99", "outdated"],
  ]
  it.effect.each(damage)("%s is dropped, counted and never given", ([, statement, name]) =>
    Effect.gen(function* () {
      const { run, sql } = yield* inFile
      yield* run(({ ask }) => ask())
      yield* sql(statement)
      yield* run(({ ask, control }) =>
        Effect.gen(function* () {
          assert.strictEqual(yield* ask(), "answer 2")
          const stats = yield* control.stats
          assert.deepInclude(stats, { [name]: 1, hits: 0, misses: 1 })
          assert.strictEqual(stats.file?.entries, 1)
        }),
      )
      assert.strictEqual(yield* run(({ ask }) => ask()), "answer 2")
    }).pipe(Effect.scoped),
  )

  it.effect("an entry moved under another tenant's name is not given, though nothing in it is damaged", () =>
    Effect.gen(function* () {
      const { run, sql } = yield* inFile
      yield* run(({ ask }) => Effect.andThen(ask({ tenant: "a" }), ask({ tenant: "b" })))
      yield* sql("UPDATE switchyard_cache_entries SET id = replace(id, '1:a', '1:c') WHERE id LIKE '1:a%'")
      const given = yield* run(({ ask, control }) => Effect.all([ask({ tenant: "c" }), control.stats]))
      assert.strictEqual(given[0], "answer 3")
      assert.strictEqual(given[1].corrupt, 1)
    }).pipe(Effect.scoped),
  )

  it.effect("a poisoned value fails its schema, even with a checksum that fits", () =>
    Effect.gen(function* () {
      const { run, sql, file } = yield* inFile
      yield* run(({ ask }) => ask())
      const [row] = yield* sql("SELECT id, body FROM switchyard_cache_entries")
      const { hash } = yield* Effect.promise(() => import("node:crypto"))
      const unchanged = (body: Record<string, unknown>) => body
      const poisoned = [
        unchanged,
        (body: Record<string, unknown>) => ({ ...body, response: { ...Object(body["response"]), content: "x" } }),
        (body: Record<string, unknown>) => ({ ...body, response: { ...Object(body["response"]), usage: null } }),
        (body: Record<string, unknown>) => ({ ...body, storedAt: "soon" }),
        () => [],
      ]
      for (const poison of poisoned) {
        const body = JSON.stringify(poison(JSON.parse(String(row?.["body"]))))
        const id = String(row?.["id"])
        yield* Effect.sync(() => {
          const database = new DatabaseSync(file)
          const set = database.prepare("UPDATE switchyard_cache_entries SET body = ?, checksum = ? WHERE id = ?")
          assert.strictEqual(set.run(body, hash("sha256", `1\n${id}\n${body}`), id).changes, 1)
          database.close()
        })
        const [, stats] = yield* run(({ ask, control }) => Effect.all([ask(), control.stats]))
        assert.deepInclude(stats, poison === unchanged ? { corrupt: 0, hits: 1 } : { corrupt: 1, hits: 0 })
      }
    }).pipe(Effect.scoped),
  )

  it.effect("a clock that was set back between two runs makes all ages unknown: nothing is given", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start + 2 * hour)
      const { run } = yield* inFile
      yield* run(({ ask }) => ask())
      yield* TestClock.setTime(start)
      const [given, stats] = yield* run(({ ask, control }) => Effect.all([ask(), control.stats]))
      assert.strictEqual(given, "answer 2")
      assert.strictEqual(stats.fromFuture, 1)
      assert.strictEqual(yield* run(({ ask }) => ask()), "answer 2")
    }).pipe(Effect.scoped),
  )

  it.effect("its bounds hold, the most valuable stay", () =>
    Effect.gen(function* () {
      const { run, state } = yield* inFile
      const persist = { file: (yield* folder) + "/small.sqlite", maxEntries: 10 }
      state.say = (call) =>
        Effect.succeed(
          answer(`answer ${call}`, { usage: { input: { total: call <= 5 ? 100_000 : 10 }, output: { total: 1 } } }),
        )
      yield* run(
        ({ ask }) =>
          Effect.forEach(
            Array.from({ length: 40 }, (_, n) => n),
            (n) => ask({ prompt: `${n}` }),
          ),
        { persist, maxEntries: 1 },
      )
      const [kept, stats] = yield* run(
        ({ ask, control }) =>
          Effect.all([Effect.forEach([0, 1, 2, 3, 4], (n) => ask({ prompt: `${n}` })), control.stats]),
        { persist },
      )
      assert.deepStrictEqual(
        kept,
        [1, 2, 3, 4, 5].map((n) => `answer ${n}`),
      )
      assert.isAtMost(stats.file?.entries ?? 99, 10)
    }).pipe(Effect.scoped),
  )

  it.effect("gives what has no place in memory", () =>
    Effect.gen(function* () {
      const { run, state } = yield* inFile
      const prompts = Array.from({ length: 20 }, (_, nth) => ({ prompt: `${nth}` }))
      const askAll = run(({ ask }) => Effect.forEach(prompts, ask), { maxEntries: 1 })
      const first = yield* askAll
      assert.deepStrictEqual(yield* askAll, first)
      assert.strictEqual(state.calls, prompts.length)
    }).pipe(Effect.scoped),
  )

  it.effect("two stacks on one file: one sees what the other stored, and forgets what the other dropped", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start)
      const { file } = yield* inFile
      const [one, two] = [provider(), provider()]
      const first = yield* standing([one.plugin], { persist: file })
      const second = yield* standing([two.plugin], { persist: file })
      yield* first.ask()
      assert.strictEqual(yield* second.ask(), "answer 1")
      assert.strictEqual(two.state.calls, 0)
      assert.strictEqual(yield* first.control.invalidate({ model: "p/m" }), 1)
      yield* TestClock.adjust(1001)
      yield* second.ask()
      assert.strictEqual(two.state.calls, 1)
    }).pipe(Effect.scoped),
  )

  it.effect("a file that fails costs one warning, and calls go on in memory", () =>
    Effect.gen(function* () {
      const warned: Array<unknown> = []
      const logger = Logger.make(({ message }) => void warned.push(message))
      const { run, sql } = yield* inFile
      const ending = run(({ ask, control }) =>
        Effect.gen(function* () {
          yield* ask()
          yield* sql("DROP TABLE switchyard_cache_entries")
          assert.strictEqual(yield* ask(), "answer 1")
          assert.strictEqual(yield* ask({ prompt: "b" }), "answer 2")
          assert.strictEqual(yield* ask({ prompt: "b" }), "answer 2")
          return yield* Effect.flip(control.stats)
        }),
      )
      const error = yield* Effect.provide(ending, Logger.layer([logger]))
      assert.strictEqual(error.reason._tag, "PluginFailure")
      assert.strictEqual(warned.length, 1)
      assert.match(String(warned[0]), /cache\.sqlite of @switchyard\/cache-memory failed/)
    }).pipe(Effect.scoped),
  )

  it.effect("what is no cache's file fails the stack", () =>
    Effect.gen(function* () {
      const { run, file } = yield* inFile
      writeFileSync(file, "this is no database, and long enough to be seen as none".repeat(20))
      const error = yield* Effect.flip(run(({ ask }) => ask()))
      assert.include(error.message, "cache.sqlite cannot be opened")
    }).pipe(Effect.scoped),
  )

  it.effect("can be read and emptied without a stack; counts are those of all runs", () =>
    Effect.gen(function* () {
      const { run, file } = yield* inFile
      const missing = yield* Effect.flip(readCacheFile(file))
      assert.strictEqual(missing.reason._tag, "InvalidRequest")
      yield* run(({ ask }) => Effect.all([ask(), ask(), ask({ tenant: "a" }), ask({ model: "p/n" })]))
      yield* run(({ ask }) => ask())
      const reader = yield* readCacheFile(file)
      const stats = yield* reader.stats
      assert.deepInclude(stats, { entries: 3, hits: 2, misses: 3, stored: 3 })
      assert.approximately(stats.savedUsd, 0.006, 1e-9)
      assert.strictEqual(yield* reader.invalidate({ tenant: "a" }), 1)
      assert.strictEqual(yield* reader.invalidate({ pattern: "p/n" }), 1)
      assert.strictEqual(yield* reader.invalidate({}), 1)
      assert.deepInclude(yield* reader.stats, { entries: 0, bytes: 0 })
    }).pipe(Effect.scoped),
  )
})

it.live("an answer survives a process that is killed right after the call", () =>
  Effect.gen(function* () {
    const file = join(yield* folder, "cache.sqlite")
    const said = yield* Effect.promise(async () => {
      const args = ["--conditions=@switchyard/source", join(import.meta.dirname, "killed.ts"), file]
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], timeout: 15_000 })
      const ended = once(child, "exit")
      const [chunk] = await once(child.stdout, "data")
      child.kill("SIGKILL")
      await ended
      return String(chunk)
    })
    assert.strictEqual(said, "answer 1\n")
    const { plugin, state } = provider()
    const { call } = yield* standing([plugin], { persist: file })
    const kept = yield* call()
    assert.strictEqual(textOf(kept.content), "answer 1")
    assert.deepStrictEqual([kept.cached?.kind, state.calls], ["exact", 0])
  }).pipe(Effect.scoped),
)
