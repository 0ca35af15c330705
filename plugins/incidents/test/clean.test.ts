import { assert, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { clean, withoutQuotes } from "../src/internal/clean.ts"

const text = Arbitrary.schema(Schema.String)
const letters = Arbitrary.schema(Schema.String.check(Schema.isPattern(/^[ab]{0,60}$/)))

it.prop(
  "no run of 16 characters of a text is left, and the rest stays",
  [text, letters, text],
  ([before, prompt, after]) => {
    const message = before + prompt + after
    const left = withoutQuotes(message, [prompt])
    for (let at = 0; at + 16 <= prompt.length; at++) assert.notInclude(left, prompt.slice(at, at + 16))
    assert.strictEqual(withoutQuotes(message, []), message)
  },
  { arbitrary: { seed: "clean" } },
)

it.prop(
  "what is cleaned is one line, no longer than asked, and without keys",
  [text, text],
  ([before, after]) => {
    const left = clean(`${before} sk-proj-abcdefghijklmnop ${after}`, 80)
    assert.isAtMost(left.length, 81)
    assert.notInclude(left, "sk-proj-abcdef")
    assert.notMatch(left, /[\n\r\p{Cc}]/u)
  },
  { arbitrary: { seed: "clean" } },
)

it("a long text that repeats itself is no trap: without bounds this would outlast the test's time", () => {
  assert.strictEqual(withoutQuotes("ab".repeat(500), [`${"ab".repeat(100_000)}x`]), "[prompt]")
  assert.strictEqual(withoutQuotes(`${"a".repeat(999)}b`, ["a".repeat(200_000)]), "[prompt]b")
})
