import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "fast-check"
import { calibrate, guard, judge } from "../src/index.ts"
import { pairsIn, sets } from "./pairsIn.ts"

describe("the adversarial set", () => {
  it.effect.each(sets)(
    "the $name part: no false hit in either direction, and as many paraphrases as before",
    ({ pairs, floor }) =>
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
        assert.isAtLeast(paraphrases.filter(({ hit }) => hit).length / paraphrases.length, floor)
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
    ["Thanks :)", "Thanks :(", "code"],
    ["Let's eat, grandma", "Let's eat grandma", "comma"],
    ["What does a && b do?", "What does a & b do?", "code"],
    ["What does a[0] give?", "What does a(0) give?", "code"],
    ["What is n!", "What is n?", "code"],
    ["You are ready.", "You are ready?", '"?"'],
    ["Fix the grammar: I has a big dog", "Fix the grammar: I has a large dog", "code or quotation"],
    ["Explain C", "Explain C++", "code"],
    ["Is A a subset of B?", "Is B a subset of A?", "the other way round"],
    ["What is plan A?", "What is a plan?", '"A"'],
    ["What is the plot of Alien?", "What is the plot of Aliens?", "not one name"],
    ["Who directed Big?", "Who directed Large?", "not one name"],
    ["Are LED lights safe?", "Are lead lights safe?", "not one name"],
    ["What does G mean in physics?", "What does g mean in physics?", "two signs"],
    ["What is the theme of It?", "What is the theme of it?", '"It"'],
    ["What is a PET scan?", "What is a pet scan?", "one side only"],
    ["How hot is the Sun?", "How hot is Sunday?", "Sunday"],
    ["How do I list a folder?", "How do I share a folder?", "word"],
  ]
  it.each(reasons)("%s / %s: %s", (a, b, says) => assert.include(guard(a, b).join("; "), says))
})

describe("capitals that make no name", () => {
  const alike: ReadonlyArray<readonly [string, string]> = [
    ["Who wrote A Christmas Carol?", "Who wrote a Christmas Carol?"],
    ["Who wrote Diary Of A Wimpy Kid?", "Who wrote Diary of a Wimpy Kid?"],
    ["A cat or a dog: which is cheaper?", "a cat or a dog: which is cheaper?"],
    ["HOW DO I RESET MY PASSWORDS?", "How do I reset my password?"],
    ["How Do I Reset My Passwords?", "How do I reset my password?"],
    ["How do I merge PDFs?", "How do I merge a PDF?"],
    ["What are the symptoms of hepatitis A?", "what are the symptoms of hepatitis a"],
    ["Is the earth round?", "Is Earth round?"],
    ["What is World War I?", "what is world war i"],
  ]
  it.each(alike)("%s / %s", (a, b) => assert.deepStrictEqual(guard(a, b), []))
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

  it("is read in time that grows with its length only", () => {
    const long = "how do I not ".repeat(300)
    for (const text of [
      long,
      "a.".repeat(1900),
      "'".repeat(3900),
      "((((".repeat(900),
      "1,".repeat(1900),
      "if when ".repeat(450),
      "+=".repeat(1900),
      "a[0](".repeat(700),
      ": ".repeat(1900),
      " \n".repeat(1900),
      `this${" ".repeat(3800)}`,
      Array.from({ length: 450 }, (_, i) => `w${i}ously`).join(" "),
    ]) {
      assert.isNotEmpty(guard(text, `${text} x`))
    }
  })
})
