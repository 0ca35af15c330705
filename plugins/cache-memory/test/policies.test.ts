import { assert, describe, it } from "@effect/vitest"
import type { CachePolicy } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { answer, counted, ill, plug, provider, standing } from "./stubs.ts"

const minute = 60_000
const policy = (cache: CachePolicy) => ({ policy: { cache } })

describe("what is cached", () => {
  it.effect("the same question once; what changes the answer is another question, tags are not", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { ask } = yield* standing([plugin])
      assert.strictEqual(yield* ask(), "answer 1")
      assert.strictEqual(yield* ask({ tags: { user: "ann" } }), "answer 1")
      const others = [
        { temperature: 0.2 },
        { system: "Be brief." },
        { model: "p/n" },
        { maxOutputTokens: 5 },
        { tools: [{ type: "function" as const, name: "f", inputSchema: { type: "object" } }] },
        { output: { type: "json" as const } },
        { seed: 7 },
      ]
      for (const other of others) yield* ask(other)
      assert.strictEqual(state.calls, 1 + others.length)
      for (const other of others) yield* ask(other)
      assert.strictEqual(state.calls, 1 + others.length)
    }).pipe(Effect.scoped),
  )

  it.effect("no tenant sees another's, unless sharing was asked for", () =>
    Effect.gen(function* () {
      const tenants = [undefined, "", "a", "b", "-", "1:a"]
      const { plugin, state } = provider()
      const { ask } = yield* standing([plugin])
      for (const tenant of tenants) yield* ask({ tenant })
      assert.strictEqual(state.calls, tenants.length)
      for (const [index, tenant] of tenants.entries()) assert.strictEqual(yield* ask({ tenant }), `answer ${index + 1}`)
      const one = provider()
      const shared = yield* standing([one.plugin], { share: "all" })
      for (const tenant of tenants) yield* shared.ask({ tenant })
      assert.strictEqual(one.state.calls, 1)
    }).pipe(Effect.scoped),
  )

  it.effect("a temperature above the limit only when the call asks for it", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { ask } = yield* standing([plugin])
      const twice = (input: Parameters<typeof ask>[0]) =>
        Effect.gen(function* () {
          const before = state.calls
          yield* ask(input)
          yield* ask(input)
          return state.calls - before
        })
      assert.strictEqual(yield* twice({ temperature: 0.3 }), 1)
      assert.strictEqual(yield* twice({ temperature: 0.31 }), 2)
      assert.strictEqual(yield* twice({ temperature: 0.9, ...policy({ maxAgeMs: minute }) }), 2)
      assert.strictEqual(yield* twice({ temperature: 0.8, ...policy({ mode: "read-write" }) }), 1)
      const strict = yield* standing([plugin], { missingTemperature: 1 })
      const before = state.calls
      yield* strict.ask()
      yield* strict.ask()
      assert.strictEqual(state.calls - before, 2)
    }).pipe(Effect.scoped),
  )

  it.effect("answers that are cut, filtered, empty or too large are not kept", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { ask, control } = yield* standing([plugin], { maxEntryBytes: 5000 })
      const bad = [
        answer("cut", { finish: { unified: "length" } }),
        answer("no", { finish: { unified: "content-filter" } }),
        answer("?", { finish: { unified: "unknown" } }),
        answer("", { content: [] }),
        answer("x".repeat(5000)),
      ]
      for (const [index, one] of bad.entries()) {
        state.say = () => Effect.succeed(one)
        yield* ask({ prompt: `${index}` })
        yield* ask({ prompt: `${index}` })
      }
      assert.strictEqual(state.calls, bad.length * 2)
      assert.deepInclude(yield* control.stats, { entries: 0, refused: bad.length * 2, stored: 0 })
    }).pipe(Effect.scoped),
  )

  it.effect("a caller who changes what it got changes nothing for others", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const { call, ask } = yield* standing([plugin])
      for (let turn = 0; turn < 3; turn++) {
        const [part] = (yield* call()).content
        assert(part?.type === "text")
        Object.assign(part, { text: "changed" })
      }
      assert.strictEqual(yield* ask(), "answer 1")
    }).pipe(Effect.scoped),
  )
})

describe("modes", () => {
  it.effect("read-only keeps nothing, write-only and refresh read nothing, off does neither", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const { ask } = yield* standing([plugin])
      assert.strictEqual(yield* ask(policy({ mode: "read-only" })), "answer 1")
      assert.strictEqual(yield* ask(policy({ mode: "write-only" })), "answer 2")
      assert.strictEqual(yield* ask(policy({ mode: "read-only" })), "answer 2")
      assert.strictEqual(yield* ask(policy({ mode: "refresh" })), "answer 3")
      assert.strictEqual(yield* ask(policy({ mode: "off" })), "answer 4")
      assert.strictEqual(yield* ask(), "answer 3")
    }).pipe(Effect.scoped),
  )
})

