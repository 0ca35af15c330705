import { assert, describe, it } from "@effect/vitest"
import { toStandardJsonSchema } from "@valibot/to-json-schema"
import { type } from "arktype"
import type { Kernel } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as v from "valibot"
import * as z from "zod"
import { type AnySchema, defineTool, describeTools, generateObject, runTools } from "../src/index.ts"
import { ask, call, reasonOf, scripted, text } from "./scripted.ts"

const cities: Readonly<Record<string, AnySchema>> = {
  effect: Schema.Struct({ city: Schema.String, days: Schema.optionalKey(Schema.Int) }),
  zod: z.object({ city: z.string(), days: z.int().optional() }),
  valibot: toStandardJsonSchema(v.object({ city: v.string(), days: v.optional(v.pipe(v.number(), v.integer())) })),
  arktype: type({ city: "string", "days?": "number.integer" }),
  json: {
    type: "object",
    properties: { city: { type: "string" }, days: { type: "integer" } },
    required: ["city"],
    additionalProperties: false,
  },
}

describe.each(Object.entries(cities))("an input of %s", (_, input) => {
  const told: Array<unknown> = []
  const weather = defineTool({
    name: "weather",
    input,
    execute: (given) => {
      told.push(given)
      return "sunny"
    },
  })

  it.effect("is told to the model as a closed object", () =>
    Effect.gen(function* () {
      const { seen, layer } = scripted([text("hi")])
      yield* Effect.provide(runTools(ask, { tools: [weather] }), layer)
      const [tool] = seen[0]?.tools ?? []
      assert(tool?.type === "function")
      assert.strictEqual(tool.name, "weather")
      const { type, properties, required, additionalProperties, ...rest } = tool.inputSchema
      assert.deepStrictEqual(
        { type, required, additionalProperties },
        { type: "object", required: ["city"], additionalProperties: false },
      )
      assert.deepStrictEqual(Object.keys(properties ?? {}), ["city", "days"])
      assert.deepStrictEqual(rest, {})
    }),
  )

  it.effect("decodes good arguments and tells the model of bad ones, with their path", () =>
    Effect.gen(function* () {
      told.length = 0
      const { layer } = scripted(
        [call("weather", { city: 5 }, "a"), call("weather", { city: "Rome", days: 2 }, "b")],
        [text("done")],
      )
      const { steps } = yield* Effect.provide(runTools(ask, { tools: [weather] }), layer)
      assert.deepStrictEqual(told, [{ city: "Rome", days: 2 }])
      const [bad, good] = steps[0]?.results ?? []
      assert(bad?.output.type === "error-json")
      assert.match(JSON.stringify(bad.output.value), /"issues":\[\{"path":"city","message":".+"\}\]/)
      assert.deepStrictEqual(good?.output, { type: "text", value: "sunny" })
    }),
  )
})

const described = (input: AnySchema, name = "t") => {
  const read = describeTools([defineTool({ name, input })])
  if ("reason" in read) throw read
  return read[0]?.inputSchema
}

it("a schema of Effect with a name of its own is written out at the top, and keeps what is recursive", () => {
  class Point extends Schema.Class<Point>("Point")({ x: Schema.Finite }) {}
  assert.deepStrictEqual(described(Point), {
    type: "object",
    properties: { x: { type: "number" } },
    required: ["x"],
    additionalProperties: false,
  })
  interface Tree {
    readonly kids: ReadonlyArray<Tree>
  }
  const Tree: Schema.Codec<Tree> = Schema.Struct({
    kids: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree)),
  }).annotate({ identifier: "Tree" })
  const tree = described(Tree)
  assert.strictEqual(tree?.["type"], "object")
  assert.match(JSON.stringify(tree), /"\$ref":"#\/\$defs\/(\w+)".*"\$defs":\{"\1"/)
})

it("a tool without arguments takes the empty struct", () => {
  const none = { type: "object", properties: {}, additionalProperties: false }
  assert.deepStrictEqual(described(Schema.Struct({})), none)
  assert.deepStrictEqual(described(z.object({})), none)
})

