import { assert, describe, it } from "@effect/vitest"
import { textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { stagedRetry } from "@switchyard/retry-staged"
import { answering, checkedBy, generate, judged } from "./stubs.ts"

const user = {
  type: "object",
  required: ["name", "age"],
  properties: {
    name: { type: "string" },
    age: { type: "integer" },
    role: { enum: ["admin", "plain user"] },
    tags: { type: "array", items: { type: "string" } },
  },
}
const rejected = (text: string, name: string, params?: Record<string, unknown>) =>
  Effect.map(Effect.flip(judged(text, name, params)), ({ message, reason }) => {
    assert.strictEqual(reason._tag, "OutputInvalid")
    return message
  })

describe("the validators", () => {
  it.effect("json: an answer that is JSON stays as it is; one that holds JSON becomes it, its reasoning kept", () =>
    Effect.gen(function* () {
      const good = yield* judged(` {"a": 1}`, "json")
      assert.strictEqual(textOf(good.content), ` {"a": 1}`)
      assert.deepInclude(good.verdict, { ok: true, score: 1, issues: [] })
      const wrapped = yield* judged("Sure:\n```json\n{'a': 1,}\n```", "json")
      assert.strictEqual(textOf(wrapped.content), `{"a":1}`)
      assert.deepStrictEqual(
        wrapped.content.map(({ type }) => type),
        ["reasoning", "text"],
      )
      assert.isTrue((wrapped.verdict?.issues.length ?? 0) > 2)
    }),
  )

  it.effect("json_string stands as users' files have it; no JSON, or too doubtful a reading, is rejected", () =>
    Effect.gen(function* () {
      assert.match(yield* rejected("I cannot help.", "json_string"), /there is no JSON in the text/)
      assert.match(yield* rejected(`{"a": "cut he`, "json_string"), /more than one way/)
      const cut = yield* judged(`{"a": "cut he`, "json_string", { minScore: 0.3 })
      assert.strictEqual(textOf(cut.content), `{"a":"cut he"}`)
      assert.match(yield* rejected(`{"a":1,}`, "json_string", { repair: false }), /not valid/)
    }),
  )

  it.effect("field_present: dots, positions, an expected value, and what must not be there", () =>
    Effect.gen(function* () {
      const text = `{"a":{"b":3,"list":[{"x":1},{"x":2}]},"c":null}`
      for (const params of [
        { field_name: "a.b" },
        { field_name: "a.b", expected_value: 3, should_exist: true },
        { field_name: "a.list[1].x", expected_value: 2 },
        { field_name: "a.list.0.x", expected_value: 1 },
        { field_name: "$.a['b']" },
        { field_name: "c", expected_value: null },
        { field_name: "a.z", should_exist: false },
        { field_name: "a", expected_value: { list: [{ x: 1 }, { x: 2 }], b: 3 } },
      ])
        assert.isTrue((yield* judged(text, "field_present", params)).verdict?.ok)
      assert.match(yield* rejected(text, "field_present", { field_name: "a.z" }), /the field "a\.z" is missing/)
      assert.match(yield* rejected(text, "field_present", { field_name: "a.b", expected_value: 4 }), /must be 4/)
      assert.match(
        yield* rejected(text, "field_present", { field_name: "a.b", should_exist: false }),
        /must not be there/,
      )
      assert.match(yield* rejected(text, "field_present", { field_name: "toString" }), /is missing/)
    }),
  )

  it.effect("fields: required, equals, matches, range, type, at any path", () =>
    Effect.gen(function* () {
      const text = `{"name":"Ada","age":36,"items":[{"price":1.5},{"price":20}]}`
      const all = [
        { path: "name", type: "string", matches: "^A", range: { min: 1, max: 10 } },
        { path: "age", type: ["integer", "null"], range: { min: 18 } },
        { path: "items[*].price", type: "number", range: { min: 0, max: 20 } },
        { path: "items", range: { max: 2 } },
        { path: "nick", required: false, type: "string" },
        { path: "items[-1].price", equals: 20 },
      ]
      assert.isTrue((yield* judged(text, "fields", { fields: all })).verdict?.ok)
      const wrong: ReadonlyArray<readonly [check: Record<string, unknown>, says: RegExp]> = [
        [{ path: "nick" }, /is missing/],
        [{ path: "age", type: "string" }, /must be string/],
        [{ path: "name", matches: "^B" }, /must match/],
        [{ path: "items[*].price", range: { max: 10 } }, /\$\.items\[1\]\.price.*at most 10/],
        [{ path: "name", equals: "Bob" }, /must be "Bob"/],
        [{ path: "age", absent: true }, /must not be there/],
      ]
      for (const [check, says] of wrong) assert.match(yield* rejected(text, "fields", { fields: [check] }), says)
    }),
  )

  it.effect("schema: guides the reading, and reports each thing that it decided", () =>
    Effect.gen(function* () {
      const text = `First {"x":1}. Then {"Name":"Ada","AGE":"36","role":"Plain_User","tags":"math"}`
      const { content, verdict } = yield* judged(text, "schema", { schema: user })
      assert.deepStrictEqual(JSON.parse(textOf(content)), { name: "Ada", age: 36, role: "plain user", tags: ["math"] })
      const decided = verdict?.issues.filter(({ path }) => path !== undefined).map(({ path }) => path?.join("."))
      assert.deepStrictEqual(decided?.sort(), ["age", "age", "name", "role", "tags"])
      assert.match(yield* rejected(`{"name":"Ada"}`, "schema", user), /must have required property 'age'/)
      assert.match(
        yield* rejected(`{"name":"Ada","age":"thirty"}`, "json", { schema: user }),
        /\$\.age: must be integer/,
      )
    }),
  )

  it.effect("bad answers are asked for again with what was wrong, and the good one is repaired", () =>
    Effect.gen(function* () {
      const { plugin, seen } = answering("Hello!", `{"name":"Ada"}`, `{'name':'Ada','age':36}`)
      const { content, route } = yield* generate(plugin, checkedBy(["schema", user]), {}, [stagedRetry()])
      assert.strictEqual(textOf(content), `{"name":"Ada","age":36}`)
      assert.deepStrictEqual(
        route.attempts.map(({ outcome }) => outcome),
        ["rejected", "rejected", "ok"],
      )
      assert.match(JSON.stringify(seen[1]?.messages), /there is no JSON in the text/)
      assert.match(JSON.stringify(seen[2]?.messages), /must have required property 'age'/)
    }),
  )

  it.effect("a pattern that would take for ever is stopped, and does not hold", () =>
    Effect.gen(function* () {
      const text = JSON.stringify({ a: `${"a".repeat(40)}!` })
      const slow = { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } }
      assert.match(yield* rejected(text, "schema", slow), /more than 100 ms/)
      assert.match(yield* rejected(text, "fields", { fields: [{ path: "a", matches: "^(a|aa)+$" }] }), /must match/)
    }),
  )
})
