import { assert, describe, it } from "@effect/vitest"
import type { JsonObject } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { judge, placeOf } from "./stubs.ts"

type Case = readonly [type: string, params: JsonObject, good: ReadonlyArray<string>, bad: ReadonlyArray<string>]

const cases: ReadonlyArray<Case> = [
  ["response_not_empty", {}, ["x", " 0 ", "{}"], ["", " \n\t", "\u200b\ufeff \u2060"]],
  ["not_empty", {}, ["x"], [""]],
  ["length", { min: 3, max: 5 }, ["abc", "abcde", "😀😀😀", "äöüéß"], ["ab", "abcdef", "", "😀😀"]],
  ["length", { min_length: 3 }, ["abc"], ["ab"]],
  ["length", { max_length: 3 }, ["abc", ""], ["abcd"]],
  [
    "length",
    { unit: "words", min: 2, max: 3 },
    ["don't stop", "a b-c d", "漢字"],
    ["word", "one two three four", "漢字漢字"],
  ],
  ["length", { max_tokens: 2 }, ["12345678"], ["123456789"]],
  ["length", { min_words: 2, max_chars: 10 }, ["two words"], ["one", "much longer than ten"]],
  ["contains", { text: "Paris" }, ["It is paris.", "PARIS"], ["It is Rome."]],
  ["contains", { required_text: ["a", "b"] }, ["ab"], ["a", "b", "c"]],
  ["contains", { text: "Paris", case_sensitive: true }, ["Paris"], ["paris"]],
  ["contains", { any: ["yes", "no"] }, ["yes!", "NO"], ["maybe"]],
  ["contains", { text: "straße" }, ["STRAßE", "İ straße"], ["strasse"]],
  ["not_contains", { text: ["foo", "bar"] }, ["baz", ""], ["a Foo", "bar"]],
  ["starts_with", { text: "Dear" }, ["Dear you", "  dear"], ["My dear", ""]],
  ["starts_with", { prefix: ["A", "B"], case_sensitive: true }, ["A!", "B!"], ["a", "C"]],
  ["starts_with", { text: "x", trim: false }, ["x"], [" x"]],
  ["ends_with", { text: "Done." }, ["All is done.", "done. \n"], ["done", ""]],
  ["ends_with", { suffix: "```" }, ["```\nx\n```"], ["```\nx"]],
  ["regex", { pattern: "^\\d{4}-\\d{2}$" }, ["2026-01"], ["x2026-01"]],
  ["regex", { pattern: "hello", flags: "i" }, ["HELLO"], ["bye"]],
  ["regex", { pattern: "^b", flags: 10 }, ["a\nB"], ["ab"]],
  ["regex", { pattern: "(?P<year>\\d+)\\Z" }, ["in 2026"], ["2026 was"]],
  ["regex", { pattern: "^(?=.*\\d)(?=.*[a-z]).{4,}$" }, ["abc1"], ["abcd", "a1"]],
  ["regex", { pattern: "(\\w)\\1" }, ["aa"], ["ab"]],
  ["regex", { pattern: "(?i)^(?!no)" }, ["yes"], ["NO"]],
  ["regex", { pattern: "a|b", full_match: true }, ["a", "b"], ["ab"]],
  ["regex", { pattern: "secret", should_match: false }, ["open"], ["a secret"]],
  ["not_regex", { pattern: "\\bTBD\\b" }, ["done"], ["it is TBD"]],
  ["similarity", { target: "The capital of France is Paris." }, ["the capital of france is Paris"], ["I like bread."]],
  ["similarity", { target: "a b c d", min: 0.7, method: "words" }, ["d c b a"], ["a x y z"]],
  ["similarity", { max: 0.8 }, ["An answer of its own."], ["hi", "Hi!"]],
]