it.effect("what a schema decodes is what execute gets", () =>
  Effect.gen(function* () {
    const given: Array<unknown> = []
    const at = defineTool({
      name: "at",
      input: Schema.Struct({ day: Schema.DateFromString }),
      execute: ({ day }) => given.push(day.getUTCFullYear()),
    })
    const upper = defineTool({
      name: "upper",
      input: z.object({ word: z.string().transform((word) => word.toUpperCase()), times: z.int().default(2) }),
      execute: ({ word, times }) => given.push(word.repeat(times)),
    })
    const { layer } = scripted([call("at", { day: "2026-01-02" }), call("upper", { word: "a" })], [text("ok")])
    yield* Effect.provide(runTools(ask, { tools: [at, upper] }), layer)
    assert.deepStrictEqual(given, [2026, "AA"])
  }),
)

it.effect("JSON Schema that refers to itself and to definitions is checked", () =>
  Effect.gen(function* () {
    const input = {
      type: "object",
      properties: { next: { $ref: "#" }, n: { $ref: "#/$defs/n" }, tag: { type: "string", pattern: "^[a-z]+$" } },
      required: ["n"],
      $defs: { n: { type: "integer", minimum: 1 } },
      not: { required: ["never"] },
    }
    const tool = defineTool({ name: "t", input, execute: () => "ok" })
    const { layer } = scripted(
      [
        call("t", { n: 1, next: { n: 2, next: { n: 0 } } }, "deep"),
        call("t", { n: 1, tag: "A" }, "pattern"),
        call("t", { n: 1, extra: [1] }, "good"),
      ],
      [text("done")],
    )
    const { steps } = yield* Effect.provide(runTools(ask, { tools: [tool] }), layer)
    const outputs = steps[0]?.results.map(({ output }) => JSON.stringify(output)) ?? []
    assert.match(outputs[0] ?? "", /error-json.*next\.next\.n/)
    assert.match(outputs[1] ?? "", /error-json.*tag/)
    assert.strictEqual(outputs[2], JSON.stringify({ type: "text", value: "ok" }))
    assert.deepStrictEqual(described(input), input)
  }),
)

it.effect("JSON Schema that is closed refuses other fields, and one that is open hands them on", () =>
  Effect.gen(function* () {
    const given: Array<unknown> = []
    const properties = { a: { type: "string" } }
    const execute = (input: unknown) => given.push(input)
    const closed = defineTool({
      name: "closed",
      input: { type: "object", properties, additionalProperties: false },
      execute,
    })
    const open = defineTool({ name: "open", input: { type: "object", properties }, execute })
    const { layer } = scripted([call("closed", { a: "x", b: 1 }), call("open", { a: "x", b: 1 })], [text("done")])
    const { steps } = yield* Effect.provide(runTools(ask, { tools: [closed, open] }), layer)
    assert.match(JSON.stringify(steps[0]?.results[0]?.output), /error-json.*"path":"b"/)
    assert.deepStrictEqual(given, [{ a: "x", b: 1 }])
  }),
)

const untyped = (value: unknown) => value as AnySchema // what a caller without types may give

it("JSON Schema of draft 7 is brought to 2020-12", () => {
  const schema = described({
    type: "object",
    properties: { a: { $ref: "#/definitions/a" } },
    definitions: { a: { type: "string" } },
  })
  assert.deepStrictEqual(schema, {
    type: "object",
    properties: { a: { $ref: "#/$defs/a" } },
    $defs: { a: { type: "string" } },
  })
})

it("JSON Schema that says it is draft 7 may list the items", () => {
  const schema = described({
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: { pair: { type: "array", items: [{ type: "string" }, { type: "number" }] } },
    dependencies: { pair: ["other"] },
  })
  assert.deepStrictEqual(Object(schema?.["properties"]).pair.prefixItems, [{ type: "string" }, { type: "number" }])
})

it("a field may be named like a keyword, and keywords that nobody knows pass", () => {
  const properties = { type: { type: "string" }, required: { type: ["string", "null"] }, properties: true }
  const input = { type: "object", properties, "x-order": 5, default: { type: "strng" } }
  assert.deepStrictEqual(described(input), input)
})

