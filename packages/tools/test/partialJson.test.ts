import { assert, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { PartialJson } from "../src/index.ts"

const read = (...chunks: ReadonlyArray<string>) => {
  const json = new PartialJson()
  for (const chunk of chunks) json.push(chunk)
  json.end()
  return { value: json.value(), complete: json.complete }
}

/** May `partial` become `whole` by writing on? A text may be the beginning of one, a list of one, fields may be missing. */
const beginsWith = (whole: unknown, partial: unknown): boolean => {
  if (typeof partial === "string") return typeof whole === "string" && whole.startsWith(partial)
  if (Array.isArray(partial)) {
    return (
      Array.isArray(whole) && partial.length <= whole.length && partial.every((item, at) => beginsWith(whole[at], item))
    )
  }
  if (typeof partial === "object" && partial !== null) {
    if (typeof whole !== "object" || whole === null) return false
    const fields = new Map(Object.entries(whole))
    return Object.entries(partial).every(([key, value]) => fields.has(key) && beginsWith(fields.get(key), value))
  }
  return Object.is(whole, partial)
}

const seeded = { arbitrary: { seed: "partial-json", runs: 200 } }

it.prop(
  "every prefix gives the beginning of the value, and the whole gives the value",
  [Schema.Json],
  ([given]) => {
    const text = JSON.stringify(given)
    const value: unknown = JSON.parse(text)
    const json = new PartialJson()
    for (const char of text.split("")) {
      json.push(char)
      const partial = json.value()
      if (partial !== undefined) assert.isTrue(beginsWith(value, partial), `${JSON.stringify(partial)} of ${text}`)
    }
    assert.isTrue(json.end())
    assert.deepStrictEqual(json.value(), value)
  },
  seeded,
)

it.prop(
  "how the text is cut makes no difference",
  { given: Schema.Json, at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 })) },
  ({ given, at }) => {
    const text = JSON.stringify(given, null, 2)
    assert.deepStrictEqual(read(text.slice(0, at), text.slice(at)), { value: JSON.parse(text), complete: true })
  },
  seeded,
)

it.prop(
  "text that is not JSON never throws, and what is whole is what JSON.parse says",
  [
    Arbitrary.array(
      Arbitrary.schema(
        Schema.Literals(["{", "}", "[", "]", ":", ",", '"', "\\", "a", "1", "-", ".", "e", "true", " ", "u00e9", "`"]),
      ),
      { maxLength: 14 },
    ),
  ],
  ([pieces]) => {
    const text = pieces.join("")
    const { value, complete } = read(...pieces)
    let parsed: unknown
    try {
      parsed = JSON.parse(text)
    } catch {
      return
    }
    assert.isTrue(complete, text)
    assert.deepStrictEqual(value, parsed)
  },
  { arbitrary: { seed: "not-json", runs: 2000 } },
)

const partials: ReadonlyArray<readonly [text: string, value: unknown]> = [
  [`{"a": "he`, { a: "he" }],
  [`{"a": "he\\`, { a: "he" }],
  [`{"a": "x\\u00e`, { a: "x" }],
  [`{"a": "x\\ud83d`, { a: "x" }],
  [`{"a": "x\\ud83d\\ude00`, { a: "x😀" }],
  [`{"a": 12`, {}],
  [`{"a": 12,`, { a: 12 }],
  [`{"a": tru`, {}],
  [`{"a": true, "b`, { a: true }],
  [`{"a": true, "b":`, { a: true }],
  [`{"a": [1, {"b": []`, { a: [1, { b: [] }] }],
  ['```json\n{"a": "b"', { a: "b" }],
  [`{"a": 1, 'b': 2}`, { a: 1 }],
  [`{"a": "x\\q", "b": 1}`, {}],
  ["Here it is:", undefined],
  [`{"__proto__": {"x": 1}`, JSON.parse(`{"__proto__": {"x": 1}}`)],
]

it.each(partials)("%s", (text, expected) => {
  const json = new PartialJson()
  json.push(text)
  assert.deepStrictEqual(json.value(), expected)
  assert.isFalse(json.complete)
})

it("a fence around the value and what follows it are passed over", () => {
  assert.deepStrictEqual(read('```json\n{"a":1}\n```\n', "more"), { value: { a: 1 }, complete: true })
})

it("a snapshot stays as it was, and shares what was complete", () => {
  const json = new PartialJson()
  json.push('{"done":{"x":1},"list":["a')
  const before = json.value() as { done: object; list: ReadonlyArray<string> }
  json.push('b","c"]}')
  const after = json.value() as typeof before
  assert.deepStrictEqual([before.list, after.list], [["a"], ["ab", "c"]])
  assert.strictEqual(before.done, after.done)
})

it("push says whether there is more to see", () => {
  const json = new PartialJson()
  assert.deepStrictEqual(
    ["", " ", '{"ke', 'y"', ":", " 1", "2", "}"].map((chunk) => json.push(chunk)),
    [false, false, true, false, false, false, false, true],
  )
})

it("depth without end is refused, and 300 kB in small pieces take well under a second", () => {
  const deep = new PartialJson()
  deep.push("[".repeat(100_000))
  assert.isFalse(deep.complete)
  const text = JSON.stringify({
    items: Array.from({ length: 3000 }, (_, id) => ({
      id,
      name: `item ${id}`,
      tags: ["a", "b"],
      note: "x".repeat(50),
    })),
  })
  const json = new PartialJson()
  const started = performance.now()
  for (let at = 0; at < text.length; at += 200) {
    json.push(text.slice(at, at + 200))
    json.value()
  }
  assert.isTrue(json.complete)
  assert.deepStrictEqual(json.value(), JSON.parse(text))
  assert.isBelow(performance.now() - started, 2000)
})
