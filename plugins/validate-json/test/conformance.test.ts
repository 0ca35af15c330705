import { assert, describe, it } from "@effect/vitest"
import { compose, contracts, Kernel } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as plugin from "../src/index.ts"
import { answering, checkedBy, generate, type Options } from "./stubs.ts"

const made = (options: Record<string, unknown>) => plugin.validateJson(options as Options) // as an author without types may write them

describe("the plugin", () => {
  it("says what it is, and is what config files look for", () => {
    assert.deepStrictEqual(plugin.validateJson.manifest, {
      name: "@switchyard/validate-json",
      kind: "validator",
      contract: contracts.validator,
      permissions: [],
    })
    assert.strictEqual(plugin.plugin, plugin.validateJson)
  })

  it.effect("without a validator asked for it changes nothing", () =>
    Effect.gen(function* () {
      const response = yield* generate(answering("no JSON").plugin, { model: "p/m", prompt: "hi" })
      assert.deepStrictEqual([response.verdict, response.warnings], [undefined, []])
    }),
  )

  const nonsense: ReadonlyArray<readonly [options: Record<string, unknown>, says: string]> = [
    [{ minScore: 2 }, "minScore"],
    [{ minScore: Number.NaN }, "minScore"],
    [{ choose: "best" }, "choose"],
    [{ maxChars: 0 }, "maxChars"],
    [{ repair: "yes" }, "repair"],
    [{ schemas: {} }, "schemas"],
  ]
  it.effect.each(nonsense.map(([options, says]) => ({ options, says, name: JSON.stringify(options) })))(
    "refuses $name when the stack is composed, with the path of the field",
    ({ options, says }) =>
      Effect.gen(function* () {
        const { plugin: provider, seen } = answering("{}")
        const call = Kernel.use((kernel) => kernel.generate({ model: "p/m", prompt: "hi" }))
        const error = yield* Effect.flip(Effect.provide(call, compose([provider, made(options)])))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.include(error.message, says)
        assert.strictEqual(seen.length, 0)
      }),
  )

  const badParams: ReadonlyArray<readonly [name: string, params: Record<string, unknown>, says: string]> = [
    ["json", { schema: { type: "nonsense" } }, "schema cannot be used"],
    ["schema", { schema: { pattern: "(" } }, "schema cannot be used"],
    ["field_present", {}, "field_name"],
    ["field_present", { field_name: "a[" }, "cannot be read"],
    ["fields", { fields: [] }, "fields"],
    ["fields", { fields: [{ path: "a", matches: "(" }] }, "cannot be read"],
    ["fields", { fields: [{ path: "a", range: { min: "1" } }] }, "min"],
  ]
  it.effect.each(badParams.map(([name, params, says]) => ({ name, params, says })))(
    "refuses parameters of $name before anything is sent: $says",
    ({ name, params, says }) =>
      Effect.gen(function* () {
        const { plugin: provider, seen } = answering("{}")
        const error = yield* Effect.flip(generate(provider, checkedBy([name, params])))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.include(error.message, says)
        assert.strictEqual(seen.length, 0)
      }),
  )

  it.effect("judges what an answer without text says, and the same answer the same each time", () =>
    Effect.gen(function* () {
      const { plugin: provider } = answering("")
      assert.strictEqual((yield* Effect.flip(generate(provider, checkedBy(["json"])))).reason._tag, "OutputInvalid")
      const { plugin: again } = answering(`{"a":1,}`)
      const first = yield* generate(again, checkedBy(["json"]))
      assert.deepStrictEqual((yield* generate(again, checkedBy(["json"]))).verdict, first.verdict)
    }),
  )
})
