import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import { jsonrepair } from "jsonrepair"
import { extractJson, JsonStream } from "../src/index.ts"

const found = (text: string, options?: Parameters<typeof extractJson>[1]) => {
  const extraction = extractJson(text, options)
  if (!extraction.found) throw new Error(`${extraction.reason}: ${text}`)
  return extraction
}
const json = FastCheck.jsonValue({ maxDepth: 5 })
const pieces = [
  ...'{}[]"\'`:,\\ \n\t0123456789.-+eEtrufalsn#/*<>&;=()_“”’…{}[]"":,',
  "```json\n",
  "```",
  "<think>",
  "</think>",
  "\\u",
  "true",
  "None",
  "\ufeff",
  "...",
  '"a":',
  '\\"',
]
const broken = FastCheck.array(FastCheck.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(""))

describe("extractJson", () => {
  it("gives valid JSON back untouched, `__proto__` included", () => {
    FastCheck.assert(
      FastCheck.property(json, (value) => {
        const text = JSON.stringify(value)
        assert.deepStrictEqual(found(text), {
          found: true,
          value: JSON.parse(text),
          score: 1,
          certain: true,
          repairs: [],
          start: 0,
          end: text.length,
          candidates: 1,
        })
      }),
      { numRuns: 300 },
    )
    const odd = found(`{"__proto__": {"x": 1},}`).value
    assert.deepStrictEqual(Object.keys(Object(odd)), ["__proto__"])
    assert.isUndefined(Object(odd).x)
  })

  it("finds objects again that are wrapped in prose and fences, or have a comma too many", () => {
    const object = FastCheck.dictionary(FastCheck.string(), json, { minKeys: 1, maxKeys: 5 })
    FastCheck.assert(
      FastCheck.property(object, (value) => {
        const text = JSON.stringify(value)
        const same: unknown = JSON.parse(text)
        assert.deepStrictEqual(found(`Here it is:\n\`\`\`json\n${text}\n\`\`\`\nDone.`).value, same)
        assert.deepStrictEqual(found(`<think>hm</think> ${text}`).value, same)
        assert.deepStrictEqual(found(`${text.slice(0, -1)},}`).value, same)
      }),
      { numRuns: 300 },
    )
  })

  it("throws at nothing, and gives only JSON", () => {
    FastCheck.assert(
      FastCheck.property(broken, (text) => {
        const extraction = extractJson(text)
        if (!extraction.found) return
        JSON.stringify(extraction.value, (_, inner: unknown) => {
          assert.include(["string", "number", "boolean", "object"], typeof inner)
          assert.isFalse(Number.isNaN(inner))
          return inner
        })
        assert.isTrue(extraction.score > 0 && extraction.score <= 1)
        assert.strictEqual(extraction.certain, extraction.score >= 0.8)
      }),
      { numRuns: 3000 },
    )
  })

  it("agrees with jsonrepair where a closing bracket, a quote style or a comma is all that is wrong", () => {
    const word = FastCheck.stringMatching(/^[a-z]{1,8}$/)
    const simple = FastCheck.dictionary(word, FastCheck.oneof(word, FastCheck.integer(), FastCheck.array(word)), {
      minKeys: 1,
      maxKeys: 4,
    })
    FastCheck.assert(
      FastCheck.property(simple, (value) => {
        const text = JSON.stringify(value)
        for (const bad of [
          text.slice(0, -1),
          text.replaceAll('"', "'"),
          text.replaceAll(",", " "),
          text.replaceAll(/"(\w+)":/g, "$1:"),
        ])
          assert.deepStrictEqual(found(bad).value, JSON.parse(jsonrepair(bad)), bad)
      }),
      { numRuns: 200 },
    )
  })

  it("lets the caller choose, and repairs nothing where that is not wanted", () => {
    const text = `First {"a":1}. Then {"b":{"c":[1,2,3]}}. Last {"d":4}.`
    assert.deepStrictEqual(found(text, { choose: "first" }).value, { a: 1 })
    assert.deepStrictEqual(found(text, { choose: "last" }).value, { d: 4 })
    assert.deepStrictEqual(found(text, { choose: "largest" }).value, { b: { c: [1, 2, 3] } })
    assert.isFalse(found(text).certain)
    assert.deepInclude(extractJson(`{"a":1,}`, { repair: false }), { found: false, reason: "not-valid" })
    assert.deepStrictEqual(found('see: ```json\n{"a":1}\n```', { repair: false }).value, { a: 1 })
  })

  it("says where the value is and what was done", () => {
    const text = `Yes: {'a': 1,} ok`
    const { end, repairs, start } = found(text)
    assert.strictEqual(text.slice(start, end), `{'a': 1,}`)
    assert.deepStrictEqual(repairs.map(({ kind }) => kind).sort(), ["prose", "quotes", "trailing-comma"])
  })

  it("refuses what is nested too deeply, too long, or of too many values, in time", () => {
    const deep = "[".repeat(600) + "]".repeat(600)
    assert.deepInclude(extractJson(deep), { found: false, reason: "too-deep" })
    assert.deepInclude(extractJson(`x ${deep},`), { found: false, reason: "too-deep" })
    assert.isTrue(extractJson("[".repeat(512) + "]".repeat(512)).found)
    assert.deepInclude(extractJson("{}".repeat(60_000)), { found: false, reason: "too-long" })
    assert.deepInclude(extractJson("x".repeat(11), { maxChars: 10 }), { found: false, reason: "too-long" })
  })

  it("costs time in proportion to the text", () => {
    for (const piece of [
      "[",
      "{",
      '{"a":[',
      "[]",
      '" x ',
      '{"a":"x","',
      "\\q",
      "```json\n",
      "<think>",
      "[a",
      "{'",
      "<",
      "x, ",
      "{{x}} ",
    ]) {
      const text = `{"a": ${piece.repeat(Math.ceil(200_000 / piece.length))}`
      const start = performance.now()
      extractJson(text)
      // Quadratic work would take minutes.
      assert.isBelow(performance.now() - start, 5000, piece)
    }
  })
})

