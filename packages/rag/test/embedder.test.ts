import { assert, describe, it } from "@effect/vitest"
import { compose, definePlugin } from "@switchyard/core"
import { startUpstream, type Upstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import {
  cachedEmbedder,
  embedAll,
  Embedder,
  embedOne,
  layerKernelEmbedder,
  normalisedEmbedder,
  type ProviderEmbedderOptions,
  providerEmbedder,
  stampOf,
} from "../src/index.ts"
import { httpProvider } from "./httpProvider.ts"

const upstream = Effect.acquireDisposable(Effect.promise(() => startUpstream()))

const plug = (id: string, server: Upstream) =>
  definePlugin({
    manifest: { name: id, kind: "provider", contract: 1, permissions: ["network"] },
    options: Schema.Struct({}),
    layer: (_, key) => Layer.succeed(key, httpProvider(id, server)),
  })()

const inputsOf = (server: Upstream): ReadonlyArray<unknown> =>
  server.requests.map(({ rawBody }) => (JSON.parse(rawBody) as { readonly input: unknown }).input)

/** As many rows as there are texts; each begins with the length of its text. */
const sized = (server: Upstream, dimensions: number): Upstream => {
  server.always((request) => {
    const { input } = JSON.parse(request.rawBody) as { readonly input: ReadonlyArray<string> }
    return { embeddings: input.map((text) => [text.length, ...Array.from({ length: dimensions - 1 }, () => 1)]) }
  })
  return server
}

const four = { model: "small", id: "acme/small", dimensions: 4 }

describe("an embedder over a provider", () => {
  it.effect("asks for its texts in batches, and gives the vectors in their order", () =>
    Effect.gen(function* () {
      const server = sized(yield* upstream, 4)
      const embedder = providerEmbedder(httpProvider("acme", server), { ...four, maxBatch: 2 })
      assert.deepStrictEqual(stampOf(embedder), { id: "acme/small", version: "1", dimensions: 4 })
      const vectors = yield* embedAll(embedder, ["a", "bb", "ccc", "dddd", "eeeee"])
      assert.deepStrictEqual(
        vectors.map(([first]) => first),
        [1, 2, 3, 4, 5],
      )
      assert.sameDeepMembers([...inputsOf(server)], [["a", "bb"], ["ccc", "dddd"], ["eeeee"]])
      assert.deepStrictEqual(yield* embedAll(embedder, []), [])
      assert.deepStrictEqual(yield* embedder.embed([]), [])
      assert.strictEqual(server.requests.length, 3)
    }),
  )

  it.effect("sends what belongs to a purpose, and asks for fewer dimensions only when told to", () =>
    Effect.gen(function* () {
      const server = sized(yield* upstream, 4)
      const providerData = { query: { acme: { input_type: "query" } } }
      const embedder = providerEmbedder(httpProvider("acme", server), { ...four, shorten: true, providerData })
      yield* embedOne(embedder, "q", { purpose: "query" })
      yield* embedOne(embedder, "d", { purpose: "document" })
      yield* embedOne(providerEmbedder(httpProvider("acme", server), four), "plain")
      const sent = server.requests.map(({ rawBody }) => JSON.parse(rawBody) as Record<string, unknown>)
      assert.deepStrictEqual(
        sent.map(({ dimensions, input_type: type }) => [dimensions, type]),
        [
          [4, "query"],
          [4, undefined],
          [undefined, undefined],
        ],
      )
    }),
  )

  it.effect("refuses vectors of another size than it says, and does not ask again", () =>
    Effect.gen(function* () {
      const server = sized(yield* upstream, 3)
      const error = yield* Effect.flip(embedOne(providerEmbedder(httpProvider("acme", server), four), "x"))
      assert.strictEqual(error.reason._tag, "InvalidResponse")
      assert.strictEqual(error.recovery, "none")
      assert.include(error.message, '"acme/small" says that its vectors have 4 dimensions and gave one with 3')
    }),
  )
})

it.effect("a provider that cannot embed says so", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(embedOne(providerEmbedder({ id: "mute" }, four), "x"))
    assert.strictEqual(error.reason._tag, "Unsupported")
    assert.include(error.message, '"mute" does not embed')
  }),
)

