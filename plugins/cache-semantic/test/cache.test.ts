import { assert, describe, it } from "@effect/vitest"
import { compose, foldCall, Kernel, LlmError, textOf } from "@switchyard/core"
import type { Embedder } from "@switchyard/rag"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { conceptEmbedder, semanticCache } from "../src/index.ts"
import { ask, counting, scriptedCache, stackOf } from "./stubs.ts"

const first = "How do I reset my password?"
const second = "What's the best way to reset my password?"
const opposite = "How do I not reset my password?"

describe("a second look by meaning", () => {
  it.effect("answers a paraphrase, says how similar it was, and asks anew what differs", () =>
    Effect.gen(function* () {
      const { plugin, seen } = counting()
      yield* Effect.gen(function* () {
        assert.isUndefined((yield* ask(first)).cached)
        const again = yield* ask(second)
        assert.strictEqual(textOf(again.content), "answer 1")
        assert.strictEqual(again.cached?.kind, "semantic")
        assert.isAtLeast(again.cached?.similarity ?? 0, 0.7)
        assert.strictEqual((yield* ask(first)).cached?.kind, "exact")
        const other = yield* ask(opposite)
        assert.isUndefined(other.cached)
        assert.include(JSON.stringify(other.route.decisions), "negation")
        assert.strictEqual(seen.length, 2)
      }).pipe(Effect.provide(stackOf(plugin)))
    }),
  )

  it.effect("replays a hit as a stream", () =>
    Effect.gen(function* () {
      const { plugin } = counting()
      yield* Effect.gen(function* () {
        yield* ask(first)
        const parts = yield* Kernel.use((kernel) => Stream.runCollect(kernel.stream({ model: "p/m", prompt: second })))
        const folded = foldCall(parts)
        assert.strictEqual(textOf(folded.content), "answer 1")
        assert.strictEqual(folded.cached?.kind, "semantic")
      }).pipe(Effect.provide(stackOf(plugin)))
    }),
  )

  const walls = {
    "another tenant": { tenant: "b" },
    "another model": { model: "p/n" },
    "another system prompt": { system: "Be rude." },
    "another temperature": { temperature: 0.3 },
    "another output": { output: { type: "json" } },
    "a tool": { tools: [{ type: "function", name: "t", inputSchema: { type: "object" } }] },
    "words before it": {
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello!" },
      ],
    },
  } as const
  it.effect.each(Object.entries(walls).map(([name, more]) => ({ name, more })))(
    "$name is never answered by it",
    ({ more }) =>
      Effect.gen(function* () {
        const { plugin, seen } = counting()
        yield* Effect.gen(function* () {
          yield* ask(first, { tenant: "a" })
          const { cached } = yield* ask(second, { tenant: "a", ...more })
          assert.isUndefined(cached)
          assert.strictEqual(seen.length, 2)
          assert.strictEqual((yield* ask(second, { tenant: "a" })).cached?.kind, "semantic")
        }).pipe(Effect.provide(stackOf(plugin)))
      }),
  )

  it.effect("tenants and models share where it is said so", () =>
    Effect.gen(function* () {
      const { plugin } = counting()
      yield* Effect.gen(function* () {
        yield* ask(first, { tenant: "a" })
        assert.strictEqual((yield* ask(second, { tenant: "b", model: "p/n" })).cached?.kind, "semantic")
      }).pipe(Effect.provide(stackOf(plugin, { shared: true, classes: { "p/m": "same", "p/n": "same" } })))
    }),
  )

  it.effect("a prompt with a file, an empty one and one of 20 MB go by", () =>
    Effect.gen(function* () {
      const { plugin, seen } = counting()
      const file = {
        type: "file",
        mediaType: "image/png",
        source: { type: "bytes", bytes: new Uint8Array([1]) },
      } as const
      const long = "word ".repeat(4_000_000)
      yield* Effect.gen(function* () {
        for (const prompt of [first, second]) {
          yield* Kernel.use((kernel) =>
            kernel.generate({
              model: "p/m",
              messages: [{ role: "user", content: [{ type: "text", text: prompt }, file] }],
            }),
          )
        }
        yield* ask(`${long}a`)
        assert.isUndefined((yield* ask(`${long}b`)).cached)
        assert.strictEqual(seen.length, 4)
      }).pipe(Effect.provide(stackOf(plugin)))
    }),
  )
})