describe("time", () => {
  it.effect("an entry lives for its time, by model, and a call may want it younger", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { ask, call } = yield* standing([plugin], { ttlMs: minute, ttlByModel: { "*/n": 10 * minute } })
      yield* ask()
      yield* ask({ model: "p/n" })
      yield* TestClock.adjust(minute - 1)
      assert.deepStrictEqual((yield* call()).cached, { kind: "exact", ageMs: minute - 1 })
      assert.strictEqual(yield* ask(policy({ maxAgeMs: minute - 1 })), "answer 3")
      yield* TestClock.adjust(minute)
      assert.strictEqual(yield* ask(), "answer 4")
      assert.strictEqual(yield* ask({ model: "p/n" }), "answer 2")
      assert.strictEqual(yield* ask({ model: "p/n", ...policy({ maxAgeMs: 0 }) }), "answer 5")
      assert.strictEqual(state.calls, 5)
    }).pipe(Effect.scoped),
  )

  it.effect("a clock that is set back neither revives an entry nor keeps it for ever", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      yield* TestClock.setTime(10 * minute)
      const { ask } = yield* standing([plugin], { ttlMs: 2 * minute, staleIfErrorMs: 0 })
      yield* ask()
      yield* TestClock.adjust(minute)
      yield* TestClock.setTime(minute)
      assert.strictEqual(yield* ask(), "answer 1")
      yield* TestClock.adjust(2 * minute)
      assert.strictEqual(yield* ask(), "answer 2")
    }).pipe(Effect.scoped),
  )

  it.effect("what is over is put out without being asked for", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const { ask, control } = yield* standing([plugin], { ttlMs: 1000, staleIfErrorMs: 0 })
      for (let one = 0; one < 20; one++) yield* ask({ prompt: `old ${one}` })
      yield* TestClock.adjust(2000)
      for (let one = 0; one < 10; one++) yield* ask({ prompt: `new ${one}` })
      assert.deepInclude(yield* control.stats, { entries: 10, expired: 20, evictions: 0 })
    }).pipe(Effect.scoped),
  )
})

describe("stale answers", () => {
  const stale = { staleWhileRevalidateMs: minute, ttlMs: minute }

  it.effect("are given at once while one newer is fetched behind", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { ask, call, control } = yield* standing([plugin], stale)
      yield* ask()
      yield* TestClock.adjust(minute + 5)
      const many = yield* Effect.all(
        Array.from({ length: 20 }, () => call()),
        { concurrency: "unbounded" },
      )
      for (const one of many) {
        if (one.cached?.stale === true) assert.strictEqual(one.cached.ageMs, minute + 5)
        else assert.deepStrictEqual(one.content, [{ type: "text", text: "answer 2" }])
      }
      assert.strictEqual(many[0]?.cached?.stale, true)
      yield* counted(control, ({ refreshed }) => refreshed === 1)
      const fresh = yield* call()
      assert.deepStrictEqual([fresh.cached, state.calls], [{ kind: "exact", ageMs: 0 }, 2])
      assert.deepInclude(yield* control.stats, { refreshed: 1, refreshesFailed: 0 })
    }).pipe(Effect.scoped),
  )

  it.effect("are not given when that is over, and a failure to fetch is not repeated at once", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const { ask, call, control } = yield* standing([plugin], stale)
      yield* ask()
      yield* TestClock.adjust(minute + 5)
      state.say = () => Effect.fail(ill())
      for (let turn = 0; turn < 5; turn++) {
        assert.strictEqual((yield* call()).cached?.stale, true)
        yield* counted(control, ({ refreshesFailed }) => refreshesFailed === 1)
      }
      assert.strictEqual(state.calls, 2)
      assert.deepInclude(yield* control.stats, { refreshesFailed: 1, stale: 5 })
      yield* TestClock.adjust(minute)
      assert.strictEqual((yield* Effect.flip(call())).reason._tag, "Overloaded")
    }).pipe(Effect.scoped),
  )

  it.effect("where middleware adds to a request again, the next caller fetches it", () =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const adding = plug("middleware", {
        name: "adding",
        stage: "context",
        request: (current) =>
          Effect.succeed({ ...current, messages: [...current.messages, { role: "system", content: "more" }] }),
      })
      const { ask, call, control } = yield* standing([plugin, adding], stale)
      yield* ask()
      yield* TestClock.adjust(minute + 5)
      assert.strictEqual((yield* call()).cached?.stale, true)
      yield* counted(control, ({ refreshed }) => refreshed === 1)
      assert.strictEqual(yield* ask(), "answer 3")
      assert.strictEqual(yield* ask(), "answer 3")
    }).pipe(Effect.scoped),
  )

  it.effect("serve when every candidate failed, if the failover asks for them", () =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const lastResort = plug("failover", {
        run: ([first], dispatch) =>
          Effect.catch(dispatch(first), () =>
            dispatch({ provider: "@cache", model: "any-age" }, { degraded: "an old answer" }),
          ),
        rescue: () => Effect.succeed({ _tag: "Fail" }),
      })
      const { ask, call } = yield* standing([plugin, lastResort], { ttlMs: minute, staleIfErrorMs: 10 * minute })
      yield* ask()
      state.say = () => Effect.fail(ill())
      yield* TestClock.adjust(5 * minute)
      const old = yield* call()
      assert.deepStrictEqual(old.cached, { kind: "exact", ageMs: 5 * minute, stale: true })
      assert.strictEqual(old.degraded, "an old answer")
      const impatient = call(policy({ staleIfErrorMs: minute }))
      assert.strictEqual((yield* Effect.flip(impatient)).reason._tag, "NoRoute")
      yield* TestClock.adjust(6 * minute)
      assert.strictEqual((yield* Effect.flip(call())).reason._tag, "NoRoute")
    }).pipe(Effect.scoped),
  )
})
