import { assert, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { hideKeys } from "../src/index.ts"

const looksLikeAKey = [
  "sk-proj-abcdefghijklmnop",
  "sk-ant-api03-abc_def-ghi",
  "gsk-abcdefgh",
  "Bearer abcdef0123456789",
  "basic dXNlcjpwYXNz",
  "AKIAIOSFODNN7EXAMPLE",
  "ghp_abcdefghijklmnop0123",
  "xoxb-1234567890-abc",
  "AIzaSyA-1234567890abcdefghijk",
  "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSM",
  "0123456789abcdef0123456789abcdef01234567",
]

it.each(looksLikeAKey)("hides %s", (key) => {
  assert.strictEqual(hideKeys(`it is ${key}, they say`), "it is [redacted], they say")
})

it("hides what is named as secret, and the user of a URL", () => {
  assert.strictEqual(hideKeys(`{"api_key":"abcd1234"}`), `{"[redacted]"}`)
  assert.strictEqual(hideKeys("password = hunter22, and go"), "[redacted], and go")
  assert.strictEqual(hideKeys("postgres://user:pa55@host/db"), "postgres://[redacted]host/db")
})

it("leaves prose, short names and JSON in base64 as they are", () => {
  const prose = "The task-force met. A token is a word; eyJpZCI6MTIzfQ is a cursor, and tokens: 12 are few."
  assert.strictEqual(hideKeys(prose), prose)
})

it.prop(
  "a key is hidden wherever it stands between other words",
  [Arbitrary.schema(Schema.String)],
  ([text]) => {
    assert.notInclude(hideKeys(`${text} sk-proj-abcdefghijklmnop ${text}`), "sk-proj-abcdef")
  },
  { arbitrary: { seed: "hideKeys" } },
)

it.each(["eyJ-aaaaaaaa-", "token  ", "://a", "Bearer ", "eyJaaaaaaaa.eyJbbbbbbbb", "sk-aaaa"])(
  "a million characters of %s are no trap: without care this would outlast the test's time",
  (piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length))
    assert.isAtMost(hideKeys(text).length, text.length)
  },
)
