import { assert, describe } from "@effect/vitest"
import { type CachePolicy, definePlugin, foldCall, type LlmRequestInput, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { useRedis } from "./server.ts"
import { answer, eventually, ill, partsOf, plug, provider, redisAt, standing } from "./stubs.ts"

const redisIt = useRedis()
const policy = (cache: CachePolicy): Partial<LlmRequestInput> => ({ policy: { cache } })

describe("answers shared on Redis", () => {
  redisIt("what one stack asked, another finds, whole or as a stream", (options) =>
    Effect.gen(function* () {
      const [a, b] = [provider(), provider()]
      const [one, two] = [yield* standing([a.plugin], options), yield* standing([b.plugin], options)]
      const first = yield* one.call()
      const second = yield* two.call()
      assert.deepStrictEqual([first.cached, second.cached?.kind, b.state.calls], [undefined, "exact", 0])
      assert.deepStrictEqual(
        [second.content, second.usage, second.model, second.provider],
        [first.content, first.usage, first.model, first.provider],
      )
      const flowed = foldCall(yield* two.collect())
      assert.deepStrictEqual([flowed.content, flowed.cached?.kind], [first.content, "exact"])
      const { savedUsd, hits, nearHits } = yield* two.control.counts
      assert.deepStrictEqual([hits, nearHits], [2, 1])
      assert.closeTo(savedUsd, 2 * 0.003, 1e-9)
    }),
  )

  redisIt("a tenant never sees another's answer, unless they share", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const apart = yield* standing([plugin], options)
      const texts = yield* Effect.forEach(["a", "b", "", undefined, "a:b", "*"], (tenant) => apart.ask({ tenant }))
      assert.strictEqual(new Set(texts).size, 6)
      assert.deepStrictEqual(yield* apart.ask({ tenant: "b" }), texts[1])
      assert.strictEqual(state.calls, 6)
      const shared = yield* standing([plugin], { ...options, share: "all" })
      assert.strictEqual(yield* shared.ask({ tenant: "x" }), yield* shared.ask({ tenant: "y" }))
    }),
  )

  redisIt("its time is Redis's: nothing is left when it is over", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const stack = yield* standing([plugin], { ...options, ttlMs: 60, staleIfErrorMs: 0, near: false })
      const redis = yield* redisAt(options.url)
      yield* stack.ask({ tags: { team: "x" } })
      const keys = yield* Effect.promise(() => redis.keys(`${options.prefix}*`))
      assert.isTrue(keys.some((key) => key.includes("entry:")))
      const kept = Effect.promise(() => redis.keys(`${options.prefix}*`))
      yield* eventually(
        "all but the counters is gone",
        Effect.map(kept, (left) => left.every((key) => /:(fence|floor)$/.test(key))),
      )
      yield* stack.ask()
      assert.strictEqual(state.calls, 2)
    }),
  )

  redisIt("what is cut, filtered or too large is not kept; nor what is not meant to be the same each time", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const stack = yield* standing([plugin], { ...options, maxEntryBytes: 2000 })
      state.say.each = (call) =>
        Effect.succeed(
          call === 1
            ? answer("cut", { finish: { unified: "length" } })
            : call === 2
              ? answer("filtered", { finish: { unified: "content-filter" } })
              : call === 3
                ? answer("x".repeat(3000))
                : answer(`answer ${call}`),
        )
      yield* Effect.forEach([1, 2, 3], () => stack.ask())
      assert.strictEqual((yield* stack.control.stats).refused, 3)
      assert.strictEqual(yield* stack.ask(), "answer 4")
      assert.strictEqual(yield* stack.ask(), "answer 4")
      const warm = { temperature: 0.9 }
      yield* Effect.forEach([1, 2], () => stack.ask(warm))
      assert.strictEqual(state.calls, 6)
      const asked = { ...warm, ...policy({ mode: "read-write" }) }
      yield* Effect.forEach([1, 2], () => stack.ask(asked))
      assert.strictEqual(state.calls, 7)
    }),
  )

  redisIt("files as bytes, tool calls, reasoning and provider data come back as they were", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const content = [
        { type: "reasoning", text: "hm", providerData: { p: { signature: "s" } } },
        { type: "file", mediaType: "image/png", source: { type: "bytes", bytes: new Uint8Array([0, 255, 7]) } },
        { type: "tool-call", id: "1", name: "t", inputText: '{"a":1' },
        { type: "text", text: "naïve \u{1F600} \u0000 é".repeat(3000) },
      ] as const
      state.say.each = () => Effect.succeed(answer("", { content, finish: { unified: "tool-calls" } }))
      const stack = yield* standing([plugin], { ...options, near: false })
      yield* stack.ask()
      const again = yield* stack.call()
      assert.strictEqual(again.cached?.kind, "exact")
      assert.deepStrictEqual(again.content, content)
      const { bytes, entries } = yield* stack.control.stats
      assert.strictEqual(entries, 1)
      assert.isBelow(bytes, 3000)
    }),
  )
})

