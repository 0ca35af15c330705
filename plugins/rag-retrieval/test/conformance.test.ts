import { assert, describe, it } from "@effect/vitest"
import { compose, contracts, definePlugin, Kernel } from "@switchyard/core"
import { Embedder, Retriever, VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as entry from "../src/index.ts"
import { embedder, libraryOf } from "./library.ts"
import { withStack } from "./stack.ts"

/** Options as an author without types may write them. */
const made = (options: Record<string, unknown>) => entry.retrieval(options)

const echo = definePlugin({
  manifest: { name: "echo", kind: "provider", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_, key) =>
    Layer.succeed(key, {
      id: "echo",
      models: ["one"],
      describe: () => undefined,
      generate: () =>
        Effect.succeed({
          content: [{ type: "text" as const, text: "So it is [1]." }],
          finish: { unified: "stop" as const },
          usage: { input: {}, output: {} },
          warnings: [],
          model: "one",
        }),
    }),
})

const request = { model: "openai/gpt-5", prompt: "How do I publish a plugin?" }
const silent: Retriever = { id: "silent", retrieve: () => Effect.succeed([]) }

describe("the plugin", () => {
  it("says what it is, and is what config files look for", () => {
    assert.deepStrictEqual(entry.retrieval.manifest, {
      name: "@switchyard/rag-retrieval",
      kind: "middleware",
      contract: contracts.middleware,
      permissions: [],
    })
    assert.strictEqual(entry.plugin, entry.retrieval)
  })

  it.live.each([
    [{ retriever: "docs" }, "retriever"],
    [{ k: 0 }, "k"],
    [{ k: 1.5 }, "k"],
    [{ maxTokens: -1 }, "maxTokens"],
    [{ place: "tool" }, "place"],
    [{ filter: { a: { $near: 1 } } }, "$near"],
    [{ tenants: { by: "field" } }, "field"],
    [{ tenants: { by: "role" } }, "tenants"],
    [{ standAlone: {} }, "model"],
    [{ calls: "some" }, "calls"],
    [{ onNothing: "guess" }, "onNothing"],
    [{ onFailure: "guess" }, "onFailure"],
    [{ timeoutMs: 0 }, "timeoutMs"],
    [{ maxtokens: 5 }, "maxtokens"],
  ] as const)("refuses %j when the stack is composed, with the path of the field", ([options, says]) =>
    Effect.gen(function* () {
      const stack = withStack([made({ retriever: silent, ...options })], ({ kernel }) => kernel.generate(request))
      const error = yield* Effect.flip(stack)
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.include(error.message, says)
    }),
  )

  it.effect("without a retriever the stack is refused, with what to do", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.scoped(Layer.build(compose([made({})]))))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.include(error.message, "retrieval({ retriever })")
    }),
  )

  it.live("takes the retriever of the context, over its store and embedder", () =>
    Effect.gen(function* () {
      const services = Layer.mergeAll(Layer.succeed(VectorStore, yield* libraryOf()), Layer.succeed(Embedder, embedder))
      const retriever = Layer.provide(entry.layerRetriever({ mode: "keyword" }), services)
      const stack = Layer.provide(compose([made({}), echo()]), retriever)
      const response = yield* Effect.provide(
        Kernel.use((kernel) => kernel.generate({ ...request, model: "echo/one" })),
        stack,
      )
      assert.isAbove(response.content.filter(({ type }) => type === "source").length, 0)
    }),
  )

  it.live("adds nothing to a call for which nothing is found", () =>
    Effect.gen(function* () {
      const call = (plugins: Parameters<typeof withStack>[0]) =>
        withStack(plugins, ({ kernel, upstream }) =>
          Effect.map(kernel.generate(request), ({ content, warnings }) => ({
            content,
            warnings,
            sent: upstream.requests[0]?.body,
          })),
        )
      assert.deepStrictEqual(yield* call([made({ retriever: silent })]), yield* call([]))
    }),
  )
})