/** Wrong inside of a field `a`, and where that is. */
const faulty: ReadonlyArray<readonly [a: unknown, path: string]> = [
  [{ type: "strng" }, ".type"],
  [{ type: ["string", "strng"] }, ".type"],
  [{ type: [] }, ".type"],
  [{ properties: ["a"] }, ".properties"],
  [{ properties: { b: { type: "object", required: "c" } } }, ".properties.b.required"],
  [{ required: [1] }, ".required"],
  [{ enum: "x" }, ".enum"],
  [{ items: [{ type: "string" }] }, ".items"],
  [{ items: "string" }, ".items"],
  [{ anyOf: { type: "string" } }, ".anyOf"],
  [{ anyOf: [{ type: "string" }, { type: "int" }] }, ".anyOf[1].type"],
  [{ additionalProperties: "no" }, ".additionalProperties"],
  [{ not: { type: "nothing" } }, ".not.type"],
  [{ minimum: "1" }, ".minimum"],
  [{ exclusiveMinimum: true }, ".exclusiveMinimum"],
  [{ maxLength: -1 }, ".maxLength"],
  [{ minItems: 1.5 }, ".minItems"],
  [{ uniqueItems: "yes" }, ".uniqueItems"],
  [{ pattern: 5 }, ".pattern"],
  [{ description: 5 }, ".description"],
  [{ dependentRequired: { b: "c" } }, ".dependentRequired.b"],
  [{ $defs: { b: { type: "any" } } }, ".$defs.b.type"],
  ["string", ""],
  [null, ""],
]

it.effect.each(faulty)("JSON that is no JSON Schema is refused with its path: %j", ([a, path]) =>
  Effect.gen(function* () {
    const schema = untyped({ type: "object", properties: { a } })
    const { seen, layer } = scripted([text("hi")])
    const runs = [
      runTools(ask, { tools: [defineTool({ name: "t", input: schema })] }),
      runTools(ask, { tools: [defineTool({ name: "t", input: Schema.Struct({}), output: schema })] }),
      generateObject({ ...ask, schema }),
    ]
    const fields: Array<string | undefined> = []
    for (const run of runs) {
      const reason = yield* Effect.provide(reasonOf<unknown, Kernel>(run), layer)
      assert(reason._tag === "InvalidRequest")
      assert.include(reason.message, `is no JSON Schema: properties.a${path} must be`)
      fields.push(reason.field)
    }
    assert.deepStrictEqual(fields, ["tools.t.input", "tools.t.output", "schema"])
    assert.lengthOf(seen, 0)
  }),
)

it.effect("refused before anything is sent: a choice of a tool that is not there", () =>
  Effect.gen(function* () {
    const { seen, layer } = scripted([text("hi")])
    const tools = [defineTool({ name: "t", input: Schema.Struct({}) })]
    const own = { type: "function", name: "own", inputSchema: { type: "object" } } as const
    const choose = (name: string) => ({ type: "tool", name }) as const
    const reason = yield* Effect.provide(
      reasonOf(runTools({ ...ask, tools: [own], toolChoice: choose("zzz") }, { tools })),
      layer,
    )
    assert(reason._tag === "InvalidRequest")
    assert.strictEqual(reason.field, "toolChoice")
    assert.match(reason.message, /"zzz".*own, t/)
    assert.lengthOf(seen, 0)
    yield* Effect.provide(runTools({ ...ask, tools: [own], toolChoice: choose("own") }, { tools }), layer)
    const search = { type: "provider", id: "p.web_search" } as const
    yield* Effect.provide(runTools({ ...ask, tools: [search], toolChoice: choose("web_search") }, { tools }), layer)
    assert.lengthOf(seen, 2)
  }),
)

