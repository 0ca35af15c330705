import { assert, it } from "@effect/vitest"
import { foldCall, type JsonObject, type LlmError, textOf } from "@switchyard/core"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { greedy, using, withNative } from "./native.ts"

const request = (schema?: JsonObject) => ({
  ...greedy,
  maxOutputTokens: 700,
  prompt: "Hi",
  output: { type: "json" as const, ...(schema === undefined ? {} : { schema }) },
})

const answer = (schema?: JsonObject, temperature = 0) =>
  using((kernel) => kernel.generate({ ...request(schema), temperature, seed: 5 }))

const value = (schema: JsonObject, temperature = 0) =>
  Effect.map(answer(schema, temperature), ({ content, finish }): unknown => {
    assert.strictEqual(finish.unified, "stop", textOf(content))
    return JSON.parse(textOf(content))
  })

const isObject = (given: unknown): given is JsonObject =>
  typeof given === "object" && given !== null && !Array.isArray(given)

/** Does a value satisfy a schema of the kinds that the property below makes? Written apart from what it judges. */
const valid = (schema: JsonObject, given: unknown): boolean => {
  const { enum: members, anyOf, type, minItems, maxItems, items, properties, required, maxLength } = schema
  if (Array.isArray(members)) return members.includes(given)
  if (Array.isArray(anyOf)) return anyOf.some((branch) => isObject(branch) && valid(branch, given))
  if (type === "null") return given === null
  if (type === "number") return typeof given === "number" && Number.isFinite(given)
  if (type === "integer") return Number.isInteger(given)
  if (type === "string") return typeof given === "string" && [...given].length <= Number(maxLength ?? Infinity)
  if (type === "array") {
    if (!Array.isArray(given) || !isObject(items)) return false
    const bounded = given.length >= Number(minItems ?? 0) && given.length <= Number(maxItems ?? Infinity)
    return bounded && given.every((item) => valid(items, item))
  }
  if (type !== "object") return typeof given === type
  if (!isObject(given) || !isObject(properties) || !Array.isArray(required)) return false
  const known = Object.entries(given).every(([name, member]) => {
    const own = properties[name]
    return isObject(own) && valid(own, member)
  })
  return known && required.every((name) => String(name) in given)
}

const Leaf = Schema.Literals(["boolean", "integer", "number", "null", "text", "choice", "either"])
const Shape = Schema.Struct({
  leaves: Schema.Array(Leaf).check(Schema.isBetweenLength(1, 4)),
  list: Schema.Boolean,
  nested: Schema.Boolean,
  required: Schema.Boolean,
})

const leaves: Readonly<Record<typeof Leaf.Type, JsonObject>> = {
  boolean: { type: "boolean" },
  integer: { type: "integer" },
  number: { type: "number" },
  null: { type: "null" },
  text: { type: "string", maxLength: 6 },
  choice: { enum: ["red", 'a "quoted" one', 3, null, "naïve ✓"] },
  either: { anyOf: [{ type: "integer" }, { type: "string", maxLength: 3 }] },
}

const schemaOf = ({ leaves: kinds, list, nested, required }: typeof Shape.Type): JsonObject => {
  const properties = Object.fromEntries(kinds.map((kind, index) => [`${kind}_${index}`, leaves[kind]]))
  const object = { type: "object", properties, required: required ? Object.keys(properties) : [] }
  const inner = list ? { type: "array", items: object, minItems: 1, maxItems: 2 } : object
  return nested ? { type: "object", properties: { inner }, required: ["inner"] } : inner
}