describe("an embedder over a kernel", () => {
  const embedding = (options: ProviderEmbedderOptions, server: Upstream, model: string) => {
    const stack = compose([plug("acme", server), plug("other", server)], { routes: { vectors: [model] } })
    return Effect.provide(
      Effect.flatMap(Embedder, (embedder) => embedOne(embedder, "three")),
      Layer.provide(layerKernelEmbedder(options), stack),
    )
  }

  it.effect("goes the way of a call: by its name, or an alias that says what it stands for", () =>
    Effect.gen(function* () {
      const server = sized(yield* upstream, 4)
      const byName = { model: "acme/small", dimensions: 4 }
      assert.strictEqual((yield* embedding(byName, server, "acme/small"))[0], 5)
      const byAlias = { model: "vectors", id: "acme/small", dimensions: 4 }
      assert.strictEqual((yield* embedding(byAlias, server, "acme/small"))[0], 5)
    }),
  )

  it.effect("refuses the vectors of another model", () =>
    Effect.gen(function* () {
      const server = sized(yield* upstream, 4)
      const options = { model: "vectors", id: "acme/small", dimensions: 4 }
      for (const model of ["other/small", "acme/large"]) {
        const error = yield* Effect.flip(embedding(options, server, model))
        assert.strictEqual(error.recovery, "none")
        assert.include(error.message, `"acme/small" were asked for and "${model}" answered`)
      }
    }),
  )

  it.effect("interrupting it closes the connection", () =>
    Effect.gen(function* () {
      const server = yield* upstream
      server.always({ fault: { silent: true } })
      const stack = compose([plug("acme", server)])
      const embedder = layerKernelEmbedder({ model: "acme/small", dimensions: 4 })
      const embed = Effect.provide(
        Effect.flatMap(Embedder, (e) => embedOne(e, "x")),
        Layer.provide(embedder, stack),
      )
      const fiber = yield* Effect.forkChild(embed)
      const request = yield* Effect.promise(() => server.waitForRequest())
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* Effect.promise(async () => request.closed), "aborted")
    }),
  )
})

describe("combinators", () => {
  it.effect("cached: a text is embedded once, whatever the batch, and purposes are kept apart", () =>
    Effect.gen(function* () {
      const server = sized(yield* upstream, 4)
      const embedder = cachedEmbedder(providerEmbedder(httpProvider("acme", server), four))
      assert.deepStrictEqual(stampOf(embedder), { id: "acme/small", version: "1", dimensions: 4 })
      const first = yield* embedAll(embedder, ["a", "bb", "a"])
      const again = yield* embedAll(embedder, ["bb", "ccc", "a"])
      assert.deepStrictEqual(
        [first, again].map((vectors) => vectors.map(([length]) => length)),
        [
          [1, 2, 1],
          [2, 3, 1],
        ],
      )
      yield* embedOne(embedder, "a", { purpose: "query" })
      assert.deepStrictEqual(inputsOf(server), [["a", "bb"], ["ccc"], ["a"]])
    }),
  )

  it.effect("cached: keeps as many as it may, the ones used last", () =>
    Effect.gen(function* () {
      const server = sized(yield* upstream, 4)
      const embedder = cachedEmbedder(providerEmbedder(httpProvider("acme", server), four), { capacity: 2 })
      for (const text of ["a", "b", "a", "c", "a", "b"]) yield* embedOne(embedder, text)
      assert.deepStrictEqual(inputsOf(server), [["a"], ["b"], ["c"], ["b"]])
      assert.strictEqual((yield* embedAll(embedder, ["p", "qq", "rrr", "qq"])).length, 4)
    }),
  )

  it.effect("cached: a failure is not kept", () =>
    Effect.gen(function* () {
      const server = yield* upstream
      server.always({ fault: { error: "rate_limit_exceeded" } })
      const embedder = cachedEmbedder(providerEmbedder(httpProvider("acme", server), four))
      assert.strictEqual((yield* Effect.flip(embedOne(embedder, "a"))).reason._tag, "ProviderInternal")
      sized(server, 4)
      assert.strictEqual((yield* embedOne(embedder, "a"))[0], 1)
    }),
  )

  it.effect("normalised: vectors of length 1, under a stamp of their own", () =>
    Effect.gen(function* () {
      const plain = {
        id: "test/fixed",
        version: "3",
        dimensions: 2,
        embed: (texts: ReadonlyArray<string>) =>
          Effect.succeed(texts.map((text) => new Float32Array(text === "" ? [0, 0] : [3, 4]))),
      }
      const embedder = normalisedEmbedder(plain)
      assert.deepStrictEqual(stampOf(embedder), { id: "test/fixed", version: "3+unit", dimensions: 2 })
      assert.deepStrictEqual(yield* embedAll(embedder, ["x", ""]), [new Float32Array([0.6, 0.8]), new Float32Array(2)])
    }),
  )
})
