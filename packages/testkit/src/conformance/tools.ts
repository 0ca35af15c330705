import { assert } from "@effect/vitest"
import type { Tool, ToolChoice } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { warningsOf } from "./judge.ts"
import { check } from "./Scene.ts"
import { hello, type ProviderConformance, ways } from "./Suite.ts"
import { group } from "./group.ts"

const schema = {
  type: "object",
  properties: { city: { type: "string", description: 'a "city"' }, days: { type: "integer", minimum: 1 } },
  required: ["city", "days"],
  additionalProperties: false,
} as const

export const weather: Tool = { type: "function", name: "weather", description: "Forecast", inputSchema: schema }
const time: Tool = { type: "function", name: "time_of_day", inputSchema: { type: "object", properties: {} } }

/** Tools and structured output, on their way to the model. */
export const toolsAndOutput = (suite: ProviderConformance): void => {
  if (suite.capabilities.tools) group("tools", () => tools(suite))
  if (suite.capabilities.structuredOutput) group("structured output", () => output(suite))
}

const tools = (suite: ProviderConformance): void => {
  check(suite, "arrive with name, description and schema, in order", (scene) =>
    Effect.gen(function* () {
      for (const [index, way] of ways.entries()) {
        yield* scene.ask(way, { ...hello, tools: [weather, time] })
        const [first, second, ...rest] = scene.sent(index).tools
        assert.deepStrictEqual([first?.name, second?.name, rest], ["weather", "time_of_day", []], way)
        assert.strictEqual(first?.description, "Forecast")
        assert.deepStrictEqual(first?.schema, schema)
        assert.deepStrictEqual(second?.schema, { type: "object", properties: {} })
      }
    }),
  )

  check(suite, "strict arrives where it was set", (scene) =>
    Effect.gen(function* () {
      const { warnings } = yield* scene.ask("generate", { ...hello, tools: [{ ...weather, strict: true }] })
      const arrived = scene.sent().tools[0]?.strict === true
      assert.isTrue(arrived || warnings.length > 0, "strict arrives or is warned of")
    }),
  )

  toolChoices(suite)

  check(suite, "a tool of another provider does not vanish: it arrives or is warned of", (scene) =>
    Effect.gen(function* () {
      const foreign: Tool = { type: "provider", id: "someone-else.magic", args: { depth: 3 } }
      const { warnings } = yield* scene.ask("generate", { ...hello, tools: [weather, foreign] })
      const sent = scene.sent().tools
      assert.strictEqual(sent[0]?.name, "weather")
      assert.isTrue(sent.length === 2 || warningsOf(warnings, "tools").length === 1)
    }),
  )
}

const toolChoices = (suite: ProviderConformance): void => {
  const choices: ReadonlyArray<readonly [string, ToolChoice]> = [
    ["auto", "auto"],
    ["required", "required"],
    ["none", "none"],
    ["tool:weather", { type: "tool", name: "weather" }],
  ]
  for (const [expected, toolChoice] of choices) {
    check(suite, `toolChoice ${expected} arrives, or is warned of by name`, (scene) =>
      Effect.gen(function* () {
        const { warnings } = yield* scene.ask("generate", { ...hello, tools: [weather, time], toolChoice })
        const warned = warningsOf(warnings, "toolChoice").length
        if (warned === 0) assert.strictEqual(scene.sent().toolChoice, expected)
        else assert.isUndefined(scene.sent().toolChoice)
      }),
    )
  }

  check(suite, "a toolChoice without tools arrives, or is warned of by name", (scene) =>
    Effect.gen(function* () {
      const { warnings } = yield* scene.ask("generate", { ...hello, toolChoice: "required" })
      const arrived = scene.sent().toolChoice === "required"
      assert.isTrue(arrived || warningsOf(warnings, "toolChoice").length === 1, "toolChoice was silently lost")
    }),
  )
}

const output = (suite: ProviderConformance): void => {
  check(suite, "JSON without a schema is asked for", (scene) =>
    Effect.gen(function* () {
      for (const [index, way] of ways.entries()) {
        const { warnings } = yield* scene.ask(way, { prompt: "As JSON.", output: { type: "json" } })
        assert.isTrue(scene.sent(index).output !== undefined || warningsOf(warnings, "output").length === 1, way)
      }
    }),
  )

  check(suite, "a JSON schema arrives with its name; what of it cannot is warned of", (scene) =>
    Effect.gen(function* () {
      for (const [index, way] of ways.entries()) {
        const output = { type: "json", schema, name: "forecast", strict: true } as const
        const { warnings } = yield* scene.ask(way, { ...hello, output })
        const sent = scene.sent(index).output
        assert.isDefined(sent, way)
        if (warningsOf(warnings, "output").length === 0) assert.deepStrictEqual(sent?.schema, schema, way)
        else assertShape(sent?.schema)
        // Wires without the two leave them out.
        assert.include(["forecast", undefined], sent?.name)
        assert.include([true, undefined], sent?.strict)
      }
    }),
  )

  check(suite, "strict: false is not made true", (scene) =>
    Effect.gen(function* () {
      yield* scene.ask("generate", { ...hello, output: { type: "json", schema, strict: false } })
      assert.include([false, undefined], scene.sent().output?.strict)
    }),
  )

  check(suite, "plain text is asked for without a format", (scene) =>
    Effect.gen(function* () {
      yield* scene.ask("generate", { ...hello, output: { type: "text" } })
      assert.isUndefined(scene.sent().output)
    }),
  )
}

/** What a constrained schema keeps in any case: the names, the types, and which of them must be there. */
const assertShape = (sent: unknown): void => {
  const shape = { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } }
  assert.containSubset(sent, { ...shape, required: ["city", "days"] })
}