describe("policies", () => {
  redisIt("refresh fetches anew for all, read-only keeps nothing, off leaves it alone", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const one = yield* standing([plugin], options)
      const two = yield* standing([plugin], options)
      assert.strictEqual(yield* one.ask(policy({ mode: "read-only" })), "answer 1")
      assert.strictEqual(yield* one.ask(), "answer 2")
      assert.strictEqual(yield* two.ask(), "answer 2")
      assert.strictEqual(yield* one.ask(policy({ mode: "refresh" })), "answer 3")
      yield* eventually(
        "the other process hears of it",
        Effect.map(two.ask(), (text) => text === "answer 3"),
      )
      assert.strictEqual(yield* one.ask(policy({ mode: "off" })), "answer 4")
      assert.strictEqual(yield* one.ask(policy({ maxAgeMs: 0 })), "answer 5")
      assert.strictEqual(state.calls, 5)
    }),
  )

  redisIt("an old answer is given while a newer one is fetched behind it, in one process only", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const stale = { ...options, ttlMs: 1, staleWhileRevalidateMs: 60_000, near: false } as const
      const [one, two] = [yield* standing([plugin], stale), yield* standing([plugin], stale)]
      yield* one.ask()
      yield* Effect.sleep(5)
      state.takesMs = 100
      const given = yield* Effect.all([one.call(), two.call(), one.call(), two.call()], { concurrency: "unbounded" })
      assert.deepStrictEqual(
        given.map(({ cached }) => cached?.stale),
        [true, true, true, true],
      )
      yield* eventually(
        "the newer one is there",
        Effect.map(Effect.all([one.control.counts, two.control.counts]), (all) =>
          all.some(({ refreshed }) => refreshed === 1),
        ),
      )
      assert.strictEqual(state.calls, 2)
      assert.strictEqual(yield* two.ask(), "answer 2")
    }),
  )

  redisIt("where a request cannot be asked again as it is, the next caller fetches the newer answer", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const longer = plug("middleware", {
        name: "longer",
        stage: "context",
        request: (asked) =>
          Effect.succeed({ ...asked, messages: [...asked.messages, { role: "system", content: "more" }] }),
      })
      const stack = yield* standing([plugin, longer], { ...options, ttlMs: 1, staleWhileRevalidateMs: 60_000 })
      yield* stack.ask()
      yield* Effect.sleep(5)
      assert.isTrue((yield* stack.call()).cached?.stale)
      yield* eventually(
        "it was tried behind",
        Effect.map(stack.control.counts, ({ refreshed }) => refreshed === 1),
      )
      assert.isUndefined((yield* stack.call()).cached)
      assert.strictEqual(state.calls, 3)
    }),
  )

  redisIt("when every candidate fails, an old answer is given, as old as it may be", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const desperate = definePlugin({
        manifest: { name: "desperate", kind: "failover", contract: 1, permissions: [] },
        options: Schema.Struct({}),
        layer: (_, key) =>
          Layer.succeed(key, {
            run: ([first], dispatch) =>
              Effect.catch(dispatch(first), () => dispatch({ provider: "@cache", model: "any-age" })),
            rescue: () => Effect.succeed({ _tag: "Fail" }),
          }),
      })()
      const stack = yield* standing([plugin, desperate], { ...options, ttlMs: 1 })
      yield* stack.ask()
      yield* Effect.sleep(5)
      state.say.each = () => Effect.fail(ill())
      const old = yield* stack.call()
      assert.deepStrictEqual([old.cached?.stale, textOf(old.content)], [true, "answer 1"])
      const failed = yield* Effect.flip(stack.call(policy({ staleIfErrorMs: 0 })))
      assert.strictEqual(failed.reason._tag, "NoRoute")
    }),
  )
})

