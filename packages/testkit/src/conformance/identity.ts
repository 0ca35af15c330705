import { assert } from "@effect/vitest"
import { ModelInfo } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { assertNoSecret } from "./judge.ts"
import { checkAlone, type Scene } from "./Scene.ts"
import type { ProviderConformance } from "./Suite.ts"
import { group } from "./group.ts"

const isModelInfo = Schema.is(ModelInfo)

/** Who the provider is and what it says of its models, without calling anything. */
export const identity = (suite: ProviderConformance): void =>
  group("identity", () => {
    const test = (title: string, body: (scene: Scene) => void) =>
      checkAlone(suite, title, (scene) => Effect.sync(() => body(scene)))

    test("the id is one segment of a model's name", ({ provider }) => {
      assert.match(provider.id, /^[^\s/]+$/)
    })

    test("the models are the vendor's own names, each once", ({ provider }) => {
      const { id, models } = provider
      assert.strictEqual(new Set(models).size, models.length, "no model is listed twice")
      for (const model of models) {
        assert.strictEqual(model, model.trim())
        assert.notStrictEqual(model, "")
        assert.isFalse(model.startsWith(`${id}/`), `"${model}" carries the provider's id`)
      }
    })

    test("what it describes is plain data, the same each time", ({ provider }) => {
      for (const model of [suite.model, ...provider.models]) {
        const info = provider.describe(model)
        if (info === undefined) continue
        assert.isTrue(isModelInfo(info), `group("${model}") is a ModelInfo`)
        assert.deepStrictEqual(JSON.parse(JSON.stringify(info)), info)
        assert.deepStrictEqual(provider.describe(model), info)
      }
    })

    test("of a model that nobody knows it describes nothing, or data", ({ provider }) => {
      const info = provider.describe("no-such-model-zzz")
      assert.isTrue(info === undefined || isModelInfo(info))
    })

    test("its credentials are names, never values", ({ provider }) => {
      for (const { name, present } of provider.credentials ?? []) {
        assert.isString(name)
        assert.isBoolean(present)
      }
      assertNoSecret(provider.credentials, "credentials")
      assertNoSecret(provider.id, "the id")
    })

    test("it implements what its capabilities say", ({ provider }) => {
      const { generate, stream, embeddings } = suite.capabilities
      assert.isTrue(generate || stream, "generate or stream")
      assert.strictEqual(provider.generate !== undefined, generate, "generate")
      assert.strictEqual(provider.stream !== undefined, stream, "stream")
      if (embeddings) assert.isDefined(provider.embed, "embed")
    })
  })
