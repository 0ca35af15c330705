import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { compose, contracts, Kernel, type LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as plugin from "../src/index.ts"
import { answering, judge } from "./stubs.ts"

const manifest: { name: string; switchyard: unknown } = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8"),
)

/** Parameters with which each validator can be made. */
const params: Readonly<Record<string, Record<string, string | number>>> = {
  length: { min: 1 },
  contains: { text: "x" },
  not_contains: { text: "x" },
  starts_with: { text: "x" },
  ends_with: { text: "x" },
  regex: { pattern: "x" },
  not_regex: { pattern: "x" },
  language: { language: "en" },
  format: { format: "email" },
}

const generate = (options: Record<string, unknown>) => {
  const { plugin: provider, calls } = answering("x")
  const call = Kernel.use((kernel) => kernel.generate({ model: "p/m", prompt: "hi" }))
  return { call: Effect.provide(call, compose([provider, plugin.validateText(options)])), calls }
}

describe("the plugin", () => {
  it("says what it is, as package.json does, and is what config files look for", () => {
    assert.deepStrictEqual(plugin.validateText.manifest, {
      name: manifest.name,
      kind: "validator",
      contract: contracts.validator,
      permissions: [],
    })
    assert.deepStrictEqual(manifest.switchyard, { kind: "validator", contract: contracts.validator })
    assert.strictEqual(plugin.plugin, plugin.validateText)
  })

  it.effect.each(
    [
      { maxChars: 10 },
      { maxChars: "5000" },
      { regexMs: 0 },
      { regexMs: 1e9 },
      { regexMs: Number.NaN },
      { maxChar: 5_000 },
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

  it.effect("two of it in one stack are refused, since their names are the same", () =>
    Effect.gen(function* () {
      const { plugin: provider } = answering("x")
      const call = Kernel.use((kernel) => kernel.generate({ model: "p/m", prompt: "hi" }))
      const stack = compose([provider, plugin.validateText(), plugin.validateText()])
      assert.strictEqual((yield* Effect.flip(Effect.provide(call, stack))).context.operation, "compose")
    }),
  )

  it.effect("an unknown name is refused with the nearest known one", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(judge("x", "response_not_emty"))
      assert.include(error.message, 'did you mean "response_not_empty"?')
    }),
  )
})

describe("each validator", () => {
  const texts = ["", "x", " \n ", "\ud800", "\u0000", "x".repeat(5_000), '{"a":1}', "```\n", "|", "<", "@", "'", "😀"]
  it.effect.each(plugin.validatorNames.map((name) => ({ name })))(
    "$name judges anything the same twice, with a score, places in the text, and a suggestion",
    ({ name }) =>
      Effect.gen(function* () {
        for (const text of texts) {
          const first = yield* judge(text, name, params[name])
          assert.deepStrictEqual(yield* judge(text, name, params[name]), first)
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

  const signs = [
    "|",
    "-",
    "\n",
    "`",
    "~",
    "<",
    ">",
    "/",
    "&",
    "'",
    '"',
    "@",
    ".",
    ":",
    "T",
    "1",
    "a",
    " ",
    "(",
    "\\",
    "*",
    ";",
  ]
  it.effect.prop(
    "any text at all is judged, with places in it",
    [Schema.Literals(plugin.validatorNames), Schema.Array(Schema.Union([Schema.Literals(signs), Schema.String]))],
    ([name, parts]) =>
      Effect.gen(function* () {
        const text = parts.join("")
        for (const given of [params[name], name === "format" ? { format: "sql" } : params[name]]) {
          const { ok, score, issues } = yield* judge(text, name, given)
          assert.isTrue(typeof ok === "boolean" && score >= 0 && score <= 1)
          for (const { start = -1, end = -1 } of issues) assert.isTrue(0 <= start && start <= end && end <= text.length)
        }
      }),
    { arbitrary: { seed: "judged", runs: 1_000 } },
  )

  it.effect("an answer without text is judged too", () =>
    Effect.gen(function* () {
      for (const name of plugin.validatorNames) {
        const { ok } = yield* judge([], name, params[name])
        assert.isBoolean(ok)
      }
    }),
  )
})
