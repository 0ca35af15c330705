import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as codec from "../src/internal/entryCodec.ts"
import { isUsual } from "../src/internal/isUsual.ts"
import { Kept } from "../src/internal/Kept.ts"
import { keyIn, memberOf, ofTenant } from "../src/internal/names.ts"

const { written } = codec
const readBack = (name: string, entry: Buffer) => {
  const read = codec.readBack(name, entry)
  return Effect.isEffect(read) ? read : Effect.succeed(read)
}
const decoded = Schema.decodeUnknownExit(Schema.toCodecJson(Kept))
const encoded = Schema.encodeSync(Schema.toCodecJson(Kept))

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const limits = { compressAboveBytes: 200, maxEntryBytes: 10_000_000 }

it.effect.prop(
  "an entry comes back as it was written, under its own name only",
  [Kept, Schema.String],
  ([kept, name]) =>
    Effect.gen(function* () {
      const entry = yield* written(name, kept, limits)
      assert(entry)
      // JSON knows no -0.
      assert.deepStrictEqual(plain(yield* readBack(name, entry)), plain(kept))
      assert.strictEqual(yield* readBack(`${name}x`, entry), "corrupt")
    }),
  { arbitrary: { seed: "entries" } },
)

it.effect.prop(
  "whatever bytes are there, nothing is thrown and nothing is invented",
  [Schema.Array(Schema.Int), Schema.String],
  ([bytes, name]) =>
    Effect.gen(function* () {
      const spoilt = yield* readBack(name, Buffer.from([...bytes]))
      assert.match(String(spoilt), /^(corrupt|outdated|newer)$/)
    }),
  { arbitrary: { seed: "entries" } },
)

it.prop(
  "what is taken for a usual entry at a glance is what the schema makes of it",
  [Kept, Schema.Int, Schema.Json],
  ([kept, nth, other]) => {
    const whole: unknown = JSON.parse(JSON.stringify(encoded(kept)))
    // The same with one of its values replaced by another.
    const places: Array<(value: unknown) => void> = []
    const visit = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return
      for (const name of Object.keys(value)) {
        places.push((given) => void Reflect.set(value, name, given))
        visit(Reflect.get(value, name))
      }
    }
    visit(whole)
    for (const change of [undefined, places[Math.abs(nth) % places.length]]) {
      change?.(other)
      if (!isUsual(whole)) continue
      const seen = decoded(whole)
      assert(Exit.isSuccess(seen))
      assert.deepStrictEqual(plain(whole), plain(seen.value))
    }
  },
  { arbitrary: { seed: "entries" } },
)

const usual = {
  provider: "p",
  storedAt: 1,
  ttlMs: 1,
  ms: 1,
  response: {
    content: [
      { type: "reasoning", text: "hm", providerData: { p: { signature: "s" } } },
      { type: "text", text: "hi" },
      { type: "tool-call", id: "1", name: "t", inputText: "{" },
    ],
    finish: { unified: "tool-calls", raw: "tool_calls" },
    usage: {
      input: { total: 1, cacheRead: 0 },
      output: { total: 2 },
      cost: { amount: 0.1, currency: "USD" },
      raw: [1],
    },
    warnings: [],
    id: "x",
    model: "m",
  },
}

it("what providers usually give is seen at a glance, and what is not quite so is left to the schema", () => {
  assert.isTrue(isUsual(usual))
  const { response } = usual
  const others: ReadonlyArray<unknown> = [
    null,
    [usual],
    { ...usual, storedAt: "1" },
    { ...usual, usd: "free" },
    { ...usual, other: 1 },
    { ...usual, response: { ...response, usage: { input: {}, output: { "": false } } } },
    { ...usual, response: { ...response, model: 5 } },
    { ...usual, response: { ...response, content: [{ type: "text" }] } },
    { ...usual, response: { ...response, content: [{ type: "text", text: "a", providerData: { p: 1 } }] } },
    { ...usual, response: { ...response, usage: { input: { total: -1 }, output: {} } } },
    { ...usual, response: { ...response, finish: { unified: "length" } } },
    { ...usual, response: { ...response, warnings: [1] } },
  ]
  for (const other of others) assert.isFalse(isUsual(other), JSON.stringify(other))
})

it.effect("a bomb is not unpacked, a large answer is, either way", () =>
  Effect.gen(function* () {
    const text = Array.from({ length: 300_000 }, (_, at) => String.fromCodePoint(97 + ((at * 7919) % 26))).join("")
    const kept: Kept = {
      provider: "p",
      storedAt: 1,
      ttlMs: 1,
      ms: 1,
      response: {
        content: [{ type: "text", text }],
        finish: { unified: "stop" },
        usage: { input: {}, output: {} },
        warnings: [],
        model: "m",
      },
    }
    for (const compressAboveBytes of [0, 1_000_000]) {
      const entry = yield* written("n", kept, { ...limits, compressAboveBytes })
      assert(entry)
      assert.deepStrictEqual(yield* readBack("n", entry), kept)
    }
    assert.isUndefined(yield* written("n", kept, { ...limits, maxEntryBytes: 1000 }))
  }),
)

it.effect.prop(
  "no tenant's name is another's, whatever is in it",
  [Schema.String, Schema.String],
  ([a, b]) =>
    Effect.sync(() => {
      assert.strictEqual(memberOf(a, "k") === memberOf(b, "k"), a === b)
      assert.notStrictEqual(memberOf(a, "k"), memberOf(undefined, "k"))
      assert.strictEqual(memberOf(a, "k").startsWith(ofTenant(b)), a === b)
      assert.strictEqual(keyIn(memberOf(a, b)), b)
      assert.notMatch(memberOf(a, b), /[\s*?[\]]/)
    }),
  { arbitrary: { seed: "entries" } },
)
