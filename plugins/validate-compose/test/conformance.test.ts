import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { contracts } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as plugin from "../src/index.ts"
import { judge, of } from "./stubs.ts"

const manifest: { name: string; switchyard: unknown } = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8"),
)

describe("the plugin", () => {
  it("says what it is, as package.json does, and is what config files look for", () => {
    assert.deepStrictEqual(plugin.validateCompose.manifest, {
      name: manifest.name,
      kind: "validator",
      contract: contracts.validator,
      permissions: [],
    })
    assert.deepStrictEqual(manifest.switchyard, { kind: "validator", contract: contracts.validator })
    assert.strictEqual(plugin.plugin, plugin.validateCompose)
  })

  const wrong: ReadonlyArray<Record<string, unknown>> = [
    { timeoutMs: 0 },
    { timeoutMs: "1s" },
    { timeoutMs: 1.5 },
    { onTimeout: "ignore" },
    { timeout: 5 },
  ]
  it.effect.each(wrong.map((options) => ({ options, name: JSON.stringify(options) })))(
    "refuses $name when the stack is composed, with the path of the field",
    ({ options }) =>
      Effect.gen(function* () {
        const { verdict, seen } = judge("all", of("yes"), options)
        const error = yield* Effect.flip(verdict)
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        for (const field of Object.keys(options)) assert.include(error.message, field)
        assert.deepStrictEqual(seen, [])
      }),
  )

  it.effect.each(plugin.compositionNames.map((name) => ({ name })))("$name judges the same twice", ({ name }) =>
    Effect.gen(function* () {
      for (const member of ["yes", "no"]) {
        const first = yield* judge(name, of(member)).verdict
        assert.deepStrictEqual(yield* judge(name, of(member)).verdict, first)
        assert.strictEqual(first.ok, (member === "yes") !== (name === "not"))
        assert.isTrue(first.score >= 0 && first.score <= 1)
      }
    }),
  )
})
