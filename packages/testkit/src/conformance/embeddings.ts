import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { assertReason, failure } from "./judge.ts"
import { check } from "./Scene.ts"
import type { ProviderConformance } from "./Suite.ts"
import { assertUsage } from "./usage.ts"
import { group } from "./group.ts"

const texts = ["alpha", "beta", "gamma \u{1f600}", "alpha"]

const assertClose = (vector: Float32Array | undefined, expected: ReadonlyArray<number>, what: string): void => {
  assert.strictEqual(vector?.length, expected.length, what)
  for (const [index, value] of expected.entries()) assert.closeTo(vector?.[index] ?? NaN, value, 1e-6, what)
}

/** Vectors: the right ones, in the order of the texts. */
export const embeddings = (suite: ProviderConformance): void => {
  if (!suite.capabilities.embeddings) return
  group("embeddings", () => {
    vectors(suite)
    calls(suite)
  })
}

const vectors = (suite: ProviderConformance): void => {
  check(suite, "come in the order of the texts, in one request", (scene) =>
    Effect.gen(function* () {
      const rows = texts.map((_, index) => [index, 0.25, -1.5e-3, 1 / 3])
      scene.upstream.always({ embeddings: rows })
      const { vectors, dimensions } = yield* scene.embed(texts)
      assert.strictEqual(dimensions, 4)
      assert.strictEqual(vectors.length, texts.length)
      for (const [index, row] of rows.entries()) assertClose(vectors[index], row, `vector ${index}`)
    }),
  )

  check(suite, "equal texts have equal vectors, in memory of their own", (scene) =>
    Effect.gen(function* () {
      const { vectors } = yield* scene.embed(texts)
      assert.deepStrictEqual(vectors[0], vectors[3])
      assert.notDeepEqual(vectors[0], vectors[1])
      assert.notStrictEqual(vectors[0], vectors[3])
      for (const vector of vectors) assert.instanceOf(vector, Float32Array)
    }),
  )

  check(suite, "dimensions are asked for and obeyed", (scene) =>
    Effect.gen(function* () {
      const { vectors, dimensions } = yield* scene.embed(["alpha", "beta"], { dimensions: 3 })
      assert.strictEqual(dimensions, 3)
      assert.deepStrictEqual(
        vectors.map((vector) => vector.length),
        [3, 3],
      )
    }),
  )

  check(suite, "large batches are one request and complete", (scene) =>
    Effect.gen(function* () {
      const many = Array.from({ length: 200 }, (_, index) => `text ${index}`)
      const { vectors } = yield* scene.embed(many, { dimensions: 64 })
      assert.strictEqual(vectors.length, 200)
    }),
  )

  check(suite, "too few, too many or ragged vectors are an InvalidResponse", (scene) =>
    Effect.gen(function* () {
      for (const rows of [[[1, 2]], [[1], [2], [3]], [[1, 2], [1]], [], [[], []]]) {
        scene.upstream.always({ embeddings: rows })
        assertReason(yield* failure(scene.embed(["one", "two"])), "InvalidResponse", "EmptyResponse")
      }
    }),
  )
}

/** The request around them. */
const calls = (suite: ProviderConformance): void => {
  check(suite, "name the model and the provider, and count tokens", (scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ model: "embed-v9", usage: { input: 31, output: 0 } })
      const { model, provider, usage } = yield* scene.embed(texts)
      assert.strictEqual(model, "embed-v9")
      assert.strictEqual(provider, scene.provider.id)
      assertUsage(usage)
      if (suite.capabilities.usage) assert.strictEqual(usage.input.total, 31)
      assert.isUndefined(usage.output.total, "an embedding has no output tokens")
    }),
  )

  check(suite, "tags and tenant stay here, providerData goes where it belongs", (scene) =>
    Effect.gen(function* () {
      const own = { [scene.provider.id]: { conformance_extra: "OWN-DATA" } }
      yield* scene.embed(["one"], {
        tenant: "PRIVATE-tenant",
        tags: { tag: "PRIVATE-tag" },
        providerData: { ...own, "someone-else": { foreign_extra: "FOREIGN-DATA" } },
      })
      const [request] = scene.upstream.requests
      assert.include(request?.rawBody ?? "", "OWN-DATA")
      assert.notMatch(JSON.stringify(request), /PRIVATE-|FOREIGN-DATA/)
    }),
  )

  check(suite, "end with their deadline", (scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ fault: { silent: true } })
      assertReason(yield* failure(scene.embed(["one"], { deadline: 90 })), "Timeout")
    }),
  )

  check(suite, "unknown fields and gzip are no obstacle", (scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ unknownFields: true, embeddings: [[1, 2]], fault: { gzip: true } })
      const { vectors } = yield* scene.embed(["one"])
      assertClose(vectors[0], [1, 2], "the vector")
    }),
  )

  check(suite, "fail as answers do: rate limits, broken answers, broken connections", (scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ fault: { error: "rate_limit_exceeded", headers: { "retry-after": "2" } } })
      const limited = yield* failure(scene.embed(["one"]))
      assertReason(limited, "RateLimited")
      assert.strictEqual(limited.retryAfterMs, 2000)
      assert.strictEqual(limited.context.operation, "embed")
      scene.upstream.always({ fault: { html: true } })
      assertReason(yield* failure(scene.embed(["one"])), "InvalidResponse")
      scene.upstream.always({ fault: { invalidJson: true } })
      assertReason(yield* failure(scene.embed(["one"])), "InvalidResponse")
      scene.upstream.always({ fault: { emptyBody: true } })
      assertReason(yield* failure(scene.embed(["one"])), "InvalidResponse", "EmptyResponse")
      scene.upstream.always({ fault: { resetBeforeHeaders: true } })
      assertReason(yield* failure(scene.embed(["one"])), "Network")
    }),
  )
}
