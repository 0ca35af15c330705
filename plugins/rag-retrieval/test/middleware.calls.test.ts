import { assert, describe, it } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import type { Retriever } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { makeRetriever, retrieval } from "../src/index.ts"
import { asking, called, decisionsOf, sourcesIn } from "./asking.ts"
import { embedder, indexInto, libraryOf } from "./library.ts"
import { withStack } from "./stack.ts"

describe("which calls", () => {
  it.live("a call is left alone by its tag, or takes part by its tag", () =>
    Effect.gen(function* () {
      const sources = (calls: "all" | "tagged", tag?: string) =>
        Effect.map(
          called({ calls }, tag === undefined ? asking : { ...asking, tags: { retrieval: tag } }),
          ({ response }) => sourcesIn(response).length > 0,
        )
      assert.deepStrictEqual(
        [yield* sources("all"), yield* sources("all", "off"), yield* sources("tagged"), yield* sources("tagged", "on")],
        [true, false, false, true],
      )
    }),
  )

  it.live("a tenant never sees another's passages, in its namespace or by its field", () =>
    Effect.gen(function* () {
      const store = yield* libraryOf([], "unused")
      const mine = (tenant: string) => [
        {
          id: `${tenant}-plan`,
          source: `${tenant}.md`,
          text: `The launch plan of ${tenant}: in May.`,
          metadata: { tenant },
        },
      ]
      yield* indexInto(store, mine("ada"), "t-ada")
      yield* indexInto(store, mine("bob"), "t-bob")
      yield* indexInto(store, [...mine("ada"), ...mine("bob")], "shared")
      const prompt = "What is the launch plan of ada and bob?"
      for (const [namespace, tenants] of [
        ["default", { by: "namespace", prefix: "t-" }],
        ["shared", { by: "field", field: "tenant" }],
      ] as const) {
        const retriever = yield* makeRetriever({ store, embedder, namespace, neighbours: 2 })
        yield* withStack([retrieval({ retriever, tenants })], ({ kernel }) =>
          Effect.gen(function* () {
            for (const tenant of ["ada", "bob"]) {
              const response = yield* kernel.generate({ model: "openai/gpt-5", prompt, tenant })
              const titles = sourcesIn(response).map(({ source }) => source.title)
              assert.deepStrictEqual(titles, [`${tenant}.md`])
            }
            const refused = yield* Effect.flip(kernel.generate({ model: "openai/gpt-5", prompt }))
            assert.strictEqual(refused.reason._tag === "InvalidRequest" && refused.reason.field, "tenant")
          }),
        )
      }
    }),
  )

  it.live("nothing found: the model answers alone, or the call is refused", () =>
    Effect.gen(function* () {
      const empty = yield* Effect.flatMap(libraryOf([], "x"), (store) => makeRetriever({ store, embedder }))
      const response = yield* withStack([retrieval({ retriever: empty })], ({ kernel }) => kernel.generate(asking))
      assert.deepStrictEqual(sourcesIn(response), [])
      assert.include(decisionsOf(response), "is empty")
      const asked = withStack([retrieval({ retriever: empty, onNothing: "refuse" })], ({ kernel, upstream }) =>
        Effect.map(Effect.flip(kernel.generate(asking)), (error) => ({ error, sent: upstream.requests.length })),
      )
      const { error, sent } = yield* asked
      assert.include(error.message, "no passage was found")
      assert.strictEqual(sent, 0)
    }),
  )

  it.live("retrieval that fails fails the call, or costs the passages alone, with a warning", () =>
    Effect.gen(function* () {
      const broken: Retriever = {
        id: "broken",
        retrieve: () => Effect.fail(LlmError.make({ _tag: "Network", message: "the index is away" })),
      }
      const failed = yield* Effect.flip(
        withStack([retrieval({ retriever: broken })], ({ kernel }) => kernel.generate(asking)),
      )
      assert.strictEqual(failed.reason._tag, "Network")
      const response = yield* withStack([retrieval({ retriever: broken, onFailure: "continue" })], ({ kernel }) =>
        kernel.generate(asking),
      )
      assert.deepStrictEqual(
        response.warnings.map(({ type }) => type),
        ["degraded"],
      )
      assert.include(response.warnings[0]?.message, "the index is away")
    }),
  )

  it.live("a question of pictures alone is passed on", () =>
    Effect.gen(function* () {
      const content = [
        {
          type: "file" as const,
          mediaType: "image/png",
          source: { type: "url" as const, url: "https://example.com/a.png" },
        },
      ]
      const { response } = yield* called({}, { model: "openai/gpt-5", messages: [{ role: "user", content }] })
      assert.include(decisionsOf(response), "holds no text")
    }),
  )
})
