import { assert, describe, it } from "@effect/vitest"
import { toStandardJsonSchema } from "@valibot/to-json-schema"
import type { ProviderResponse, StreamPart } from "@switchyard/core"
import { type } from "arktype"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as v from "valibot"
import * as z from "zod"
import { type AnySchema, generateObject, streamObject } from "../src/index.ts"
import { ask, flowing, reasonOf, scripted, text } from "./scripted.ts"

const people: Readonly<Record<string, AnySchema>> = {
  effect: Schema.Struct({ name: Schema.String, age: Schema.Int }),
  zod: z.object({ name: z.string(), age: z.int() }),
  valibot: toStandardJsonSchema(v.object({ name: v.string(), age: v.pipe(v.number(), v.integer()) })),
  arktype: type({ name: "string", age: "number.integer" }),
  json: {
    type: "object",
    properties: { name: { type: "string" }, age: { type: "integer" } },
    required: ["name", "age"],
    additionalProperties: false,
  },
}
const ada = { name: "Ada", age: 36 }

describe.each(Object.entries(people))("a schema of %s", (_, schema) => {
  it.effect("gives an object", () =>
    Effect.gen(function* () {
      const { seen, layer } = scripted([text(JSON.stringify(ada))])
      const { object, response } = yield* Effect.provide(generateObject({ ...ask, schema, name: "person" }), layer)
      assert.deepStrictEqual(object, ada)
      assert.strictEqual(response.provider, "p")
      const output = seen[0]?.output
      assert(output?.type === "json")
      assert.deepStrictEqual(
        [output.name, output.strict, output.schema?.["additionalProperties"]],
        ["person", true, false],
      )
    }),
  )

  it.effect("refuses what does not fit, with every fault, its path and the text", () =>
    Effect.gen(function* () {
      const answer = JSON.stringify({ name: 1, age: "x" })
      const { layer } = scripted([text(answer)])
      const reason = yield* Effect.provide(reasonOf(generateObject({ ...ask, schema })), layer)
      assert(reason._tag === "OutputInvalid")
      assert.strictEqual(reason.text, answer)
      const [verdict] = reason.verdicts
      assert.isFalse(verdict?.ok)
      assert.deepStrictEqual(verdict?.issues.map(({ path }) => path?.join(".")).toSorted(), ["age", "name"])
    }),
  )
})

const schema = Schema.Struct({ a: Schema.String })
const answers: ReadonlyArray<readonly [what: string, answer: Partial<ProviderResponse>, tag: string, says: RegExp]> = [
  ["no JSON", { content: [text("I cannot do that")] }, "OutputInvalid", /is not JSON/],
  [
    "cut at the limit",
    { content: [text('{"a": "b')], finish: { unified: "length" } },
    "OutputInvalid",
    /raise maxOutputTokens/,
  ],
  ["a refusal", { content: [text("no")], finish: { unified: "content-filter" } }, "ContentFiltered", /refused/],
  ["no text", { content: [{ type: "reasoning", text: "hm" }] }, "EmptyResponse", /no text/],
  ["too deep", { content: [text(`{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`)] }, "OutputInvalid", /not valid at a/],
]

it.effect.each(answers)("an answer that is no object: %s", ([, answer, tag, says]) =>
  Effect.gen(function* () {
    const { layer } = scripted(answer)
    const reason = yield* Effect.provide(reasonOf(generateObject({ ...ask, schema })), layer)
    assert.strictEqual(reason._tag, tag)
    assert.match(reason.message, says)
  }),
)

it.effect("a fence around the object is passed over; a schema that no vendor takes is refused first", () =>
  Effect.gen(function* () {
    const { seen, layer } = scripted([text('```json\n{"a": "```"}\n```\n')])
    const { object } = yield* Effect.provide(generateObject({ ...ask, schema }), layer)
    assert.deepStrictEqual(object, { a: "```" })
    const reason = yield* Effect.provide(
      reasonOf(generateObject({ ...ask, schema: Schema.Array(Schema.String) })),
      layer,
    )
    assert(reason._tag === "InvalidRequest")
    assert.strictEqual(reason.field, "schema")
    const streamed = streamObject({ ...ask, schema: v.object({}) })
    assert.strictEqual((yield* Effect.provide(reasonOf(Stream.runDrain(streamed)), layer))._tag, "InvalidRequest")
    assert.lengthOf(seen, 1)
  }),
)

it.effect("strict is asked for when the schema allows it, and as the caller says", () =>
  Effect.gen(function* () {
    const optional = Schema.Struct({ a: Schema.optionalKey(Schema.String) })
    const nested = z.object({ list: z.array(z.object({ a: z.string() })) })
    const open = z.object({ any: z.record(z.string(), z.string()) })
    const { seen, layer } = scripted([text('{"a":"x","list":[],"any":{}}')])
    for (const each of [schema, optional, nested, open])
      yield* Effect.provide(generateObject<AnySchema>({ ...ask, schema: each }), layer)
    yield* Effect.provide(generateObject({ ...ask, schema, strict: false }), layer)
    assert.deepStrictEqual(
      seen.map(({ output }) => output?.type === "json" && output.strict),
      [true, false, true, false, false],
    )
  }),
)

const pieces = (...deltas: ReadonlyArray<string>): ReadonlyArray<StreamPart> => [
  { type: "stream-start", warnings: [] },
  { type: "text-start", id: "0" },
  ...deltas.map((value): StreamPart => ({ type: "text-delta", id: "0", text: value })),
  { type: "text-end", id: "0" },
  { type: "finish", reason: { unified: "stop" }, usage: { input: {}, output: {} } },
]

it.effect("streams partial objects, a snapshot per change, and the checked one last", () =>
  Effect.gen(function* () {
    const dated = Schema.Struct({ title: Schema.String, day: Schema.DateFromString, tags: Schema.Array(Schema.String) })
    const layer = flowing(
      pieces("{", '"title": "Du', "ne", '", ', '"day": "1965-08-01", "ta', 'gs": ["a', '", "b"]', "}", "\n"),
    )
    const parts = yield* Effect.provide(Stream.runCollect(streamObject({ ...ask, schema: dated })), layer)
    const partials = parts.flatMap((part) => (part.type === "partial" ? [part.object] : []))
    const title = "Dune"
    const day = "1965-08-01"
    assert.deepStrictEqual(partials, [
      {},
      { title: "Du" },
      { title },
      { title },
      { title, day },
      { title, day, tags: ["a"] },
      { title, day, tags: ["a", "b"] },
    ])
    const last = parts.at(-1)
    assert(last?.type === "object")
    assert.deepStrictEqual(last.object, { title, day: new Date(day), tags: ["a", "b"] })
    assert.strictEqual(last.response.finish.unified, "stop")
  }),
)

it.effect("a stream whose whole does not fit fails after its partials; a cut stream fails as streams do", () =>
  Effect.gen(function* () {
    const wrong = flowing(pieces('{"a": ', "5}"))
    const reason = yield* Effect.provide(reasonOf(Stream.runDrain(streamObject({ ...ask, schema }))), wrong)
    assert.strictEqual(reason._tag, "OutputInvalid")
    const cut = flowing(pieces('{"a": "x"}').slice(0, 3))
    assert.strictEqual(
      (yield* Effect.provide(reasonOf(Stream.runDrain(streamObject({ ...ask, schema }))), cut))._tag,
      "Truncated",
    )
  }),
)
