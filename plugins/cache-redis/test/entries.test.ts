import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readBack, written } from "../src/internal/entryCodec.ts"
import { Kept } from "../src/internal/Kept.ts"
import { keyIn, memberOf, ofTenant } from "../src/internal/names.ts"

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
)

it.effect.prop(
  "whatever bytes are there, nothing is thrown and nothing is invented",
  [Schema.Array(Schema.Int), Schema.String],
  ([bytes, name]) =>
    Effect.gen(function* () {
      const spoilt = yield* readBack(name, Buffer.from([...bytes]))
      assert.match(String(spoilt), /^(corrupt|outdated|newer)$/)
    }),
)

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

it.effect.prop("no tenant's name is another's, whatever is in it", [Schema.String, Schema.String], ([a, b]) =>
  Effect.sync(() => {
    assert.strictEqual(memberOf(a, "k") === memberOf(b, "k"), a === b)
    assert.notStrictEqual(memberOf(a, "k"), memberOf(undefined, "k"))
    assert.strictEqual(memberOf(a, "k").startsWith(ofTenant(b)), a === b)
    assert.strictEqual(keyIn(memberOf(a, b)), b)
    assert.notMatch(memberOf(a, b), /[\s*?[\]]/)
  }),
)
