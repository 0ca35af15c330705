import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import { GreedyDual, type Ranked } from "../src/internal/GreedyDual.ts"
import { answer, provider, standing } from "./stubs.ts"

const Step = Schema.Struct({
  what: Schema.Literals(["add", "touch", "remove", "evict"]),
  which: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0), Schema.isLessThanOrEqualTo(11)),
  worth: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1), Schema.isLessThanOrEqualTo(1000)),
  share: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1), Schema.isLessThanOrEqualTo(4)),
})

const Steps = Schema.Array(Step).check(Schema.isMinLength(100), Schema.isMaxLength(300))

interface Named extends Ranked {
  readonly name: number
}

describe("the order of eviction", () => {
  it.effect.prop(
    "is that of a list that is searched whole each time",
    [Steps],
    ([steps]) =>
      Effect.sync(() => {
        const queue = new GreedyDual<Named>()
        const list = new Map<number, Named>()
        let age = 0
        for (const { what, which, worth, share } of steps) {
          const there = list.get(which)
          if (what === "add" && there === undefined) {
            const entry = { name: which, worth, share, frequency: 1, rank: 0, queued: 0, place: -1 }
            queue.add(entry)
            list.set(which, entry)
            assert.strictEqual(entry.rank, age + worth / share)
          }
          if (what === "touch" && there !== undefined) {
            there.frequency++
            queue.touch(there)
          }
          if (what === "remove" && there !== undefined) {
            queue.remove(there)
            list.delete(which)
          }
          if (what === "evict") {
            const gone = queue.evict()
            const least = Math.min(...[...list.values()].map(({ rank }) => rank))
            assert.strictEqual(gone?.rank ?? Infinity, least)
            if (gone === undefined) continue
            list.delete(gone.name)
            age = Math.max(age, gone.rank)
          }
          assert.strictEqual(queue.size, list.size)
        }
      }),
    { arbitrary: { seed: "eviction" } },
  )
})

it("one taken out of the middle leaves the others in order", () => {
  const queue = new GreedyDual<Named>()
  const unranked = { share: 1, frequency: 1, rank: 0, queued: 0, place: -1 }
  const entries = [1, 100, 2, 200, 201, 50, 4].map((worth): Named => ({ ...unranked, name: worth, worth }))
  for (const entry of entries) queue.add(entry)
  queue.remove(entries[3] ?? assert.fail())
  const gone = Array.from({ length: 6 }, () => queue.evict()?.name)
  assert.deepStrictEqual(gone, [1, 2, 4, 50, 100, 201])
  assert.isUndefined(queue.evict())
})

const Asked = Schema.Array(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0), Schema.isLessThanOrEqualTo(30)))

describe("bounds", () => {
  it.effect.prop(
    "hold whatever is asked, and a hit is always the answer to that question",
    [Asked],
    ([asked]) =>
      Effect.gen(function* () {
        const { plugin, state } = provider()
        const { call, control } = yield* standing([plugin], { maxEntries: 5, maxBytes: 6000, maxEntryBytes: 5000 })
        const last = new Map<number, string>()
        for (const one of asked) {
          state.say = (nth) => Effect.succeed(answer(`${one} by ${nth} ${"x".repeat(one * 40)}`))
          const { content, cached } = yield* call({ prompt: `${one}` })
          const text = content[0]?.type === "text" ? content[0].text : ""
          if (cached === undefined) last.set(one, text)
          else assert.strictEqual(text, last.get(one))
          const { entries, bytes } = yield* control.stats
          assert.isAtMost(entries, 5)
          assert.isAtMost(bytes, 6000)
        }
      }).pipe(Effect.scoped),
    { arbitrary: { seed: "eviction" } },
  )

  it.effect("what costs more to get again stays longer, and goes in the end when nobody asks", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { call } = yield* standing([plugin], { maxEntries: 10 })
      const cost = (amount: number) => ({
        usage: { input: { total: 1 }, output: { total: 1 }, cost: { amount, currency: "USD" } },
      })
      const isKept = Effect.map(
        call({ prompt: "dear", policy: { cache: { mode: "read-only" } } }),
        (r) => r.cached !== undefined,
      )
      state.say = () => Effect.succeed(answer("dear", cost(1)))
      yield* call({ prompt: "dear" })
      state.say = () => Effect.succeed(answer("cheap", cost(0.1)))
      for (let one = 0; one < 50; one++) yield* call({ prompt: `cheap ${one}` })
      assert.isTrue(yield* isKept)
      for (let one = 50; one < 500; one++) yield* call({ prompt: `cheap ${one}` })
      assert.isFalse(yield* isKept)
    }).pipe(Effect.scoped),
  )

  it.effect("where nothing is priced, what took longer stays longer", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider({ describe: () => undefined })
      const { call, control } = yield* standing([plugin], { maxEntries: 10 })
      for (let one = 0; one < 30; one++) {
        state.say = () => Effect.as(TestClock.adjust(one < 5 ? 5000 : 10), answer(`${one}`))
        yield* call({ prompt: `${one}` })
      }
      for (let one = 0; one < 5; one++) assert.strictEqual((yield* call({ prompt: `${one}` })).cached?.kind, "exact")
      assert.deepInclude(yield* control.stats, { savedUsd: 0, unpriced: 5, savedMs: 25_000 })
    }).pipe(Effect.scoped),
  )
})

describe("invalidation", () => {
  it.effect("by tenant, model, tag, pattern, all of them, or a function", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const { ask, control } = yield* standing([plugin])
      const fill = Effect.all([
        ask({ prompt: "a", tenant: "t1", tags: { doc: "1" } }),
        ask({ prompt: "b", tenant: "t1", tags: { doc: "2" } }),
        ask({ prompt: "c", tenant: "t2", tags: { doc: "1" } }),
        ask({ prompt: "d", model: "p/n", tenant: "t2" }),
      ])
      const cases = [
        [{ tenant: "t1" }, 2],
        [{ tenant: "t3" }, 0],
        [{ model: "p/n" }, 1],
        [{ model: "vendor-model" }, 4],
        [{ tag: { name: "doc", value: "1" } }, 2],
        [{ tag: { name: "toString", value: "1" } }, 0],
        [{ pattern: "p/*" }, 4],
        [{ pattern: "?/n" }, 1],
        [{ pattern: "*z*" }, 0],
        [{ tenant: "t2", pattern: "p/m" }, 1],
        [{}, 4],
      ] as const
      for (const [query, count] of cases) {
        yield* control.invalidate({})
        yield* fill
        assert.strictEqual(yield* control.invalidate(query), count, JSON.stringify(query))
        assert.strictEqual((yield* control.stats).entries, 4 - count)
      }
      yield* fill
      const one = control.invalidate(({ tags, storedAt, ms }) => tags["doc"] === "2" && storedAt >= 0 && ms >= 0)
      assert.strictEqual(yield* one, 1)
    }).pipe(Effect.scoped),
  )

  it.effect("a pattern of many stars takes no long time", () =>
    Effect.gen(function* () {
      const { plugin } = provider({ models: ["a".repeat(2000)] })
      const { ask, control } = yield* standing([plugin])
      yield* ask({ model: `p/${"a".repeat(2000)}` })
      assert.strictEqual(yield* control.invalidate({ pattern: `${"*a".repeat(40)}*b` }), 0)
      assert.strictEqual(yield* control.invalidate({ pattern: `${"*a".repeat(40)}*` }), 1)
    }).pipe(Effect.scoped),
  )
})
