import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Assessment, makeQuality, Quality, type QualityOptions } from "../src/index.ts"
import type { Given } from "../src/index.ts"

const assess = (answer: string, given: Given = {}, options: QualityOptions = {}): Effect.Effect<Assessment, unknown> =>
  Effect.scoped(Effect.flatMap(makeQuality(options), (service) => service.assess(answer, given)))

const kinds = ({ issues }: Assessment) => issues.map(({ kind }) => kind)

describe("an assessment by itself", () => {
  it.effect("a good answer is sure, with nothing to say against it", () =>
    Effect.gen(function* () {
      const good = yield* assess("The bridge is 503 metres long. It was opened in 1932.", {
        question: "How long is the bridge, and when was it opened?",
        passages: ["The bridge was opened in 1932 and has a length of 503 metres."],
      })
      assert.deepStrictEqual(good.issues, [])
      assert.isAbove(good.confidence, 0.9)
      assert.deepStrictEqual([good.groundedness, good.completeness, good.refusal], [1, 1, false])
    }),
  )

  it.effect("names the part that is not answered, and what is off the point", () =>
    Effect.gen(function* () {
      const half = yield* assess("The bridge is 503 metres long.", {
        question: "How long is the bridge and who paid for the lighthouse?",
      })
      assert.strictEqual(half.completeness, 0.5)
      assert.match(half.issues.find(({ kind }) => kind === "unanswered")?.message ?? "", /lighthouse/)
      const off = yield* assess("Bananas contain potassium, and many people enjoy them for breakfast.", {
        question: "Explain how garbage collection finds unreachable objects.",
      })
      assert.include(kinds(off), "off-topic")
      assert.isBelow(off.confidence, half.confidence)
    }),
  )

  it.effect("what contradicts the passages is told with its place", () =>
    Effect.gen(function* () {
      const answer = "Opening hours: see below. The shop opens at 8 am."
      const wrong = yield* assess(answer, { passages: ["The shop opens at 10 am."] })
      const issue = wrong.issues.find(({ kind }) => kind === "contradicted")
      assert.include(answer.slice(issue?.start, issue?.end), "8 am")
    }),
  )

  it.effect("refusals, repetition, abuse, broken code and cut answers lower the confidence", () =>
    Effect.gen(function* () {
      const plain = yield* assess("Open the settings and choose the second entry.")
      const refusal = yield* assess("I'm sorry, but I can't help with that.")
      const again = yield* assess("The cat sat on the mat again and again. ".repeat(12))
      const abuse = yield* assess("You are a worthless idiot.")
      const code = yield* assess("```js\nconst a = [1, 2\n```")
      const open = yield* assess("```js\nconst a = 1")
      const cut = yield* assess("Open the settings and", { finish: { unified: "length" } })
      const all = [refusal, again, abuse, code, open, cut]
      assert.deepStrictEqual(
        all.map((one) => kinds(one)[0]),
        ["refusal", "repetition", "unsafe", "code", "code", "truncated"],
      )
      for (const one of all) assert.isBelow(one.confidence, plain.confidence)
      assert.deepStrictEqual([refusal.refusal, plain.refusal], [true, false])
    }),
  )

  it.effect("an empty answer has no confidence", () =>
    Effect.map(assess("  \n"), ({ confidence, issues }) => {
      assert.strictEqual(confidence, 0)
      assert.strictEqual(issues[0]?.kind, "empty")
    }),
  )

  it.effect(
    "good code, also with brackets in strings and comments, is left alone; a checker of one's own decides",
    () =>
      Effect.gen(function* () {
        const answer = '```ts\nconst a = "(" // )\nf(a)\n```\n\n```text\n:-)\n```'
        assert.strictEqual((yield* assess(answer)).code, 1)
        const seen: Array<string> = []
        const checkCode = (code: string, language: string) => {
          seen.push(language)
          return code.includes("f(a)") ? ["f is not defined"] : []
        }
        assert.strictEqual((yield* assess(answer, {}, { checkCode })).code, 0.5)
        assert.deepStrictEqual(seen, ["ts", "text"])
      }),
  )

  it.effect("knowledge stands in where a question has no passages", () =>
    Effect.gen(function* () {
      const options = { knowledge: ["Returns are accepted for 30 days."] }
      assert.strictEqual((yield* assess("Returns are accepted for 60 days.", {}, options)).groundedness, 0)
      assert.strictEqual((yield* assess("Cats purr.", { passages: ["Cats purr."] }, options)).groundedness, 1)
    }),
  )

  it.effect("is a service of a layer", () =>
    Effect.gen(function* () {
      const { confidence } = yield* Quality.use((service) => service.assess("Cats purr."))
      assert.isAbove(confidence, 0)
    }).pipe(Effect.provide(Quality.layer())),
  )
})
