import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { makeIncidents, readIncidents } from "../src/index.ts"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { failed, folder, logging, provider, standing, times, until, webhook } from "./stubs.ts"

const failure = { component: "jobs", operation: "run", kind: "Broken", message: "it broke" }

describe("the store", () => {
  it.live("is written when the stack closes, and read without one", () =>
    Effect.gen(function* () {
      const store = join(yield* folder, "deep", "incidents.sqlite")
      yield* Effect.gen(function* () {
        const { plugin, state } = provider()
        const { call } = yield* standing([plugin], { store, flushMs: 60_000 })
        state.error = failed("Overloaded")
        yield* times(12, call())
      }).pipe(Effect.scoped)
      const reader = yield* readIncidents(store)
      const [incident] = yield* reader.list({ state: "open" })
      assert.deepInclude(incident, { pattern: "rate", kind: "Overloaded", failures: 12 })
      assert.strictEqual(incident?.sample?.message, "it went wrong")
      assert.deepInclude((yield* reader.aggregates({ component: "provider" }))[0], { count: 12, rate: 1 })
      assert.deepInclude(yield* reader.close(incident?.id ?? "", "ann"), { state: "closed", closedBy: "ann" })
      assert.deepInclude(yield* reader.close(incident?.id ?? "", "bob"), { closedBy: "ann" })
    }).pipe(Effect.scoped),
  )

  it.live("that cannot be opened is warned of once: calls go on, the webhook is told, counts are kept", () => {
    const { lines, layer } = logging()
    return Effect.gen(function* () {
      const path = yield* folder
      const blocked = join(path, "taken")
      writeFileSync(blocked, "")
      const hook = yield* webhook()
      const incidents = yield* makeIncidents({
        store: join(blocked, "incidents.sqlite"),
        flushMs: 50,
        webhook: { url: hook.url },
      })
      yield* Effect.forEach(Array.from({ length: 12 }), () => incidents.record(failure))
      yield* until(() => hook.posted.length === 1)
      const error = yield* Effect.flip(incidents.list())
      assert.include(error.message, "taken")
      yield* Effect.promise(() => import("node:fs/promises").then(({ rm }) => rm(blocked)))
      yield* until(() => lines.length > 0)
      assert.strictEqual((yield* incidents.list()).length, 1)
      assert.strictEqual((yield* incidents.aggregates())[0]?.count, 12)
      assert.strictEqual(hook.posted.length, 1)
      assert.strictEqual(lines.filter((line) => line.includes("taken")).length, 1)
    }).pipe(Effect.scoped, Effect.provide(layer))
  })

  it.effect("an incident that a process left open when it died is closed by the next one, with its recovery", () =>
    Effect.gen(function* () {
      const store = join(yield* folder, "incidents.sqlite")
      yield* Effect.gen(function* () {
        const first = yield* makeIncidents({ store })
        yield* Effect.forEach(Array.from({ length: 10 }), () => first.record(failure))
      }).pipe(Effect.scoped)
      yield* TestClock.adjust("1 minute")
      const second = yield* makeIncidents({ store })
      yield* second.list()
      yield* TestClock.adjust("1 second")
      yield* second.list()
      yield* Effect.forEach(Array.from({ length: 3 }), () =>
        second.record({ ok: { component: "jobs", operation: "run" } }),
      )
      assert.strictEqual((yield* second.list())[0]?.recoveryMs, 61_000)
      yield* TestClock.adjust("5 minutes")
      assert.deepInclude((yield* second.list())[0], { state: "closed", closedBy: "quiet", recoveryMs: 61_000 })
      assert.deepInclude((yield* second.aggregates())[0], { count: 10, rate: 10 / 13 })
    }).pipe(Effect.scoped),
  )
})
