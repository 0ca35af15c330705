import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { z } from "zod"
import { type AnswerSchema, extractWith } from "../src/index.ts"

const read = (text: string, schema: AnswerSchema) =>
  Effect.map(extractWith(text, schema), (extraction) => ({
    value: extraction.found ? extraction.value : undefined,
    score: extraction.found ? extraction.score : 0,
    decided: extraction.coercions.length,
    faults: extraction.faults.length,
  }))

const object = (properties: Record<string, object>, required = Object.keys(properties)) => ({
  type: "object",
  properties,
  required,
})

const cases: ReadonlyArray<
  readonly [name: string, schema: Record<string, unknown>, text: string, value: unknown, decided: number]
> = [
  ["a number written as a string", object({ n: { type: "number" } }), `{"n":"1,234.5"}`, { n: 1234.5 }, 1],
  ["a string written as a number", object({ zip: { type: "string" } }), `{"zip":12345}`, { zip: "12345" }, 1],
  ["a boolean in words", object({ b: { type: "boolean" } }), `{"b":"Yes"}`, { b: true }, 1],
  ["a list of one", object({ s: { type: "string" } }), `{"s":["x"]}`, { s: "x" }, 1],
  ["a single item", { type: "array", items: { type: "integer" } }, `"5"`, [5], 2],
  ["null in words", object({ a: { type: ["integer", "null"] } }), `{"a":"N/A"}`, { a: null }, 1],
  ["null for what is optional", object({ a: { type: "string" } }, []), `{"a":null}`, {}, 1],
  [
    "an enum of another style",
    object({ s: { enum: ["in_progress", "done"] } }),
    `{"s":"In Progress"}`,
    { s: "in_progress" },
    1,
  ],
  [
    "a name of another style",
    object({ firstName: { type: "string" } }),
    `{"first_name":"Ada"}`,
    { firstName: "Ada" },
    1,
  ],
  [
    "JSON inside a string",
    object({ a: object({ b: { type: "integer" } }) }),
    `{"a":"{\\"b\\":1}"}`,
    { a: { b: 1 } },
    1,
  ],
  [
    "a list for the object around it",
    object({ items: { type: "array", items: { type: "integer" } } }),
    `[1,2]`,
    { items: [1, 2] },
    1,
  ],
  ["an object around the value", object({ a: { type: "integer" } }), `{"result":{"a":1}}`, { a: 1 }, 1],
  ["a reference", { $ref: "#/$defs/a", $defs: { a: object({ n: { type: "integer" } }) } }, `{"N":"1"}`, { n: 1 }, 2],
  [
    "the alternative that fits",
    {
      anyOf: [
        object({ kind: { const: "a" }, x: { type: "string" } }),
        object({ kind: { const: "b" }, x: { type: "integer" } }),
      ],
    },
    `{"kind":"b","x":"7"}`,
    { kind: "b", x: 7 },
    1,
  ],
  [
    "nothing, where all fits",
    object({ n: { type: "integer" }, s: { type: "string" } }),
    `{"n":1,"s":"2"}`,
    { n: 1, s: "2" },
    0,
  ],
  ["the value that fits", object({ n: { type: "integer" } }), `{"x":1} or {"n":2} or {"y":3}`, { n: 2 }, 0],
  ["one of a sequence", object({ n: { type: "integer" } }), `{"x":1}\n{"n":2}`, { n: 2 }, 0],
]

describe("a schema decides", () => {
  it.effect.each(
    cases.map(([name, schema, text, value, decided]) => ({
      name,
      schema: schema as AnswerSchema,
      text,
      value,
      decided,
    })),
  )("$name", ({ decided, schema, text, value }) =>
    Effect.gen(function* () {
      const got = yield* read(text, schema)
      assert.deepInclude(got, { value, decided, faults: 0 })
      assert.isTrue(decided === 0 || got.score < 1)
    }),
  )

  it.effect("but invents nothing, and leaves what it cannot read", () =>
    Effect.gen(function* () {
      const schema = object({ n: { type: "integer" }, s: { type: "string" } }) as AnswerSchema
      assert.deepInclude(yield* read(`{"n":"many","s":"x"}`, schema), {
        value: { n: "many", s: "x" },
        decided: 0,
        faults: 1,
      })
      assert.deepInclude(yield* read(`{"n":1}`, schema), { value: { n: 1 }, faults: 1 })
      assert.deepInclude(yield* read(`no JSON`, schema), { value: undefined })
    }),
  )

  it.effect("each pattern is its own", () =>
    Effect.gen(function* () {
      const schema = object({
        a: { type: "string", pattern: "^a$" },
        b: { type: "string", pattern: "^b$" },
      }) as AnswerSchema
      assert.deepInclude(yield* read(`{"a":"a","b":"b"}`, schema), { faults: 0 })
      assert.deepInclude(yield* read(`{"a":"b","b":"a"}`, schema), { faults: 2 })
    }),
  )

  it.effect("schemas of Effect and of zod guide as JSON Schema does", () =>
    Effect.gen(function* () {
      const text = `Here: {"Name":"Ada","age":"36"}`
      const due = { name: "Ada", age: 36 }
      const effect = Schema.Struct({ name: Schema.String, age: Schema.Int })
      assert.deepInclude(yield* read(text, effect), { value: due, decided: 2, faults: 0 })
      assert.deepInclude(yield* read(text, z.object({ name: z.string(), age: z.int() })), {
        value: due,
        decided: 2,
        faults: 0,
      })
    }),
  )

  it.effect("a schema that cannot be used is an InvalidRequest that names it", () =>
    Effect.gen(function* () {
      for (const schema of [{ type: "nonsense" }, { $ref: "#/$defs/none" }, { pattern: "(" }, { properties: 5 }]) {
        const error = yield* Effect.flip(extractWith("{}", schema as AnswerSchema))
        assert.deepInclude(error.reason, { _tag: "InvalidRequest", field: "schema" })
        assert.include(error.message, "the schema cannot be used")
      }
    }),
  )
})
