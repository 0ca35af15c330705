import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { sharedWords, tellingWordsOf, TextIndex, wordsOf } from "../src/index.ts"

describe("words", () => {
  it.each([
    ["The plugins are PUBLISHED", ["the", "plugin", "ar", "publish"]],
    ["maxOutputTokens MAX_OUTPUT", ["maxoutputtoken", "max", "output", "token", "maxoutput", "max", "output"]],
    ["HTTPServer utf8 d2x16", ["httpserver", "http", "server", "utf8", "utf", "d2x16"]],
    ["MAX_2024", ["max2024", "max", "2024"]],
    ["SQLite iPhone GitHub", ["sqlite", "lite", "iphon", "phone", "github", "git", "hub"]],
    ["APIs URLs IDs", ["api", "url", "id"]],
    ["C++ c# F#, C++17 c", ["cplusplus", "csharp", "fsharp", "cplusplus", "17", "c"]],
    [".NET (.env) a.b …no ASP.NET", ["dotnet", "net", "dotenv", "env", "a", "b", "no", "asp", "net"]],
    ["# C #5 x+y n+++ issue#7", ["c", "5", "x", "y", "n", "issu", "7"]],
    ["😀 👍🏽 ❤️ ❤ 🇩🇪 1️⃣ ©", ["u1f600", "u1f44d", "u2764", "u2764", "u1f1e91f1ea", "1"]],
    ["l'aujourd'hui", ["aujourd"]],
    ["café Straße l'école don’t", ["cafe", "strass", "ecol", "don"]],
    ["東京都", ["東京", "京都", "東", "京", "都"]],
    ["東京API、猫", ["東京", "東", "京", "api", "猫"]],
    ["สวัสดีครับ", ["สวัสดี", "ครับ"]],
    ["करना", ["करना"]],
    ["--file=a.b 42", ["file", "a", "b", "42"]],
    ["", []],
    ["!?…", []],
  ])("%s", (text, words) => assert.deepStrictEqual(wordsOf(text), words))

  it("of a question those that say what it is about, unless there are no others", () => {
    assert.deepStrictEqual(tellingWordsOf("How do I publish a plugin, and a plugin?"), ["publish", "plugin"])
    assert.deepStrictEqual(tellingWordsOf("to be or not to be"), ["to", "be", "or", "not"])
    assert.deepStrictEqual(tellingWordsOf("東京都と猫"), ["東京", "京都", "都と", "と猫"])
    assert.deepStrictEqual(tellingWordsOf("猫"), ["猫"])
  })

  it("that two texts share are shown as the first writes them", () => {
    const text = "Publishing with MAX_OUTPUT, redis and C++: 東京都"
    assert.deepStrictEqual(sharedWords("How to publish? Redis, c++, maxOutputTokens, 京都", text), [
      "publish",
      "Redis",
      "c++",
      "max",
      "Output",
      "京都",
    ])
  })
})

describe("a question", () => {
  it.each([
    ["猫", "東京都の猫", "東京都の犬"],
    ["maxoutputtokens", "Set maxOutputTokens.", "Set maxInputTokens."],
    ["maxOutputTokens", "Set MAX_OUTPUT_TOKENS.", "Set MAX_INPUT_TOKENS."],
    ["error", "An IOError.", "An IOPort."],
    ["C++", "Written in C++.", "Written in C#."],
    ["C#", "Written in C#.", "Written in C."],
    ["C", "Written in C.", "Written in C++."],
    ["F#", "Written in F#.", "Written in F."],
    [".NET", "Runs on .NET 9.", "Runs on a boat."],
    ["what does 😀 mean", "We say 😀 here.", "We say 😢 here."],
  ])("%s finds %s before %s", (question, right, wrong) => {
    const index = new TextIndex()
    index.put("1 wrong", wrong)
    index.put("2 right", right)
    assert.strictEqual(index.search({ text: question, k: 2 })[0]?.id, "2 right")
  })

  it("finds .NET before nets of another kind", () => {
    const index = new TextIndex()
    for (const [id, text] of [
      ["net", "Fish in a net, a net of ropes."],
      ["dotnet", "Fish in a lake, with a .NET app."],
    ] as const)
      index.put(id, text)
    assert.deepStrictEqual(
      index.search({ text: ".NET", k: 2 }).map(({ id }) => id),
      ["dotnet", "net"],
    )
  })

  it("is not about a name with capitals inside more than about another", () => {
    const index = new TextIndex()
    index.put("sqlite", "SQLite")
    index.put("postgres", "Postgres")
    const scores = (text: string) => index.search({ text, k: 2 }).map(({ score }) => score)
    const [one = 0, other = 1] = scores("SQLite or Postgres")
    assert.closeTo(one, other, 1e-12)
    assert.closeTo(scores("sqlite")[0] ?? 0, one, 1e-12)
  })
})

/** The vocabulary, as it is compared: what each word counts to the length, and how it is looked for. */
const vocabulary: Readonly<Record<string, { length: number; asked: ReadonlyArray<ReadonlyArray<string>> }>> = {
  plugin: { length: 1, asked: [["plugin"]] },
  publish: { length: 1, asked: [["publish"]] },
  cache: { length: 1, asked: [["cach"]] },
  redis: { length: 1, asked: [["redi"]] },
  error: { length: 1, asked: [["error"]] },
  max: { length: 1, asked: [["max"]] },
  sqlite: { length: 1, asked: [["sqlite"]] },
  maxTokens: { length: 1, asked: [["maxtoken", "max", "token"]] },
  SQLite: { length: 1, asked: [["sqlite", "lite"]] },
  東京都: { length: 2, asked: [["東京"], ["京都"]] },
  the: { length: 1, asked: [] },
  of: { length: 1, asked: [] },
}

