import { assert, describe, it } from "@effect/vitest"
import { compose, contracts, Kernel, type LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { judgeNames, plugin, validateAgent } from "../src/index.ts"
import { openai, pass, requestFor, ruling, run, upstream } from "./stack.ts"

it("the manifest is that of package.json, and the plugin is exported as such", () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  assert.deepInclude(manifest, {
    name: validateAgent.manifest.name,
    switchyard: { kind: validateAgent.manifest.kind, contract: contracts.validator },
  })
  assert.strictEqual(plugin, validateAgent)
})

it("every name is in the README", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
  for (const name of judgeNames) assert.include(readme, `\`${name}\``)
})

describe("options", () => {
  for (const [options, path] of [
    [{ maxAsks: 0 }, /maxAsks/],
    [{ timeoutMs: -1 }, /timeoutMs/],
    [{ model: "" }, /model/],
    [{ modle: "x" }, /modle/],
    [{ temperature: 3 }, /temperature/],
  ] as const) {
    it.live(`${JSON.stringify(options)} is refused when the stack is composed`, () =>
      Effect.gen(function* () {
        const given: unknown = options
        const stack = compose([openai("http://127.0.0.1:9"), validateAgent(given as object)])
        const error: LlmError = yield* Effect.flip(
          Effect.provide(
            Kernel.use(() => Effect.void),
            stack,
          ),
        )
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.match(error.message, path)
      }),
    )
  }
})

describe("params", () => {
  const refused = Effect.fnUntraced(function* (validator: string, params: Record<string, unknown>, options: object) {
    const server = yield* upstream
    const stack = compose([openai(server.baseURL), validateAgent(options)])
    const call = Kernel.use((kernel) => kernel.generate(requestFor({ answer: "", judge: "", validator, params })))
    const error = yield* Effect.flip(Effect.provide(call, stack))
    assert.strictEqual(error.reason._tag, "InvalidRequest")
    assert.strictEqual(server.requests.length, 0)
    return error.message
  }, Effect.scoped)

  for (const [validator, params, pattern] of [
    ["agent_task", {}, /prompt/],
    ["agent_task", { prompt: "x", success_criteria: { agent_must_report_ture: "x" } }, /no known criterion/],
    ["agent_task", { prompt: "x", success_criteria: { agent_must_report_true: 3 } }, /agentMustReportTrue/],
    ["agent_task", { prompt: "x", mcp_config: "file.json" }, /mcpConfig/],
    ["judge", {}, /rubric/],
    ["judge", { rubric: [] }, /rubric/],
    ["judge", { rubric: "x", threshold: 7 }, /threshold/],
    ["judge", { rubric: "x", examples: [{ answer: "a", verdict: "maybe" }] }, /examples.*0.*verdict/],
    ["pairwise", {}, /against/],
    ["self_consistency", { samples: 1 }, /samples/],
    ["contradiction", { sources: [3] }, /sources/],
  ] as const) {
    it.live(`${validator} ${JSON.stringify(params)} is refused before anything is sent`, () =>
      Effect.gen(function* () {
        assert.match(yield* refused(validator, params, { model: "openai/big" }), pattern)
      }),
    )
  }

  it.live("a judge without a name is refused", () =>
    Effect.gen(function* () {
      assert.match(yield* refused("agent_task", { prompt: "x" }, {}), /validation_model_alias/)
      assert.match(yield* refused("judge", { rubric: "x" }, {}), /model must name the judge/)
    }),
  )

  it.live("an unknown key is a warning with the nearest known one, and null counts as absent", () =>
    Effect.gen(function* () {
      const params = { rubric: "true", treshold: 0.9, threshold: null, timeout_ms: 5000 }
      const { warnings, verdict } = yield* run({ validator: "judge", params, answer: "Paris.", judge: ruling(pass) })
      assert.isTrue(verdict.ok)
      assert.deepStrictEqual(warnings, [
        'judge: params.treshold is not known and was ignored (did you mean "threshold"?)',
      ])
    }),
  )
})