describe("over another cache", () => {
  it.effect("the inner one keeps the answers and gets every hook; the same question never looks twice", () =>
    Effect.gen(function* () {
      const { plugin } = counting()
      const inner = scriptedCache()
      yield* Effect.gen(function* () {
        yield* ask(first)
        const hit = yield* ask(second)
        assert.deepStrictEqual(hit.cached, { kind: "semantic", ageMs: 7, similarity: hit.cached?.similarity ?? -1 })
        assert.strictEqual(inner.entries.size, 1)
        assert.strictEqual(inner.log.filter((line) => line.startsWith("store")).length, 1)
        assert.isTrue(inner.log.some((line) => line.startsWith("release")))
        inner.log.length = 0
        yield* ask(first)
        assert.deepStrictEqual(
          inner.log.map((line) => line.split(" ")[0]),
          ["lookup", "release"],
        )
      }).pipe(Effect.provide(stackOf(plugin, { over: inner.plugin })))
    }),
  )

  it.effect("an answer that the inner cache has dropped is a miss, and its flight is let go", () =>
    Effect.gen(function* () {
      const { plugin, seen } = counting()
      const inner = scriptedCache()
      yield* Effect.gen(function* () {
        yield* ask(first)
        inner.entries.clear()
        inner.log.length = 0
        assert.isUndefined((yield* ask(second)).cached)
        assert.strictEqual(seen.length, 2)
        const released = inner.log.filter((line) => line.startsWith("release"))
        assert.strictEqual(new Set(released).size, 2)
        assert.strictEqual((yield* ask(first)).cached?.kind, "semantic")
      }).pipe(Effect.provide(stackOf(plugin, { over: inner.plugin })))
    }),
  )
})

describe("a judge", () => {
  const judged = (says: string) => counting(({ model }) => (model === "judge" ? says : undefined))
  const verdicts = [
    ["yes", true],
    ["Yes.", true],
    ["no", false],
    ["yes, but only partly", false],
    ["", false],
    ["{}", false],
  ] as const
  it.effect.each(verdicts.map(([says, hit]) => ({ says, hit })))("that says '$says': hit $hit", ({ says, hit }) =>
    Effect.gen(function* () {
      const { plugin } = judged(says)
      yield* Effect.gen(function* () {
        yield* ask(first)
        assert.strictEqual((yield* ask(second)).cached?.kind === "semantic", hit)
      }).pipe(Effect.provide(stackOf(plugin, { judge: { model: "p/judge" } })))
    }),
  )

  it.effect("that fails is a miss, never a failed call", () =>
    Effect.gen(function* () {
      const { plugin } = counting()
      yield* Effect.gen(function* () {
        yield* ask(first)
        assert.isUndefined((yield* ask(second)).cached)
      }).pipe(Effect.provide(stackOf(plugin, { judge: { model: "nobody/there" } })))
    }),
  )
})

