import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { get_encoding } from "tiktoken"
import { makeTokenCounter } from "../src/index.ts"
import { corpus, seeded } from "./corpus.ts"

const models = { o200k_base: "openai/gpt-5.4", cl100k_base: "openai/gpt-4-turbo" } as const
const names = ["o200k_base", "cl100k_base"] as const

const compare = Effect.fnUntraced(function* (name: (typeof names)[number], texts: ReadonlyArray<string>) {
  const counter = yield* makeTokenCounter()
  const tiktoken = get_encoding(name)
  try {
    let tokens = 0
    for (const text of texts) {
      const counted = yield* counter.countTokens(text, models[name])
      const expected = tiktoken.encode_ordinary(text).length
      if (counted.tokens !== expected) assert.strictEqual(counted.tokens, expected, JSON.stringify(text.slice(0, 300)))
      assert.isTrue(counted.exact)
      assert.strictEqual(counted.method, name)
      tokens += counted.tokens
    }
    return tokens
  } finally {
    tiktoken.free()
  }
})

describe.each(names)("%s", (name) => {
  it.effect(
    "counts 5 MB of prose in sixteen languages, code, JSON, emoji and odd characters as tiktoken does",
    () =>
      Effect.gen(function* () {
        const texts = corpus(5_000_000)
        assert.isAtLeast(
          texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
          5_000_000,
        )
        assert.isAtLeast(yield* compare(name, texts), 1_000_000)
      }),
    60_000,
  )

  it.effect("counts one text that is longer than what is counted in one piece", () =>
    compare(name, [corpus(700_000).join("\n")]),
  )

  it.effect(
    "counts long runs of letters, signs, spaces and other scripts",
    () => {
      const random = seeded(11)
      const alphabets = [
        "a",
        "ab",
        "ABcd",
        " ",
        " \t",
        "=",
        "-=",
        "\n",
        "漢字仮名",
        "éè",
        "ก่า",
        "😀👍",
        "/\n",
        "xyz\u0301",
        "\ud800",
        "м",
      ]
      const runs = alphabets.flatMap((alphabet) => {
        const letters = [...alphabet]
        return [130, 511, 1023, 1025, 2500].map((length) =>
          ["see ", ...Array.from({ length }, () => letters[Math.floor(random() * letters.length)]), " so"].join(""),
        )
      })
      return compare(name, runs)
    },
    30_000,
  )

  it.effect("counts random texts of a few classes of characters", () => {
    const random = seeded(13)
    const units = [
      ..."aB9 .\n\t'/é漢😀<|>\u0301s",
      "\ud800",
      "   ",
      "'ll",
      "12345",
      "\ufeff",
      "\u0085",
      "\u{32c9a}[w",
      "\u{10efa}&t",
      "'ſ",
    ]
    const texts = Array.from({ length: 2000 }, () =>
      Array.from({ length: 1 + Math.floor(random() * 60) }, () => units[Math.floor(random() * units.length)]).join(""),
    )
    return compare(name, ["", ...texts])
  })
})

it.effect("a run of 200,000 letters does not take time in its square", () =>
  Effect.gen(function* () {
    const counter = yield* makeTokenCounter()
    const start = process.cpuUsage()
    const { exact, tokens } = yield* counter.countTokens("a".repeat(200_000), "gpt-4o")
    const { user } = process.cpuUsage(start)
    assert.deepStrictEqual([tokens, exact], [25_000, true])
    // The plain algorithm takes 17 s.
    assert.isBelow(user / 1e6, 8)
  }),
)
