import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { certain, extractJson, extractWith } from "../src/index.ts"
import { judged } from "./stubs.ts"

const fence = "```"
const person: JsonObject = { type: "object", required: ["name"], properties: { name: { type: "string" } } }
const got = (text: string) => {
  const found = extractJson(text)
  return found.found ? found : { value: undefined, score: 0, repairs: [] }
}
const withSchema = (text: string, schema: JsonObject | boolean) =>
  Effect.map(extractWith(text, schema), (found) => {
    if (!found.found) throw new Error(found.message)
    return { ...found, kinds: found.repairs.map(({ kind }) => kind) }
  })
const fields = (type: string): JsonObject => ({ type: "object", properties: { id: { type }, v: { type } } })

describe("several values", () => {
  it.effect("two that the schema takes are a choice, two that say the same are not", () =>
    Effect.gen(function* () {
      for (const text of [`A: {"name":"Ann"}. B: {"name":"Bob"}.`, `{"name":"Ann"}\n{"name":"Bob"}`]) {
        const { kinds, score } = yield* withSchema(text, person)
        assert.include(kinds, "choice")
        assert.isBelow(score, certain)
      }
      assert.notInclude((yield* withSchema(`{"name":"Ann"} or {"x":1}`, person)).kinds, "choice")
      assert.notInclude((yield* withSchema(`So {"name":"Ann"}, again {"name":"Ann"}`, person)).kinds, "choice")
    }),
  )

  it("a later correction wins over a fence, and never for certain", () => {
    const draft = `${fence}json\n{"name":"Ann"}\n${fence}\n`
    for (const words of ["Oops, it must be:", "Sorry, that should be", "Correction:", "Actually,", "Final version:"]) {
      const { score, value } = got(`${draft}${words} {"name":"Bob"}`)
      assert.deepStrictEqual(value, { name: "Bob" }, words)
      assert.isBelow(score, certain)
    }
    const other = got(`${draft}The original was {"name":"Bob"}`)
    assert.deepStrictEqual(other.value, { name: "Ann" })
    assert.isBelow(other.score, certain)
  })
})

describe("brackets in prose", () => {
  it("an index, a footnote, a box, an empty group are no values", () => {
    for (const text of [
      "According to the source [1], the answer is no.",
      "See arr[0] for it.",
      "Set a[0][1] to it.",
      "- [ ] todo",
      "Sources: [1], [2]",
      "[1] Smith 2020\n[2] Doe 2021",
      "Nothing [] here",
    ])
      assert.isFalse(extractJson(text).found, text)
  })

  it("a list inside a sentence is doubtful, and a list on its own is not", () => {
    for (const text of ["f(x) = {1, 2}", "It follows that [1, 2, 3] holds."]) assert.isBelow(got(text).score, 0.5, text)
    for (const text of ["Array: [1, 2]", "Sure:\n[1, 2]", "const a = [1, 2];"]) {
      assert.deepStrictEqual(got(text).value, [1, 2], text)
      assert.isAtLeast(got(text).score, certain, text)
    }
    assert.isAtLeast(got(`In a sentence {"a":1} is fine.`).score, certain)
  })

  it("parentheses around an object are just that, and a colon written twice is one", () => {
    assert.deepStrictEqual(got(`({"a":1})`).value, { a: 1 })
    assert.deepStrictEqual(got(`({"a":1},)`).value, [{ a: 1 }])
    assert.deepStrictEqual(got(`{"a":: 1}`).value, { a: 1 })
    assert.isBelow(got(`{"a":: 1}`).score, certain)
  })
})

describe("a schema", () => {
  it.effect("reads numbers as strings as they were written, and loses no digits the other way", () =>
    Effect.gen(function* () {
      const id = "12345678901234567890"
      for (const text of [`{"id": ${id}, "v": 1.10}`, `Here: {id: ${id}, v: 1.10,}`])
        assert.deepStrictEqual((yield* withSchema(text, fields("string"))).value, { id, v: "1.10" })
      const kept = yield* withSchema(`{"id":"${id}"}`, fields("integer"))
      assert.deepStrictEqual([kept.value, kept.faults.length], [{ id }, 1])
    }),
  )

  it.effect("may be true or false, and not null or a list; each coercion costs; faults say what to do", () =>
    Effect.gen(function* () {
      assert.lengthOf((yield* withSchema("{}", true)).faults, 0)
      assert.lengthOf((yield* withSchema("{}", false)).faults, 1)
      for (const schema of ["null", "[]"]) {
        const error = yield* Effect.flip(extractWith("{}", JSON.parse(schema)))
        assert.match(error.message, /it is (null|a list), and must be an object, true or false/)
      }
      const one = yield* withSchema(`{"id":"1"}`, fields("integer"))
      const two = yield* withSchema(`{"id":"1","v":"2"}`, fields("integer"))
      assert.isBelow(two.score, one.score)
      const { faults } = yield* withSchema(`{}`, person)
      assert.strictEqual(faults[0]?.suggestion, `add the field "name", of type string`)
    }),
  )

  it.effect("its patterns together have one time", () =>
    Effect.gen(function* () {
      const pattern = `^${"(?:a|aa)".repeat(30)}$`
      const schema = { type: "array", items: { type: "string", pattern } }
      const started = performance.now()
      const text = JSON.stringify(Array.from({ length: 50 }, () => "a".repeat(80)))
      const { faults } = yield* withSchema(text, schema)
      assert.match(faults[0]?.message ?? "", /the patterns took more than 100 ms/)
      assert.isBelow(performance.now() - started, 10_000)
    }),
  )
})

describe("parameters", () => {
  it.effect("are read in both spellings; an unknown one is a warning", () =>
    Effect.gen(function* () {
      for (const params of [
        { field_name: "a", expected_value: 1, min_score: 0.1 },
        { fieldName: "a", expectedValue: 1, minScore: 0.1 },
      ]) {
        const { verdict, warnings } = yield* judged(`{"a":1}`, "field_present", params)
        assert.deepStrictEqual([verdict?.ok, warnings], [true, []])
      }
      const { warnings } = yield* judged(`{"a":1}`, "json", { scheme: {} })
      assert.match(JSON.stringify(warnings), /no parameter \\"scheme\\", so it was ignored.*did you mean.*schema/)
    }),
  )

  it.effect("a wrong one is named as it was written", () =>
    Effect.gen(function* () {
      for (const [name, params, field] of [
        ["fields", { fields: [{ path: "a" }, { path: "a[" }] }, "params.fields[1].path"],
        ["field_present", { fieldName: 5 }, "params.fieldName"],
        ["json", { min_score: 2 }, "params.min_score"],
        ["json", { schema: { type: "nonsense" } }, "params.schema"],
      ] as const) {
        const { reason } = yield* Effect.flip(judged("{}", name, params))
        assert.deepInclude(reason, { _tag: "InvalidRequest", field })
      }
    }),
  )
})