describe("JsonStream", () => {
  it("ends as extractJson does, wherever the chunks are cut, and shows only beginnings on the way", () => {
    const cut = FastCheck.tuple(
      FastCheck.dictionary(FastCheck.string(), json, { minKeys: 1 }),
      FastCheck.integer({ min: 1, max: 40 }),
    )
    FastCheck.assert(
      FastCheck.property(cut, ([value, size]) => {
        const text = `\`\`\`json\n${JSON.stringify(value)}\n\`\`\``
        const stream = new JsonStream()
        for (let at = 0; at < text.length; at += size) {
          stream.push(text.slice(at, at + size))
          stream.partial()
        }
        assert.deepStrictEqual(stream.partial(), { value: JSON.parse(JSON.stringify(value)), complete: false })
        assert.deepStrictEqual(stream.finish(), extractJson(text))
      }),
      { numRuns: 200 },
    )
  })

  it("shows what a text says so far, as if it ended there", () => {
    const stream = new JsonStream()
    const seen: Array<string> = []
    for (const chunk of [
      '<think>{"no":1}</think>Sure: {"a": "he',
      "llo\", 'b': [1, 2",
      '3, {"c": tr',
      "ue}], }",
      " bye",
    ]) {
      stream.push(chunk)
      seen.push(JSON.stringify(stream.partial()?.value))
    }
    assert.deepStrictEqual(seen, [
      `{"a":"he"}`,
      `{"a":"hello","b":[1,2]}`,
      `{"a":"hello","b":[1,23,{"c":true}]}`,
      `{"a":"hello","b":[1,23,{"c":true}]}`,
      `{"a":"hello","b":[1,23,{"c":true}]}`,
    ])
  })

  it("grows the same as the whole text read at once, for broken texts too", () => {
    FastCheck.assert(
      FastCheck.property(broken, FastCheck.integer({ min: 1, max: 9 }), (text, size) => {
        const stream = new JsonStream()
        for (let at = 0; at < text.length; at += size) {
          stream.push(text.slice(at, at + size))
          stream.partial()
        }
        assert.deepStrictEqual(stream.finish(), extractJson(text))
      }),
      { numRuns: 1000 },
    )
  })
})
