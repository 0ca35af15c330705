import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { compose, contracts, Kernel, type LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as plugin from "../src/index.ts"
import { answering, judge, judgeAll, type Options } from "./stubs.ts"

const manifest: { name: string; switchyard: unknown } = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8"),
)

const generate = (options: Record<string, unknown>) => {
  const { plugin: provider, calls } = answering()
  const call = Kernel.use((kernel) => kernel.generate({ model: "p/m", prompt: "hi" }))
  return { call: Effect.provide(call, compose([provider, plugin.validateCode(options as Options)])), calls } // as an author without types may write them
}

const names = "code python javascript typescript go rust java c cpp sql bash html css yaml toml".split(" ")

describe("the plugin", () => {
  it("says what it is, as package.json does, and is what config files look for", () => {
    assert.deepStrictEqual(plugin.validateCode.manifest, {
      name: manifest.name,
      kind: "validator",
      contract: contracts.validator,
      permissions: ["process", "filesystem"],
    })
    assert.deepStrictEqual(manifest.switchyard, { kind: "validator", contract: contracts.validator })
    assert.strictEqual(plugin.plugin, plugin.validateCode)
  })

  it.effect.each(
    [
      { maxChars: 0 },
      { maxChars: "5" },
      { timeoutMs: 0 },
      { timeoutMs: Number.NaN },
      { run: { memoryMb: 1 } },
      { run: true },
      { maxChar: 5 },
    ].map((options) => ({ options, name: JSON.stringify(options) })),
  )("refuses $name when the stack is composed, with the path of the field", ({ options }) =>
    Effect.gen(function* () {
      const { call, calls } = generate(options)
      const error: LlmError = yield* Effect.flip(call)
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      for (const field of Object.keys(options)) assert.include(error.message, field)
      assert.deepStrictEqual(calls, [])
    }),
  )

  it.effect.each(
    [
      { type: "code", params: { language: "klingon" }, field: "language" },
      { type: "code", params: { language: 5 }, field: "language" },
      { type: "python", params: { require: "yes" }, field: "require" },
      { type: "python", params: { tests: "assert True" }, field: "tests" },
    ].map((row) => ({ ...row, name: `${row.type} ${JSON.stringify(row.params)}` })),
  )("refuses the parameters $name before anything is sent", ({ type, params, field }) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(judge("x", type, params))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.include(error.message, field)
    }),
  )

  it.effect("an unknown parameter is a warning", () =>
    Effect.gen(function* () {
      const { ok, warnings } = yield* judge("```py\nx = 1\n```", "python", { langage: "py" })
      assert.isTrue(ok)
      assert.match(warnings.join(), /no parameter "langage"/)
    }),
  )
})

describe("each validator", () => {
  const texts = [
    "x",
    " \n ",
    "\ud800",
    "\u0000",
    "(".repeat(3_000),
    '{"a":1}',
    "```\n",
    "```py\r\nx = 1\r\n```",
    "<",
    "'",
    "😀",
  ]
  it.effect.each(names.map((name) => ({ name })))(
    "$name judges anything the same twice, with a score, places in the text, and a suggestion",
    ({ name }) =>
      Effect.gen(function* () {
        const verdicts = yield* judgeAll([...texts, ...texts], name)
        assert.deepStrictEqual(verdicts.slice(texts.length), verdicts.slice(0, texts.length))
        for (const [index, text] of texts.entries()) {
          const first = verdicts[index]
          assert.isDefined(first)
          if (first === undefined) continue
          assert.isTrue(first.score >= 0 && first.score <= 1)
          assert.strictEqual(first.issues.length > 0, !first.ok)
          for (const { validator, start, end, suggestion } of first.issues) {
            assert.strictEqual(validator, name)
            assert.isTrue(start !== undefined && end !== undefined && start <= end && end <= text.length)
            assert.isNotEmpty(suggestion ?? "")
          }
        }
      }),
  )
})