withNative("JSON of a schema", () => {
  it.live.prop(
    "parses and validates, whatever the schema and however hot the sampling",
    { schema: Arbitrary.map(Arbitrary.schema(Shape), schemaOf) },
    ({ schema }) =>
      Effect.map(value(schema, 1.5), (given) =>
        assert.isTrue(valid(schema, given), `${JSON.stringify(given)} of ${JSON.stringify(schema)}`),
      ),
    { arbitrary: { seed: "json", runs: 25 } },
  )

  it.live("is streamed in whole characters, though the model spells them in bytes", () =>
    Effect.gen(function* () {
      const text = "naïve ✓ 漢字 👍"
      const all = yield* using((kernel) => Stream.runCollect(kernel.stream(request({ const: text }))))
      const deltas = all.flatMap((part) => (part.type === "text-delta" ? [part.text] : []))
      for (const delta of deltas) assert.isTrue(!/[\ufffd\ud800-\udfff]/u.test(delta), delta)
      assert.strictEqual(deltas.join(""), JSON.stringify(text))
      assert.isAbove(foldCall(all).usage.output.total ?? 0, 20, "tokens are bytes here")
    }),
  )

  it.live("may have references, recursion, merged parts, tuples and constants", () =>
    Effect.gen(function* () {
      const schema = {
        $defs: {
          Leaf: { type: "object", properties: { kind: { const: "leaf" }, n: { type: "integer" } } },
          Tree: { anyOf: [{ $ref: "#/$defs/Leaf" }, { type: "array", items: { $ref: "#/$defs/Tree" }, maxItems: 1 }] },
        },
        type: "object",
        properties: {
          tree: { $ref: "#/$defs/Tree" },
          both: { allOf: [{ $ref: "#/$defs/Leaf" }, { properties: { extra: { type: "boolean" } } }] },
          pair: { type: "array", prefixItems: [{ type: "integer" }, { const: { fixed: [1, "two"] } }], items: false },
          nothing: { type: ["null"] },
        },
        required: ["tree", "undescribed"],
      }
      const given = yield* value({ ...schema, properties: { ...schema.properties, undescribed: { enum: [true] } } }, 1)
      if (!isObject(given)) return assert.fail("an object")
      assert.sameMembers(Object.keys(given), ["tree", "both", "pair", "nothing", "undescribed"])
      assert.deepInclude(given["both"], { kind: "leaf" })
      const { both, pair, nothing } = given
      assert.isTrue(isObject(both) && typeof both["extra"] === "boolean")
      assert.deepStrictEqual(Array.isArray(pair) ? pair[1] : pair, { fixed: [1, "two"] })
      assert.isNull(nothing)
    }),
  )

  it.live("warns of what a grammar cannot enforce, by its path", () =>
    Effect.gen(function* () {
      const schema = {
        type: "object",
        properties: { zip: { type: "string", pattern: "^\\d+$", maxLength: 5 }, age: { type: "integer", minimum: 18 } },
      }
      const { warnings } = yield* answer(schema)
      assert.deepStrictEqual(
        warnings.map(({ type, setting }) => [type, setting]),
        [
          ["degraded", "output"],
          ["degraded", "output"],
        ],
      )
      assert.include(warnings[0]?.message, "output.schema.properties.zip.pattern")
      assert.include(warnings[1]?.message, "output.schema.properties.age.minimum")
    }),
  )

  it.live("refuses what it cannot express, by its path", () =>
    Effect.gen(function* () {
      const inside = (property: JsonObject | boolean): JsonObject => ({ type: "object", properties: { bad: property } })
      const at = "output.schema.properties.bad"
      const cases: ReadonlyArray<readonly [JsonObject, string]> = [
        [inside({ $ref: "https://example.com/schema" }), at],
        [inside({ $ref: "#/$defs/Missing" }), at],
        [inside({ patternProperties: { "^a": { type: "string" } } }), `${at}.patternProperties`],
        [inside({ type: "decimal" }), `${at}.type`],
        [inside({ $ref: "#/$defs/toString" }), at],
        [{ $defs: { A: { $ref: "#/$defs/A" } }, $ref: "#/$defs/A" }, "output.schema.$defs.A"],
        [
          {
            $defs: { A: { $ref: "#/$defs/B" }, B: { anyOf: [{ type: "null" }, { $ref: "#/$defs/A" }] } },
            ...inside({ $ref: "#/$defs/A" }),
          },
          "output.schema.$defs.A",
        ],
        [inside({ enum: [] }), `${at}.enum`],
        [inside({ anyOf: [] }), `${at}.anyOf`],
        [inside({ type: [] }), `${at}.type`],
        [inside({ type: "string", minLength: 1001 }), `${at}.minLength`],
        [inside({ type: "array", items: { type: "null" }, minItems: 1001, maxItems: 1001 }), `${at}.minItems`],
        [inside({ type: "object", additionalProperties: true, minProperties: 1001 }), `${at}.minProperties`],
        [inside({ type: "array", minItems: 3, maxItems: 2 }), `${at}.maxItems`],
        [inside({ allOf: [{ type: "string" }, { type: "integer" }] }), `${at}.type`],
        [inside(false), at],
      ]
      for (const [schema, path] of cases) {
        const { reason } = yield* Effect.flip<unknown, LlmError, never>(answer(schema))
        assert.strictEqual(reason._tag, "Unsupported", path)
        if (reason._tag === "Unsupported") assert.strictEqual(reason.feature, path)
        assert.include(reason.message, path)
      }
    }),
  )
})

withNative("JSON of a large schema", () => {
  it.live("is bounded as far as a grammar can be, wherever the bound stands", () =>
    Effect.gen(function* () {
      const text = { type: "string", minLength: 1000, maxLength: 1000 }
      const table = { type: "array", items: text, minItems: 1000, maxItems: 1000 }
      const schemas: ReadonlyArray<JsonObject> = [
        text,
        table,
        { type: "array", items: table, minItems: 1000 },
        { type: "object", properties: { a: text, b: table }, additionalProperties: text, minProperties: 1000 },
        { anyOf: [text, table] },
        { type: "array", items: { type: "null" }, maxItems: 2000 },
      ]
      for (const schema of schemas) {
        const { content } = yield* using((kernel) => kernel.generate({ ...request(schema), maxOutputTokens: 4 }))
        assert.isAbove(textOf(content).length, 0)
      }
    }),
  )

  it.live("may name a member as every object's own", () =>
    Effect.map(
      value({ type: "object", properties: { toString: { const: 1 } }, required: ["toString", "valueOf"] }),
      (given) => assert.sameMembers(Object.keys(isObject(given) ? given : {}), ["toString", "valueOf"]),
    ),
  )
})

withNative("JSON of any shape", () => {
  it.live("parses when it is whole, and is told as cut when it is not", () =>
    Effect.gen(function* () {
      const { content, finish } = yield* answer()
      if (finish.unified === "length") return assert.isAbove(textOf(content).length, 0)
      assert.doesNotThrow(() => JSON.parse(textOf(content)))
    }),
  )

  it.live("of a schema is cut by maxOutputTokens like any answer", () =>
    Effect.gen(function* () {
      const schema = { type: "object", properties: { a: { type: "string", minLength: 100 } } }
      const { finish, content } = yield* using((kernel) => kernel.generate({ ...request(schema), maxOutputTokens: 12 }))
      assert.strictEqual(finish.unified, "length")
      assert.throws(() => JSON.parse(textOf(content)))
    }),
  )
})
