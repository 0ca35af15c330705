import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type AnySchema, defineTool, runTools } from "../src/index.ts"
import { ask, call, scripted, text } from "./scripted.ts"

interface Tree {
  readonly kid?: Tree
}
const Tree: Schema.Codec<Tree> = Schema.Struct({
  kid: Schema.optionalKey(Schema.suspend((): Schema.Codec<Tree> => Tree)),
})
const recursive: ReadonlyArray<AnySchema> = [Tree, { type: "object", properties: { kid: { $ref: "#" } } }]

it.effect.each(recursive)("arguments nested without measure are an answer for the model, not a crash (%#)", (input) =>
  Effect.gen(function* () {
    const tool = defineTool({ name: "t", input, execute: () => "ok" })
    const deep = `${'{"kid":'.repeat(50_000)}{}${"}".repeat(50_000)}`
    const { layer } = scripted([call("t", deep)], [text("done")])
    const { steps, stopped } = yield* Effect.provide(runTools(ask, { tools: [tool] }), layer)
    assert.strictEqual(stopped, "answer")
    assert.include(["text", "error-json", "error-text"], steps[0]?.results[0]?.output.type)
  }),
)

it.effect("a hundred calls in one answer and thirty steps keep their order and their results", () =>
  Effect.gen(function* () {
    const input = Schema.Struct({ n: Schema.Int })
    const double = defineTool({ name: "double", input, execute: ({ n }) => n * 2 })
    const many = Array.from({ length: 100 }, (_, n) => call("double", { n }, `c${n}`))
    let step = 0
    const { layer } = scripted(() => (step++ < 29 ? many : [text("done")]))
    const run = yield* Effect.provide(runTools(ask, { tools: [double], maxSteps: 50 }), layer)
    assert.lengthOf(run.steps, 30)
    assert.deepStrictEqual(
      run.steps[28]?.results.map(({ output }) => output),
      many.map((_, n) => ({ type: "json" as const, value: n * 2 })),
    )
  }),
)
