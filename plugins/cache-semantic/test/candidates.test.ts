import { assert, describe, it } from "@effect/vitest"
import { textOf } from "@switchyard/core"
import { makeExactStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { ask, counting, stackOf } from "./stubs.ts"

const rooms = "kitchen office garage attic cellar garden hall studio barn shop".split(" ")
const tasks = rooms.flatMap((room) => ["door", "window", "floor"].map((thing) => `the ${thing} in the ${room}`))

describe("what is looked at", () => {
  it.effect("what serves is found among many that are nearly the same, with a single candidate", () =>
    Effect.gen(function* () {
      const { plugin, seen } = counting()
      yield* Effect.gen(function* () {
        for (const task of tasks) yield* ask(`How do I paint ${task}?`)
        for (const [i, task] of tasks.entries()) {
          const { cached, content } = yield* ask(`What is the best way to paint ${task}?`)
          assert.strictEqual(cached?.kind, "semantic", task)
          assert.strictEqual(textOf(content), `answer ${i + 1}`)
        }
        assert.strictEqual(seen.length, tasks.length)
      }).pipe(Effect.provide(stackOf(plugin, { candidates: 1 })))
    }),
  )

  it.effect("of those that are not the same, the nearest is told, and only that", () =>
    Effect.gen(function* () {
      const { plugin } = counting()
      yield* Effect.gen(function* () {
        for (const task of tasks) yield* ask(`How do I paint ${task}?`)
        const { route } = yield* ask("How do I not paint the door in the hall?")
        const told = JSON.stringify(route.decisions).match(/but not the same/g) ?? []
        assert.strictEqual(told.length, 1)
        assert.include(JSON.stringify(route.decisions), "negation")
      }).pipe(Effect.provide(stackOf(plugin)))
    }),
  )

  it.effect("an answer that the inner cache has dropped is not served, and its prompt is forgotten", () =>
    Effect.gen(function* () {
      const { plugin, seen } = counting()
      const store = yield* makeExactStore()
      const counted = Effect.map(store.namespaces, (spaces) => spaces.reduce((sum, { count }) => sum + count, 0))
      yield* Effect.gen(function* () {
        yield* ask("How do I paint a door?")
        yield* TestClock.adjust(2000)
        assert.isUndefined((yield* ask("What is the best way to paint a door?")).cached)
        assert.strictEqual(yield* counted, 1)
        assert.strictEqual((yield* ask("How can I paint a door?")).cached?.kind, "semantic")
        assert.strictEqual(seen.length, 2)
      }).pipe(Effect.provide(stackOf(plugin, { ttlMs: 1000, store })))
    }),
  )
})
