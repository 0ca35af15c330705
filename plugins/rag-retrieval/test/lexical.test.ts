import { assert, describe, it } from "@effect/vitest"
import type { Chunk, Retrieved } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { citationOf, lexicalReranker } from "../src/index.ts"

const found = (text: string, more: Partial<Chunk> = {}, score = 1): Retrieved => ({
  chunk: { id: text, documentId: "d", index: 0, text, start: 0, end: text.length, headings: [], metadata: {}, ...more },
  score,
})

/** Which of the passages is put first. */
const best = (question: string, ...passages: ReadonlyArray<Retrieved>) =>
  Effect.map(lexicalReranker().rerank(question, passages), (scores) => scores.indexOf(Math.max(...scores)))

describe("the lexical reranker", () => {
  it.effect.each([
    ["more of the question", "red blue green", [found("red and white and black"), found("red, blue and also green")]],
    [
      "the rarer word",
      "plugin manifest",
      [found("the plugin runs"), found("a plugin"), found("the manifest says so")],
      2,
    ],
    ["a heading", "rate limits", [found("waits as asked"), found("waits as asked", { headings: ["Rate limits"] })]],
    [
      "the title",
      "rate limits",
      [found("waits as asked"), found("waits as asked", { metadata: { title: "Rate limits" } })],
    ],
    [
      "words near to each other",
      "open breaker",
      [found(`open ${"a ".repeat(40)} breaker`), found(`breaker that is open ${"a ".repeat(40)}`)],
    ],
    ["words in their order", "dog bites man", [found("a man who bites a dog"), found("the dog bites the man")]],
    [
      "a name of code, letter by letter",
      "what is maxTokens",
      [found("max tokens, all tokens"), found("maxTokens, all of it")],
    ],
    ["what was found first, all else equal", "harbour", [found("harbour one", {}, 0.2), found("harbour two", {}, 0.9)]],
  ] as const)("prefers %s", ([, question, passages, which = 1]) =>
    Effect.map(best(question, ...passages), (first) => assert.strictEqual(first, which)),
  )

  it.effect("gives a finite number from 0 to 1 to each, whatever they say", () =>
    Effect.gen(function* () {
      const reranker = lexicalReranker({ remembered: 3 })
      assert.deepStrictEqual(yield* reranker.rerank("anything", []), [])
      const any = fc.string({ unit: "grapheme", maxLength: 80 })
      for (const [question, texts, score] of fc.sample(
        fc.tuple(any, fc.array(any, { maxLength: 6 }), fc.double({ noNaN: true, min: -1, max: 1e6 })),
        { numRuns: 200, seed: 3 },
      )) {
        const scores = yield* reranker.rerank(
          question,
          texts.map((text) => found(text, {}, score)),
        )
        assert.strictEqual(scores.length, texts.length)
        for (const one of scores) assert.isTrue(one >= 0 && one <= 1, `${question}: ${one}`)
      }
    }),
  )
})

describe("a citation", () => {
  const at = (metadata: Chunk["metadata"]) =>
    citationOf(found("twelve chars", { start: 120, end: 132, metadata })).label

  it("names file and lines, as far as they are known", () => {
    assert.strictEqual(at({ source: "docs/a.md", startLine: 12, endLine: 31 }), "docs/a.md:12-31")
    assert.strictEqual(at({ source: "docs/a.md", startLine: 12, endLine: 12 }), "docs/a.md:12")
    assert.strictEqual(at({ source: "docs/a.md", startLine: 12 }), "docs/a.md:12")
    assert.strictEqual(at({ source: "docs/a.md" }), "docs/a.md#120-132")
    assert.strictEqual(at({ startLine: 0, endLine: "x" }), "d#120-132")
  })
})
