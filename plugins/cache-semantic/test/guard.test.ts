import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as FastCheck from "fast-check"
import { calibrate, guard, judge } from "../src/index.ts"

const Pair = Schema.fromJsonString(Schema.Struct({ a: Schema.String, b: Schema.String, same: Schema.Boolean }))
const pairsIn = (name: string) =>
  readFileSync(new URL(`pairs/${name}.jsonl`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => Schema.decodeSync(Pair)(line))

const sets = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"].map((name) => ({
  name,
  pairs: pairsIn(name),
}))

describe("the adversarial set", () => {
  it.effect.each(sets)(
    "the $name part: no false hit in either direction, at least 60 % of the paraphrases",
    ({ pairs }) =>
      Effect.gen(function* () {
        const judged = yield* Effect.forEach(pairs, ({ a, b, same }) =>
          Effect.map(judge(a, b), ({ hit }) => ({ a, b, same, hit })),
        )
        assert.deepStrictEqual(
          judged.filter(({ hit, same }) => hit && !same),
          [],
        )
        for (const { a, b, same } of pairs) if (!same) assert.isNotEmpty(guard(b, a), `${b} | ${a}`)
        const paraphrases = judged.filter(({ same }) => same)
        assert.isAtLeast(paraphrases.filter(({ hit }) => hit).length / paraphrases.length, 0.6)
      }),
  )

  it("pairs that are to miss, written against single rules, do so in either direction", () => {
    for (const { a, b } of pairsIn("probes")) {
      assert.isNotEmpty(guard(a, b), `${a} | ${b}`)
      assert.isNotEmpty(guard(b, a), `${b} | ${a}`)
    }
  })

  it("holds at least 300 pairs", () => assert.isAtLeast(sets.flatMap(({ pairs }) => pairs).length, 300))

  it("decides the same whichever prompt comes first", () => {
    for (const { a, b } of sets.flatMap(({ pairs }) => pairs))
      assert.strictEqual(guard(a, b).length === 0, guard(b, a).length === 0, `${a} | ${b}`)
  })

  it.effect("similarity alone does not tell them apart: what the guard is for", () =>
    Effect.gen(function* () {
      const { rows, recommended, pairs, same } = yield* calibrate(sets.flatMap(({ pairs }) => pairs))
      assert.isAbove(pairs, same)
      const at = rows.find(({ threshold }) => threshold === recommended)
      assert.strictEqual(at?.guarded.falseHits, 0)
      assert.isAbove(at?.unguarded.falseHits ?? 0, 0)
    }),
  )
})

describe("the reasons", () => {
  const reasons: ReadonlyArray<readonly [string, string, string]> = [
    ["Is coffee good?", "Is coffee not good?", "negation"],
    ["Give me 5 ideas", "Give me 6 ideas", "number"],
    ["When did it start?", "Why did it start?", "asks"],
    ["Who is the king?", "Who was the king?", "about the"],
    ["What is the capital of France?", "Quelle est la capitale de la France ?", "languages"],
    ["What does foo_bar do?", "What does foo_baz do?", "code"],
    ["Fly from Rome to Oslo", "Fly from Oslo to Rome", "after"],
    ["What is my name?", "What is your name?", "person"],
    ["Can I leave?", "Should I leave?", "modality"],
    ["Can my boss read my mail?", "Can I read my boss's mail?", "who does it"],
    ["What does big mean?", "What does large mean?", "different words"],
    ["Is it raining?", "Does it rain?", "progressive"],
  ]
  it.each(reasons)("%s / %s: %s", (a, b, says) => assert.include(guard(a, b).join("; "), says))
})

describe("any text", () => {
  it("is the same as itself, whatever its capitals, and never throws", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.string({ unit: "grapheme", maxLength: 80 }),
        FastCheck.string({ maxLength: 80 }),
        (a, b) => {
          assert.deepStrictEqual(guard(a, a), [])
          assert.strictEqual(guard(a, b).length === 0, guard(b, a).length === 0)
        },
      ),
      { numRuns: 300 },
    )
  })

  it("a word that only one side has is a miss", () => {
    const { pairs } = sets[0] ?? { pairs: [] }
    for (const { a } of pairs) assert.isNotEmpty(guard(a, `${a.replace(/[?.]$/, "")} zebra`), a)
  })

  it("another number is a miss, wherever it stands", () => {
    const numbered = sets
      .flatMap(({ pairs }) => pairs)
      .map(({ a }) => a)
      .filter((a) => /\d/.test(a))
    for (const a of numbered)
      assert.isNotEmpty(
        guard(
          a,
          a.replace(/\d+/, (digits) => String(Number(digits) + 1)),
        ),
        a,
      )
  })

  it("is read in time that grows with its length only", () => {
    const long = "how do I not ".repeat(300)
    for (const text of [
      long,
      "a.".repeat(1900),
      "'".repeat(3900),
      "((((".repeat(900),
      "1,".repeat(1900),
      "if when ".repeat(450),
    ]) {
      assert.isNotEmpty(guard(text, `${text} x`))
    }
  })
})
