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

  it.effect(
    "counts runs that repeat themselves, of any length, and long ones that do not",
    () => {
      const random = seeded(19)
      const units = [" ", "\n", "\t", "=", "-", "a", "é", "漢", "-=", "\r\n", " \t", "=-~", "\n    ", "ab", "😀", "ก่า"]
      const runs = units.flatMap((unit) =>
        [200, 20_000].map((most) => {
          const length = Math.ceil((most / 2) * (1 + random()))
          return unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
        }),
      )
      const mixed = ["=-", " \n\t", "etaoin", "漢字仮名"].map((alphabet) => {
        const letters = [...alphabet]
        return Array.from({ length: 12_000 }, () => letters[Math.floor(random() * letters.length)]).join("")
      })
      return compare(name, [...runs, ...runs.map((run) => `so ${run}x`), ...mixed])
    },
    60_000,
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

  it.effect("counts random texts of ASCII, with and without something else after it", () => {
    const random = seeded(17)
    const units = [
      ..."aBzZ059 \n\r\t'/(-\u0000\u007f\u000b",
      "'s",
      "'LL",
      "'vE",
      "'x",
      "\r\n",
      "  ",
      "é",
      "\u00a0",
      "²",
      "ǅ",
      "ſ",
    ]
    const texts = Array.from({ length: 4000 }, () =>
      Array.from({ length: 1 + Math.floor(random() * 40) }, () => {
        // The last five are not ASCII: rare, so that most pieces are.
        const most = random() < 0.95 ? units.length - 5 : units.length
        return units[Math.floor(random() * most)]
      }).join(""),
    )
    return compare(name, texts)
  })
})

/** CPU time in ms of counting a text that is new. */
const cpuMs = Effect.fnUntraced(function* (text: string) {
  const counter = yield* makeTokenCounter({ preload: ["o200k_base"] })
  const start = process.cpuUsage()
  yield* counter.countTokens(text, "gpt-4o")
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
})

it.effect.each([" ", "\n", "\t", "=", "a", "-="])("a long run of %j takes no longer than as much prose", (unit) =>
  Effect.gen(function* () {
    const length = 3_000_000
    const prose = corpus(length).join("\n").slice(0, length)
    yield* cpuMs(prose.slice(0, 100_000))
    const usual = yield* cpuMs(prose)
    assert.isBelow(yield* cpuMs(unit.repeat(length / unit.length)), usual)
  }),
)

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