describe("the validators of content", () => {
  it.effect.each(cases.map(([type, params, good, bad]) => ({ type, params, good, bad, name: JSON.stringify(params) })))(
    "$type $name",
    ({ type, params, good, bad }) =>
      Effect.gen(function* () {
        for (const text of good) {
          const verdict = yield* judge(text, type, params)
          assert.deepStrictEqual([verdict.ok, verdict.issues], [true, []], text)
          assert.isAtLeast(verdict.score, 0.7)
        }
        for (const text of bad) {
          const verdict = yield* judge(text, type, params)
          assert.isFalse(verdict.ok, text)
          assert.isBelow(verdict.score, 1)
          for (const issue of verdict.issues) {
            assert.strictEqual(issue.validator, type)
            assert.isNotEmpty(issue.message)
            assert.isNotEmpty(issue.suggestion ?? "")
            assert.isAtMost(issue.start ?? -1, issue.end ?? -2)
            assert.isAtMost(issue.end ?? Infinity, text.length)
          }
          assert.isNotEmpty(verdict.issues)
        }
      }),
  )

  it.effect("places are UTF-16 positions in the text of the answer", () =>
    Effect.gen(function* () {
      const text = "İ 😀 It is a Secret and a SECRET."
      const verdict = yield* judge(text, "not_contains", { text: "secret" })
      assert.deepStrictEqual(
        verdict.issues.map(({ start, end }) => text.slice(start, end)),
        ["Secret", "SECRET"],
      )
      assert.strictEqual(placeOf(text, yield* judge(text, "not_regex", { pattern: "😀.{3}" })), "😀 It")
      assert.strictEqual(placeOf(text, yield* judge(text, "not_regex", { pattern: "(?<=a )S\\w+" })), "Secret")
      const parted = yield* judge(
        [
          { type: "text", text: "one " },
          { type: "reasoning", text: "secret thought" },
          { type: "text", text: "secret" },
        ],
        "not_contains",
        { text: "secret" },
      )
      assert.deepStrictEqual([parted.issues.length, parted.issues[0]?.start, parted.issues[0]?.end], [1, 4, 10])
    }),
  )

  it.effect("an answer that asks for a tool is not empty; one that only thinks is", () =>
    Effect.gen(function* () {
      const call = { type: "tool-call", id: "1", name: "look", inputText: "{}" } as const
      assert.isTrue((yield* judge([call], "response_not_empty")).ok)
      assert.isFalse((yield* judge([{ type: "reasoning", text: "hm" }], "response_not_empty")).ok)
    }),
  )

  it.effect("scores say how far off an answer is", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* judge("abcde", "length", { min: 10 })).score, 0.5)
      assert.strictEqual((yield* judge("a".repeat(40), "length", { max: 10 })).score, 0.25)
      assert.strictEqual((yield* judge("a", "contains", { text: ["a", "b", "c", "d"] })).score, 0.25)
    }),
  )

  it.effect("many faults are told as twenty", () =>
    Effect.gen(function* () {
      const { issues } = yield* judge("ab ".repeat(45), "not_contains", { text: "ab" })
      assert.strictEqual(issues.length, 20)
      assert.match(issues[19]?.message ?? "", /and 25 more/)
    }),
  )
})

describe("parameters", () => {
  it.effect("an unknown one is a warning with the nearest known one, once per call; null counts as absent", () =>
    Effect.gen(function* () {
      const { warnings, ok } = yield* judge("abc", "length", { min: 1, maxx_length: 3, max: null })
      assert.isTrue(ok)
      assert.deepStrictEqual(warnings, [
        'the validator "length" has no parameter "maxx_length", so it was ignored (did you mean "max_length"?)',
      ])
    }),
  )

  const wrong: ReadonlyArray<readonly [type: string, params: JsonObject, says: RegExp, field: string]> = [
    ["length", {}, /needs a min or a max/, "params"],
    ["length", { min: 5, max: 2 }, /at least 5 and at most 2/, "params.max"],
    ["length", { min: -1 }, /params\.min of the validator "length"/, "params.min"],
    ["length", { min: "3" }, /params\.min/, "params.min"],
    ["length", { min: 1, unit: "lines" }, /params\.unit/, "params.unit"],
    ["contains", {}, /needs a text/, "params.text"],
    ["contains", { text: "" }, /params\.text/, "params.text"],
    ["contains", { text: ["a", ""] }, /params\.text/, "params.text[1]"],
    ["starts_with", {}, /params\.text/, "params.text"],
    ["regex", {}, /params\.pattern/, "params.pattern"],
    ["regex", { pattern: "(" }, /params\.pattern of the validator "regex" is wrong.*missing closing/, "params.pattern"],
    ["regex", { pattern: "a", flags: "q" }, /"q" are no flags/, "params.flags"],
    ["regex", { pattern: "\\Ayes(?=x)" }, /params\.pattern/, "params.pattern"],
    ["language", { language: "Klingon" }, /"Klingon" is no language/, "params.language"],
    ["language", { language: "germann" }, /did you mean "german"/, "params.language"],
    ["similarity", { target: "x", min: 2 }, /params\.min/, "params.min"],
    ["similarity", { target: "x", min: 0.9, max: 0.1 }, /below min/, "params.max"],
    ["format", { format: "emial" }, /did you mean "email"/, "params.format"],
    ["format", { format: "pdf" }, /known: email, url, iso_date/, "params.format"],
    ["no_pii", { kinds: ["email", "shoe size"] }, /params\.kinds/, "params.kinds[1]"],
    ["no_prompt_leak", { min_words: 1 }, /params\.minWords/, "params.minWords"],
  ]
  it.effect.each(
    wrong.map(([type, params, says, field]) => ({ type, params, says, field, name: JSON.stringify(params) })),
  )("$type $name is refused before anything is sent", ({ type, params, says, field }) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(judge("x", type, params))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.match(error.message, says)
      assert.strictEqual(error.reason._tag === "InvalidRequest" ? error.reason.field : "", field)
    }),
  )
})