describe("what goes wrong", () => {
  const broken: Embedder = {
    ...conceptEmbedder,
    embed: () => Effect.fail(LlmError.make({ _tag: "Network", message: "it is down" })),
  }
  const silent: Embedder = { ...conceptEmbedder, embed: () => Effect.never }

  it.effect("an embedder that fails is a miss with a line in the trace; exact hits go on", () =>
    Effect.gen(function* () {
      const { plugin } = counting()
      yield* Effect.gen(function* () {
        yield* ask(first)
        const other = yield* ask(second)
        assert.isUndefined(other.cached)
        assert.deepStrictEqual(other.warnings, [])
        assert.include(JSON.stringify(other.route.decisions), "it is down")
        assert.strictEqual((yield* ask(first)).cached?.kind, "exact")
      }).pipe(Effect.provide(stackOf(plugin, { embedder: broken })))
    }),
  )

  it.live("an embedder that never answers is waited for no longer than it may take", () =>
    Effect.gen(function* () {
      const { plugin } = counting()
      const { cached } = yield* Effect.provide(
        Effect.andThen(ask(first), ask(second)),
        stackOf(plugin, { embedder: silent, patienceMs: 5 }),
      )
      assert.isUndefined(cached)
    }),
  )

  it.effect("an inner cache that cannot be built fails the stack", () =>
    Effect.gen(function* () {
      const { plugin } = counting()
      const inner = semanticCache({ maxEntries: 0 })
      const error = yield* Effect.flip(Effect.provide(ask(first), compose([plugin, semanticCache({ over: inner })])))
      assert.include(error.message, "maxEntries")
    }),
  )
})

describe("without another cache", () => {
  it.effect("answers age, are bounded in number, and can be dropped", () =>
    Effect.gen(function* () {
      const { plugin, seen } = counting()
      yield* Effect.gen(function* () {
        yield* ask(first)
        yield* TestClock.adjust(400)
        assert.strictEqual((yield* ask(first)).cached?.ageMs, 400)
        assert.isUndefined((yield* ask(first, { policy: { cache: { maxAgeMs: 100 } } })).cached)
        yield* TestClock.adjust(2000)
        assert.isUndefined((yield* ask(second)).cached)
        yield* ask("What is the capital of France?")
        yield* ask("What is the capital of Spain?")
        assert.isUndefined((yield* ask("What is the capital of Italy?")).cached)
        assert.isUndefined((yield* ask("What's France's capital?")).cached)
        assert.strictEqual(seen.length, 7)
      }).pipe(Effect.provide(stackOf(plugin, { maxEntries: 2, ttlMs: 1000 })))
    }),
  )

  it.effect("answers of a high temperature are kept only when asked for", () =>
    Effect.gen(function* () {
      const { plugin } = counting()
      yield* Effect.gen(function* () {
        yield* ask(first, { temperature: 1 })
        assert.isUndefined((yield* ask(first, { temperature: 1 })).cached)
        yield* ask(first, { temperature: 1, policy: { cache: {} } })
        assert.strictEqual((yield* ask(second, { temperature: 1 })).cached?.kind, "semantic")
      }).pipe(Effect.provide(stackOf(plugin)))
    }),
  )

  it.effect("the cache is left alone where the call says so", () =>
    Effect.gen(function* () {
      const { plugin, seen } = counting()
      yield* Effect.gen(function* () {
        yield* ask(first, { policy: { cache: { mode: "read-only" } } })
        assert.isUndefined((yield* ask(second)).cached)
        assert.isUndefined((yield* ask(first, { policy: { cache: { mode: "off" } } })).cached)
        assert.isUndefined((yield* ask(first, { policy: { cache: { mode: "refresh" } } })).cached)
        assert.strictEqual(seen.length, 4)
      }).pipe(Effect.provide(stackOf(plugin)))
    }),
  )
})

it.live("interrupting a call while the embedder works stops the embedder", () =>
  Effect.gen(function* () {
    const [begun, stopped] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    const embed = () =>
      Effect.andThen(
        Deferred.succeed(begun, undefined),
        Effect.onInterrupt(Effect.never, () => Deferred.succeed(stopped, undefined)),
      )
    const slow = stackOf(counting().plugin, { embedder: { ...conceptEmbedder, embed }, patienceMs: 60_000 })
    const fiber = yield* Effect.forkChild(Effect.provide(ask(first), slow), { startImmediately: true })
    yield* Deferred.await(begun)
    yield* Fiber.interrupt(fiber)
    yield* Effect.timeout(Deferred.await(stopped), 1000)
  }),
)
