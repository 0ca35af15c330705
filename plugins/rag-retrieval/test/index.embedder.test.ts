import { assert, describe, it } from "@effect/vitest"
import { compose, Kernel, LlmError } from "@switchyard/core"
import { openai } from "@switchyard/provider-openai"
import { type Embedder, kernelEmbedder, makeExactStore } from "@switchyard/rag"
import { startUpstream } from "@switchyard/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { knowledgeSource } from "../src/index.ts"
import { contentOf, embedder, entries, freshIndexOf, index } from "./indexing.ts"

describe("indexSource, with a remote embedder", () => {
  it.live("waits when it is told to, and leaves a server that is down for the next run", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() => startUpstream({ apiKey: "sk-test" })),
        (running) => Effect.promise(() => running.close()),
      )
      const store = yield* makeExactStore()
      const source = knowledgeSource(entries(12))
      yield* Effect.gen(function* () {
        const kernel = yield* Kernel
        const model = { model: "openai/text-embedding-3-small", dimensions: 16, shorten: true, maxBatch: 3 }
        const options = { embedder: kernelEmbedder(kernel, model), embedConcurrency: 1, retries: 1 }
        server.reply({ fault: { error: "rate_limit_exceeded", headers: { "retry-after-ms": "30" } } }, {}, {})
        server.always({ fault: { status: 401 } })
        const error = yield* Effect.flip(index(source, store, options))
        assert.strictEqual(error.reason._tag, "Unauthorized")
        assert.strictEqual(yield* store.count(), 6)
        server.always({})
        const before = server.requests.length
        const report = yield* index(source, store, options)
        assert.deepStrictEqual([report.unchanged, report.added, server.requests.length - before], [6, 6, 2])
      }).pipe(Effect.provide(compose([openai({ apiKey: "sk-test", baseURL: server.baseURL })])))
    }),
  )
})

/** An embedder that fails from its n-th batch on. */
const failing = (from: number, error: LlmError): Embedder => {
  let batches = 0
  return {
    ...embedder,
    maxBatch: 2,
    embed: (texts) => Effect.suspend(() => (++batches > from ? Effect.fail(error) : embedder.embed(texts))),
  }
}

/** An embedder that fails in these ways first, and the times at which it was asked. */
const timed = (errors: ReadonlyArray<LlmError>): { readonly embedder: Embedder; readonly times: Array<number> } => {
  const times: Array<number> = []
  const embed = Effect.fnUntraced(function* (texts: ReadonlyArray<string>) {
    const error = errors[times.length]
    times.push(yield* Clock.currentTimeMillis)
    return error === undefined ? yield* embedder.embed(texts) : yield* error
  })
  return { embedder: { ...embedder, embed }, times }
}

const waits = (times: ReadonlyArray<number>) => times.slice(1).map((time, at) => time - (times[at] ?? 0))

/** Runs while the time of the test goes on, a second at each turn of the event loop. */
const ticking = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const turn = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
  return Effect.raceFirst(effect, Effect.forever(Effect.andThen(turn, TestClock.adjust("1 second"))))
}

describe("indexSource, when the embedder fails", () => {
  it.effect("keeps what was written, and the next run embeds only the rest", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const source = knowledgeSource(entries(20))
      const down = LlmError.make({ _tag: "Unauthorized", message: "wrong key" })
      const { message, reason } = yield* Effect.flip(index(source, store, { embedder: failing(4, down) }))
      assert.strictEqual(reason._tag, "Unauthorized")
      assert.match(message, /stopped after 8 documents, 8 of them written: wrong key/)
      assert.strictEqual(yield* store.count(), 8)
      const report = yield* index(source, store)
      assert.deepStrictEqual([report.unchanged, report.added, report.embedded], [8, 12, 12])
      assert.deepStrictEqual(yield* contentOf(store), yield* freshIndexOf(source))
    }),
  )

  it.effect("waits as it is asked to, and goes on", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const busy = LlmError.make({ _tag: "RateLimited", message: "slow down", retryAfterMs: 20_000 })
      const { embedder, times } = timed([busy])
      const report = yield* ticking(index(knowledgeSource(entries(3)), store, { embedder }))
      assert.deepStrictEqual([report.embedded, yield* store.count(), waits(times)], [3, 3, [20_000]])
    }),
  )

  it.effect("gives up after its retries, or when it is to wait for too long", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const source = knowledgeSource(entries(3))
      const overloaded = LlmError.make({ _tag: "Overloaded", message: "no capacity" })
      const ill = timed(Array.from({ length: 9 }, () => overloaded))
      const error = yield* ticking(Effect.flip(index(source, store, { embedder: ill.embedder, retries: 3 })))
      assert.match(error.message, /no capacity/)
      assert.deepStrictEqual(waits(ill.times), [1000, 2000, 4000])
      const tomorrow = LlmError.make({ _tag: "RateLimited", message: "come back later", retryAfterMs: 3_600_000 })
      const late = timed([tomorrow])
      assert.match((yield* Effect.flip(index(source, store, late))).message, /come back later/)
      assert.strictEqual(late.times.length, 1)
    }),
  )

  it.effect("refuses vectors of the wrong size", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const wrong: Embedder = { ...embedder, dimensions: 8 }
      const { reason, message } = yield* Effect.flip(index(knowledgeSource(entries(1)), store, { embedder: wrong }))
      assert.strictEqual(reason._tag, "InvalidResponse")
      assert.match(message, /says that its vectors have 8 dimensions and gave one with 16/)
      assert.strictEqual(yield* store.count(), 0)
    }),
  )
})