/** BM25 as it is written down, over all texts. An identifier is as good as the whole, or as the mean of its parts. */
const plainly = (texts: ReadonlyMap<string, string>, query: string) => {
  const [k1, b] = [1.2, 0.75]
  const split = (text: string) => text.split(" ").filter((one) => one !== "")
  const read = [...texts].map(([id, text]) => ({
    id,
    words: wordsOf(text),
    length: split(text).reduce((sum, one) => sum + (vocabulary[one]?.length ?? Number.NaN), 0),
  }))
  const average = read.reduce((sum, { length }) => sum + length, 0) / Math.max(1, read.length)
  const asked = new Map<string, ReadonlyArray<string>>()
  for (const one of split(query))
    for (const group of vocabulary[one]?.asked ?? [])
      if (group.length > (asked.get(group[0] ?? "") ?? []).length) asked.set(group[0] ?? "", group)
  if (asked.size === 0) for (const one of split(query)) asked.set(one, [one])
  return read
    .map(({ id, words, length }) => {
      const gain = (word: string) => {
        const count = words.filter((other) => other === word).length
        const having = read.filter((one) => one.words.includes(word)).length
        const rarity = Math.log(1 + (read.length - having + 0.5) / (having + 0.5))
        return (rarity * count * (k1 + 1)) / (count + k1 * (1 - b + (b * length) / average))
      }
      let score = 0
      for (const [whole = "", ...parts] of asked.values()) {
        const mean = parts.reduce((sum, part) => sum + gain(part) / parts.length, 0)
        score += Math.max(gain(whole), mean)
      }
      return { id, score: finite(score) }
    })
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
}
/** Where all texts are empty there is no average length. */
const finite = (score: number): number => (Number.isFinite(score) ? score : 0)

const word = fc.constantFrom(...Object.keys(vocabulary))
const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(" "))
const id = fc.constantFrom(..."abcdefghij")
const step = fc.oneof(
  fc.record({ put: id, text }),
  fc.record({ remove: id }),
  fc.record({ clear: fc.constant(true), times: fc.constant(0) }),
)

describe("the index", () => {
  it("ranks as BM25 says, whatever came and went before", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), text, fc.integer({ min: 1, max: 12 }), (steps, query, k) => {
        const index = new TextIndex()
        const texts = new Map<string, string>()
        for (const one of steps) {
          if ("put" in one) {
            index.put(one.put, one.text)
            texts.set(one.put, one.text)
          } else if ("remove" in one) assert.strictEqual(index.remove(one.remove), texts.delete(one.remove))
          else if (steps.length % 7 === 0) {
            index.clear()
            texts.clear()
          }
        }
        assert.strictEqual(index.size, texts.size)
        const found = index.search({ text: query, k })
        const expected = plainly(texts, query).slice(0, k)
        assert.deepStrictEqual(
          found.map(({ id: one }) => one),
          expected.map(({ id: one }) => one),
        )
        found.forEach(({ score }, at) => assert.closeTo(score, expected[at]?.score ?? 0, 1e-9))
      }),
      { numRuns: 300, seed: 11 },
    )
  })

  it("gives back what deleted texts took, and still finds the others", () => {
    const index = new TextIndex()
    for (let at = 0; at < 3000; at++) index.put(`t${at}`, `text number${at} about harbours`)
    for (let at = 0; at < 3000; at++) if (at % 100 !== 0) index.remove(`t${at}`)
    assert.strictEqual(index.size, 30)
    assert.strictEqual(index.occurrences("harbour"), 30)
    assert.strictEqual(index.occurrences("number1"), 0)
    assert.strictEqual(index.search({ text: "number2900", k: 3 })[0]?.id, "t2900")
    assert.strictEqual(index.search({ text: "harbours", k: 100 }).length, 30)
  })

  it("asks whom to accept, and gives k of them all the same", () => {
    const index = new TextIndex()
    for (let at = 0; at < 50; at++) index.put(`t${at}`, "a harbour")
    const found = index.search({ text: "harbour", k: 5, accepts: (one) => one.endsWith("7") })
    assert.deepStrictEqual(
      found.map(({ id: one }) => one),
      ["t17", "t27", "t37", "t47", "t7"],
    )
  })
})

const units = ["a", "B", "7", "_", "'", "’", " ", "-", "—", "é", "e\u0301", "字", "ท", "😀", "\ud800", "\n"]

it("words are the runs of letters, marks, digits and _, with what follows an apostrophe; and emoji", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...units), { maxLength: 30 }), (some) => {
      const text = some.join("")
      const runs = text.match(/[\p{L}\p{M}\p{N}_]+(?:['’]\p{L}+)*|😀/gu) ?? []
      assert.deepStrictEqual(
        wordsOf(text),
        runs.flatMap((run) => wordsOf(run)),
      )
    }),
    { numRuns: 2000, seed: 5 },
  )
})

it("whatever the signs, words are of letters, digits and marks, and nothing is lost", () => {
  const signs = [".", "+", "+", "#", "(", '"', "©"]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...units, ...signs), { maxLength: 30 }), (some) => {
      const words = wordsOf(some.join(""))
      for (const one of words) assert.match(one, /^[\p{L}\p{M}\p{N}]+$/u)
      const characters = words.join("")
      for (const one of ["字", "ท"]) assert.strictEqual(characters.includes(one), some.includes(one), one)
      assert.strictEqual(words.includes("u1f600"), some.includes("😀"))
    }),
    { numRuns: 2000, seed: 6 },
  )
})
