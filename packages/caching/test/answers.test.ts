import { assert, describe, it } from "@effect/vitest"
import { fold, type ProviderResponse, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import {
  cachingDefaults,
  freshnessOf,
  glob,
  handedOut,
  keptUntil,
  mayCache,
  ownCopy,
  paced,
  servesErrors,
  ttlOf,
} from "../src/index.ts"

const answer = (text: string, more: Partial<ProviderResponse> = {}): ProviderResponse => ({
  content: [{ type: "text", text }],
  finish: { unified: "stop" },
  usage: { input: {}, output: {} },
  warnings: [],
  model: "m",
  ...more,
})

describe("ages", () => {
  const dated = { storedAt: 1000, ttlMs: 100 }
  const settings = { ...cachingDefaults, staleWhileRevalidateMs: 50, staleIfErrorMs: 500 }

  it("are fresh, then stale, then old, and a call may want younger ones", () => {
    const at = (now: number, policy = {}) => freshnessOf(dated, now, policy, settings)
    assert.deepStrictEqual([at(1099), at(1100), at(1149), at(1150)], ["fresh", "stale", "stale", "old"])
    assert.deepStrictEqual([at(1019, { maxAgeMs: 20 }), at(1020, { maxAgeMs: 20 })], ["fresh", "stale"])
    assert.deepStrictEqual(at(1100, { staleWhileRevalidateMs: 0 }), "old")
    assert.deepStrictEqual(
      [servesErrors(dated, 1599, {}, settings), servesErrors(dated, 1600, {}, settings)],
      [true, false],
    )
    assert.strictEqual(keptUntil(dated, settings), 1600)
  })

  it("are by model, the first pattern that fits", () => {
    const byModel = { ttlMs: 1, ttlByModel: { "p/*": 2, "*": 3 } }
    assert.deepStrictEqual([ttlOf(["p/m"], byModel), ttlOf(["q/m"], byModel)], [2, 3])
    assert.strictEqual(ttlOf(["q/m"], { ttlMs: 1, ttlByModel: {} }), 1)
  })

  it("do not matter to calls that are meant to differ, unless they say so", () => {
    const asked = { model: "p/m", messages: [] }
    const may = (more: object) => mayCache({ ...asked, ...more }, cachingDefaults)
    assert.deepStrictEqual([may({}), may({ temperature: 0.3 }), may({ temperature: 0.4 })], [true, true, false])
    assert.isTrue(may({ temperature: 1, policy: { cache: { mode: "read-write" } } }))
  })
})

describe("a kept answer", () => {
  it("cannot be changed, neither by who gave it nor by who gets it", () => {
    const bytes = new Uint8Array([1, 2])
    const given = answer("a", {
      content: [
        { type: "text", text: "a" },
        { type: "file", mediaType: "image/png", source: { type: "bytes", bytes } },
      ],
      providerData: { p: JSON.parse('{"__proto__": {"polluted": true}, "n": [1]}') },
    })
    const kept = ownCopy({ ...given, route: "not the answer's" } as ProviderResponse) // what a call's answer has besides
    bytes[0] = 9
    assert.notProperty(kept, "route")
    assert.isTrue(Object.isFrozen(kept.content) && Object.isFrozen(kept.providerData?.["p"]))
    assert.notProperty({}, "polluted")
    const [one, two] = [handedOut(kept), handedOut(kept)]
    const [text, file] = one.content
    assert(text?.type === "text" && file?.type === "file" && file.source.type === "bytes")
    assert.deepStrictEqual([...file.source.bytes], [1, 2])
    file.source.bytes[0] = 7
    Object.assign(text, { text: "b" })
    assert.deepStrictEqual(two, handedOut(kept))
    assert.strictEqual(textOf(two.content), "a")
  })

  it.effect("comes at a pace, in pieces that no reader sees cut, and is the same answer", () =>
    Effect.gen(function* () {
      const text = "Grüße 👩‍👩‍👧! ".repeat(20)
      const reading = yield* Effect.forkChild(Stream.runCollect(paced(answer(text), 100)))
      yield* TestClock.adjust((text.length / 100) * 1000 - 100)
      assert.isUndefined(reading.pollUnsafe())
      yield* TestClock.adjust(200)
      const parts = yield* Fiber.join(reading)
      assert.strictEqual(textOf(fold(parts, "m").content), text)
      const pieces = parts.flatMap((part) => (part.type === "text-delta" ? [part.text] : []))
      assert.isAbove(pieces.length, 10)
      assert.isTrue(pieces.every((piece) => !piece.startsWith("\u200d") && !piece.endsWith("\u200d")))
    }),
  )
})

const letters = Schema.Array(Schema.Literals(["a", "b", "*", "?", ".", "["]))

it.prop(
  "a glob fits what its regular expression fits",
  [letters, letters],
  ([pattern, text]) => {
    const escaped = pattern.map((char) => (char === "*" ? ".*" : char === "?" ? "." : `\\${char}`))
    const expression = new RegExp(`^${escaped.join("").replace(/\\([ab])/g, "$1")}$`, "s")
    assert.strictEqual(glob(pattern.join(""), text.join("")), expression.test(text.join("")))
  },
  { arbitrary: { seed: "answers" } },
)