it.effect("a fault of the whole value has no path, in each kind of schema", () =>
  Effect.gen(function* () {
    for (const input of Object.values(cities)) {
      const tool = defineTool({ name: "t", input, execute: () => "ok" })
      const { layer } = scripted([call("t", "5")], [text("done")])
      const { steps } = yield* Effect.provide(runTools(ask, { tools: [tool] }), layer)
      assert.match(JSON.stringify(steps[0]?.results[0]?.output), /error-json.*"issues":\[\{"path":"",/)
    }
  }),
)

const cyclic: { [key: string]: unknown } = { type: "object" }
cyclic["properties"] = { self: cyclic }

const refused: Readonly<Record<string, readonly [name: string, input: AnySchema, field: string, says: RegExp]>> = {
  "a top level that is no object": ["t", Schema.String, "tools.t.input", /must be an object.*type "string"/],
  "a union at the top": [
    "t",
    z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
    "tools.t.input",
    /single type/,
  ],
  "a name with a space": ["my tool", Schema.Struct({ a: Schema.String }), "tools.my tool.name", /1 to 64/],
  "an empty name": ["", Schema.Struct({ a: Schema.String }), "tools..name", /1 to 64/],
  "a name of 65": ["a".repeat(65), Schema.Struct({ a: Schema.String }), `tools.${"a".repeat(65)}.name`, /1 to 64/],
  "a function in JSON Schema": [
    "t",
    untyped({ type: "object", properties: { f: () => 1 } }),
    "tools.t.input",
    /a function at properties\.f/,
  ],
  "a cycle in JSON Schema": ["t", untyped(cyclic), "tools.t.input", /a cycle at properties\.self/],
  "a function in zod": [
    "t",
    z.object({ f: z.custom<() => void>(), d: z.date() }),
    "tools.t.input",
    /cannot be written as JSON Schema/,
  ],
  "a reference to nothing": [
    "t",
    { type: "object", properties: { a: { $ref: "#/$defs/b" } } },
    "tools.t.input",
    /Missing definition/,
  ],
  "a pattern that is none": [
    "t",
    { type: "object", properties: { a: { type: "string", pattern: "(" } } },
    "tools.t.input",
    /JSON Schema/,
  ],
  "valibot without its converter": [
    "t",
    v.object({ a: v.string() }),
    "tools.t.input",
    /toStandardJsonSchema of @valibot/,
  ],
  "no schema at all": ["t", untyped(5), "tools.t.input", /is no schema/],
  null: ["t", untyped(null), "tools.t.input", /is no schema/],
}

it.effect.each(Object.entries(refused))("refused before anything is sent: %s", ([, [name, input, field, says]]) =>
  Effect.gen(function* () {
    const { seen, layer } = scripted([text("hi")])
    const reason = yield* Effect.provide(reasonOf(runTools(ask, { tools: [defineTool({ name, input })] })), layer)
    assert(reason._tag === "InvalidRequest")
    assert.strictEqual(reason.field, field)
    assert.match(reason.message, says)
    assert.include(reason.message, name)
    assert.lengthOf(seen, 0)
  }),
)

it.effect("refused before anything is sent: two tools of one name, and options that make no sense", () =>
  Effect.gen(function* () {
    const { seen, layer } = scripted([text("hi")])
    const tool = defineTool({ name: "t", input: Schema.Struct({}) })
    const number = (value: unknown) => value as number // what a caller without types may give
    const own = { type: "function", name: "t", inputSchema: { type: "object" } } as const
    const runs = [
      runTools(ask, { tools: [tool, tool] }),
      runTools({ ...ask, tools: [own] }, { tools: [tool] }),
      runTools(ask, { tools: [tool], maxSteps: 0 }),
      runTools(ask, { tools: [tool], concurrency: 1.5 }),
      runTools(ask, { tools: [tool], toolTimeout: -1 }),
      runTools(ask, { tools: [tool], toolTimeout: number("5") }),
      runTools(ask, { tools: [tool], maxSteps: number("5") }),
      runTools(ask, { tools: [tool], concurrency: number("5") }),
      runTools(ask, { tools: [defineTool({ name: "text", input: Schema.Struct({}), timeout: number("5") })] }),
      runTools(ask, { tools: [defineTool({ name: "slow", input: Schema.Struct({}), timeout: 0 })] }),
      runTools({ ...ask, model: "" }, { tools: [tool] }),
    ]
    const fields: Array<string | undefined> = []
    for (const run of runs) {
      const reason = yield* Effect.provide(reasonOf(run), layer)
      assert(reason._tag === "InvalidRequest")
      fields.push(reason.field)
    }
    assert.deepStrictEqual(fields, [
      "tools.t",
      "tools.t",
      "maxSteps",
      "concurrency",
      "toolTimeout",
      "toolTimeout",
      "maxSteps",
      "concurrency",
      "tools.text.timeout",
      "tools.slow.timeout",
      "model",
    ])
    assert.lengthOf(seen, 0)
  }),
)
