import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import type { Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { groundedness, groundednessWith } from "../src/index.ts"

const Pair = Schema.fromJsonString(
  Schema.Struct({
    label: Schema.Literals(["supported", "contradicted", "absent"]),
    kind: Schema.String,
    claim: Schema.String,
    passages: Schema.Array(Schema.String),
  }),
)
const pairsIn = (name: string) =>
  readFileSync(join(import.meta.dirname, "claims", `${name}.jsonl`), "utf8")
    .trim()
    .split("\n")
    .map((line) => Schema.decodeSync(Pair)(line))

const label = (claim: string, ...passages: ReadonlyArray<string>) => groundedness(claim, passages).claims[0]?.label

describe("the labelled claims", () => {
  it.each(["developed", "unseen"])("%s: supported or not, with an F1 of at least 0.85", (name) => {
    const rows = pairsIn(name).map(({ claim, passages, label: is }) => ({
      is: is === "supported",
      said: groundedness(claim, passages).score === 1,
    }))
    const both = rows.filter(({ is, said }) => is && said).length
    const precision = both / rows.filter(({ said }) => said).length
    const recall = both / rows.filter(({ is }) => is).length
    assert.isAtLeast((2 * precision * recall) / (precision + recall), 0.85)
  })

  it("there are enough of them", () => assert.isAtLeast(pairsIn("developed").length + pairsIn("unseen").length, 150))
})

describe("claims", () => {
  it("are the sentences and items that say something, with their places", () => {
    const answer = "Sure, here you go:\n\n# Bridges\n- The bridge is long.\n- It opened in 1932 [1].\n\nDoes that help?"
    const { claims } = groundedness(answer, ["The bridge is long. It opened in 1932."])
    assert.deepStrictEqual(
      claims.map(({ text }) => text),
      ["The bridge is long.", "It opened in 1932 [1]."],
    )
    for (const { text, start, end } of claims) assert.strictEqual(answer.slice(start, end), text)
  })

  it("are not torn apart at abbreviations and decimals, and code makes none", () => {
    const { claims } = groundedness("Dr. Smith measured 3.5 m in the U.S. last May.\n```js\nconst a = 1\n```", ["x"])
    assert.strictEqual(claims.length, 1)
  })

  it("an answer that claims nothing makes nothing up; with no passages nothing is borne out", () => {
    assert.deepStrictEqual(groundedness("Hello! How can I help?", ["x"]), { score: 1, claims: [] })
    assert.deepStrictEqual(groundedness("", []), { score: 1, claims: [] })
    assert.strictEqual(groundedness("Cats purr.", []).score, 0)
  })

  it("name the passage that decides", () => {
    const { claims } = groundedness("Cats purr. Dogs never bark.", ["Birds sing.", "Cats purr.", "Dogs bark."])
    assert.deepStrictEqual(
      claims.map(({ label: is, passage }) => [is, passage]),
      [
        ["supported", 1],
        ["contradicted", 2],
      ],
    )
  })
})

describe("what makes the difference", () => {
  const rows: ReadonlyArray<readonly [is: string, claim: string, passage: string]> = [
    ["supported", "The rope holds three tonnes.", "The rope holds 3,000 kg."],
    ["contradicted", "The rope holds 3 tonnes.", "The rope holds 3 kg."],
    ["supported", "It rained on 1 May 2020 in Rome.", "In Rome it rained on 2020-05-01."],
    ["contradicted", "The rule does not apply to schools.", "The rule applies to schools."],
    ["contradicted", "Pigs chase dogs.", "Dogs chase pigs."],
    ["contradicted", "Turnover fell.", "Turnover rose."],
    ["absent", "The mayor resigned.", "The mayor opened the bridge."],
  ]
  it.each(rows)("%s: %s | %s", (is, claim, passage) => assert.strictEqual(label(claim, passage), is))
})

describe("any text", () => {
  it.prop(
    "gives claims that stand in it, a score between 0 and 1, and the same again",
    [Schema.String, Schema.String],
    ([answer, passage]) => {
      const first = groundedness(answer, [passage])
      assert.isTrue(first.score >= 0 && first.score <= 1)
      for (const { text, start, end, coverage } of first.claims) {
        assert.strictEqual(answer.slice(start, end), text)
        assert.isTrue(coverage >= 0 && coverage <= 1)
      }
      assert.deepStrictEqual(groundedness(answer, [passage]), first)
    },
    { arbitrary: { seed: "Groundedness" } },
  )

  it("long runs of one sign are no burden", () => {
    for (const sign of ["(", "a", "1", ".", " ", "1,", "not ", "- ", "\n", "一"]) {
      const text = sign.repeat(20_000 / sign.length)
      assert.isAtLeast(groundedness(text, [text]).score, 0)
    }
  })
})

describe("with an embedder", () => {
  const embedder = (embed: Embedder["embed"]): Embedder => ({ id: "test", version: "1", dimensions: 2, embed })
  const alike = embedder((texts) => Effect.succeed(texts.map(() => new Float32Array([1, 0]))))

  it.effect("other words with the same meaning get through, other numbers do not", () =>
    Effect.gen(function* () {
      const passage = "The premises shut at nine on weekdays."
      const claim = "The premises bolt their doors at nine on weekdays."
      assert.strictEqual(label(claim, passage), "absent")
      assert.strictEqual((yield* groundednessWith(alike, claim, [passage])).score, 1)
      assert.strictEqual((yield* groundednessWith(alike, claim.replace("nine", "ten"), [passage])).score, 0)
    }),
  )

  it.effect("fails as the embedder does", () =>
    Effect.gen(function* () {
      const broken = embedder(() => Effect.fail(LlmError.make({ _tag: "Overloaded", message: "no" })))
      const error = yield* Effect.flip(groundednessWith(broken, "Cats purr.", ["Cats purr."]))
      assert.strictEqual(error.reason._tag, "Overloaded")
    }),
  )
})