describe("streams", () => {
  redisIt("a stream that is cut is not kept; a whole one is, and comes back at a pace where one is set", (options) =>
    Effect.gen(function* () {
      let asked = 0
      const whole = partsOf(["Hel", "lo, ", "world"])
      const stream = () => Stream.fromArray(asked++ === 0 ? whole.slice(0, 3) : [...whole])
      const { plugin } = provider({ stream })
      const stack = yield* standing([plugin], { ...options, replayCharactersPerSecond: 40 })
      assert.strictEqual((yield* Effect.flip(stack.collect())).reason._tag, "Truncated")
      yield* stack.collect()
      const began = performance.now()
      const replayed = yield* stack.collect()
      assert.isAbove(performance.now() - began, 200)
      const folded = foldCall(replayed)
      assert.deepStrictEqual([textOf(folded.content), folded.cached?.kind, asked], ["Hello, world", "exact", 2])
      assert.isAbove(replayed.filter(({ type }) => type === "text-delta").length, 3)
    }),
  )
})

describe("dropping", () => {
  redisIt("by tenant, model, tag, pattern, and all of them together; in every process", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      const [one, two] = [yield* standing([plugin], options), yield* standing([plugin], options)]
      const asked: ReadonlyArray<Partial<LlmRequestInput>> = [
        { tenant: "a", tags: { team: "x" } },
        { tenant: "a", prompt: "other", tags: { team: "y" } },
        { tenant: "b", tags: { team: "x" } },
        { model: "p/n" },
      ]
      const fill = Effect.forEach(asked, (input) => Effect.andThen(one.ask(input), two.ask(input)))
      const drops = [
        [{ tenant: "a" }, 2],
        [{ model: "p/n" }, 1],
        [{ model: "vendor-model" }, 4],
        [{ tag: { name: "team", value: "x" } }, 2],
        [{ tag: { name: "team", value: "x" }, tenant: "b" }, 1],
        [{ tag: { name: "team", value: "x" }, model: "p/n" }, 0],
        [{ pattern: "p/?" }, 4],
        [{ pattern: "*n", tenant: "nobody" }, 0],
        [{ pattern: "no*" }, 0],
        [{}, 4],
      ] as const
      for (const [query, expected] of drops) {
        yield* fill
        const before = state.calls
        assert.strictEqual(yield* one.control.invalidate(query), expected, JSON.stringify(query))
        yield* eventually(
          "the other process has dropped them too",
          Effect.map(
            Effect.forEach(asked, (input) => two.ask(input)),
            () => state.calls === before + expected,
          ),
        )
      }
      yield* one.control.invalidate({})
      assert.strictEqual((yield* one.control.stats).entries, 0)
    }),
  )

  redisIt("an answer that was being fetched meanwhile is not kept", (options) =>
    Effect.gen(function* () {
      const { plugin, state } = provider()
      state.takesMs = 150
      const stack = yield* standing([plugin], options)
      const [text] = yield* Effect.all([stack.ask(), Effect.andThen(Effect.sleep(60), stack.control.invalidate({}))], {
        concurrency: 2,
      })
      assert.strictEqual(text, "answer 1")
      assert.strictEqual((yield* stack.control.stats).fenced, 1)
      assert.strictEqual(yield* stack.ask(), "answer 2")
    }),
  )

  redisIt("thousands at once, without KEYS and without a SCAN", (options) =>
    Effect.gen(function* () {
      const { plugin } = provider()
      const stack = yield* standing([plugin], options)
      const redis = yield* redisAt(options.url)
      const prompts = Array.from({ length: 1500 }, (_, at) => `prompt ${at}`)
      yield* Effect.forEach(prompts, (prompt) => stack.ask({ prompt, tags: { batch: "1" } }), { concurrency: 50 })
      yield* Effect.promise(() => redis.configResetStat())
      assert.strictEqual(yield* stack.control.invalidate({ tag: { name: "batch", value: "1" } }), 1500)
      const used = yield* Effect.promise(() => redis.info("commandstats"))
      assert.notMatch(used, /cmdstat_(keys|scan):/)
      assert.match(used, /cmdstat_zscan:/)
    }),
  )
})
