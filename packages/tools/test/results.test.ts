import { assert, it } from "@effect/vitest"
import type { ToolOutput } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { defineTool, runTools } from "../src/index.ts"
import { ask, call, reasonOf, scripted, text } from "./scripted.ts"

const input = Schema.Struct({})

class Closed {
  readonly #secret = 1
  get secret() {
    return this.#secret
  }
}
class Point {
  readonly x = 1
}

const outputs = Effect.fnUntraced(function* (values: Readonly<Record<string, () => unknown>>) {
  const tools = Object.entries(values).map(([name, execute]) => defineTool({ name, input, execute }))
  const { layer } = scripted(
    tools.map(({ name }) => call(name, {})),
    [text("done")],
  )
  const { steps } = yield* Effect.provide(runTools(ask, { tools }), layer)
  return Object.fromEntries(steps[0]?.results.map(({ name, output }) => [name, output]) ?? [])
})

it.effect("a result that JSON would lose is told as an error that names it", () =>
  Effect.gen(function* () {
    const told = yield* outputs({
      map: () => new Map([["a", 1]]),
      set: () => new Set([1]),
      generator: function* () {
        yield 1
      },
      async: async function* () {
        yield 1
      },
      closed: () => new Closed(),
      error: () => new TypeError("x"),
      bytes: () => new Uint8Array([1]),
      nested: () => ({ list: [{ rows: new Map() }] }),
      none: () => ({ ratio: Number.NaN }),
    })
    const says = Object.fromEntries(
      Object.entries(told).map(([name, output]) => [
        name,
        output.type === "error-text" && /not JSON: (?:a value of type )?(.*) has no form/.exec(output.value)?.[1],
      ]),
    )
    assert.deepStrictEqual(says, {
      map: "Map",
      set: "Set",
      generator: "Generator",
      async: "AsyncGenerator",
      closed: "Closed",
      error: "TypeError",
      bytes: "Uint8Array",
      nested: `Map at "rows"`,
      none: `the number NaN at "ratio"`,
    })
  }),
)

it.effect(
  "a result that JSON can say is said: fields of a class, toJSON, objects without a prototype, empty ones",
  () =>
    Effect.gen(function* () {
      const bare: unknown = Object.assign(Object.create(null), { a: 1 })
      const told = yield* outputs({
        point: () => ({ at: new Point(), on: new Date(0), link: new URL("http://a.test/") }),
        bare: () => bare,
        empty: () => ({ none: {}, list: [] }),
      })
      assert.deepStrictEqual(told, {
        point: { type: "json", value: { at: { x: 1 }, on: "1970-01-01T00:00:00.000Z", link: "http://a.test/" } },
        bare: { type: "json", value: { a: 1 } },
        empty: { type: "json", value: { none: {}, list: [] } },
      })
    }),
)

const untyped = (value: unknown) => value as ToolOutput // what a caller without types may give
const wrong: ReadonlyArray<unknown> = [
  "plain",
  undefined,
  { type: "txt", value: "x" },
  { type: "json", value: new Date(0) },
]

it.effect.each(wrong)("a toModelOutput that gives no ToolOutput ends the run and names the tool (%#)", (output) =>
  Effect.gen(function* () {
    const tool = defineTool({ name: "photo", input, execute: () => 1, toModelOutput: () => untyped(output) })
    const { seen, layer } = scripted([call("photo", {})], [text("done")])
    const reason = yield* Effect.provide(reasonOf(runTools(ask, { tools: [tool] })), layer)
    assert(reason._tag === "ToolFailed")
    assert.strictEqual(reason.tool, "photo")
    assert.match(reason.message, /"photo".*toModelOutput/)
    assert.lengthOf(seen, 1)
  }),
)
