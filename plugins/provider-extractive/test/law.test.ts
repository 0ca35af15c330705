import { assert, describe, it } from "@effect/vitest"
import { fold } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { makeExtractive } from "../src/index.ts"
import { about, ask, cited, passage, text } from "./ask.ts"

/** Numbers that look random and are the same in every run (mulberry32). */
const numbers = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

const pieces = [
  "The lantern shines. ",
  "A lantern, e.g. This one, costs 3.50 euros! ",
  "Is the lantern old? ",
  "lantern",
  "\n",
  "\n\n",
  "\r\n",
  "\r",
  "\t",
  "# Lantern ",
  "## ",
  "- lantern item ",
  "1. ",
  "> quoted lantern ",
  "> [!NOTE]\n",
  "| lantern | cell |\n",
  "|---|---|\n",
  "```ts\nconst lantern = 1\n",
  "```\n",
  "~~~\n",
  "`lantern. Code` ",
  "**lantern.** ",
  "__",
  "[lantern](https://example.org/a.b?c=d) ",
  "![alt lantern](x.png) ",
  "<b>lantern</b> ",
  "<!-- lantern -->\n",
  "=====\n",
  "---\n",
  "灯笼很亮。",
  "ランタンは明るい。",
  "โคมไฟสว่างมาก ",
  "المصباح مضيء. ",
  "\u202eRTL lantern\u202c ",
  "दीपक जलता है। ",
  "\ud800",
  "\udc00",
  "😀😀 ",
  "e\u0301\u0301\u0301 ",
  "\u0000",
  "\ufeff",
  "\u2028",
  "\u0085",
  "lantern: ",
  '{"lantern": "a, b", "n": [1, {"x": "}"}]}',
  "\\",
  '"',
  "İIıſßK ",
  "lanternLantern_lantern ",
  "don't l'lantern ",
]

const oddText = (seed: number): string => {
  const next = numbers(seed)
  let out = ""
  const count = 1 + Math.floor(next() * 60)
  for (let i = 0; i < count; i++) {
    const piece = pieces[Math.floor(next() * pieces.length)] ?? ""
    out += next() < 0.02 ? piece.repeat(400) : piece
  }
  return out
}

const mediaTypes = ["text/markdown", "text/plain", "application/json"]

describe("laws, over odd texts", () => {
  it.effect("every source is the text between its positions, on its line; folding the stream gives the answer", () =>
    Effect.gen(function* () {
      const provider = makeExtractive({ minScore: 0, maxSentences: 12 })
      let answered = 0
      for (let seed = 1; seed <= 1500; seed++) {
        const documents = [oddText(seed), oddText(seed + 100_000)]
        const files = documents.map((context, index) => passage(context, String(index), mediaTypes[seed % 3]))
        const asked = about("Which lantern 灯笼 ランタン โคมไฟ المصباح दीपक shines?", ...files)
        const exit = yield* Effect.exit(ask(asked, { minScore: 0, maxSentences: 12 }))
        if (Exit.isFailure(exit)) {
          assert.isFalse(
            exit.cause.reasons.some(({ _tag }) => _tag !== "Fail"),
            `seed ${seed}`,
          )
          continue
        }
        answered++
        for (const { title, text: quoted, start, end, line } of cited(exit.value)) {
          const source = documents[Number(title)] ?? ""
          assert.strictEqual(source.slice(start, end), quoted)
          assert.strictEqual(quoted, quoted?.trim())
          assert.notStrictEqual(quoted, "")
          assert.strictEqual(source.slice(0, start).split("\n").length, line)
        }
        assert.notStrictEqual(text(exit.value), "")
        const parts = yield* Stream.runCollect(provider.stream?.(asked) ?? Stream.empty)
        assert.deepStrictEqual(fold(parts, "default"), exit.value)
      }
      assert.isAbove(answered, 1200)
    }),
  )

  it.effect("maxOutputTokens is never exceeded", () =>
    Effect.gen(function* () {
      for (let seed = 1; seed <= 200; seed++) {
        const asked = { ...about("Which lantern shines?", passage(oddText(seed))), maxOutputTokens: 1 + (seed % 40) }
        const exit = yield* Effect.exit(ask(asked))
        if (Exit.isFailure(exit)) continue
        assert.isAtMost(exit.value.usage.output.total ?? Infinity, asked.maxOutputTokens)
        assert.notStrictEqual(text(exit.value), "")
      }
    }),
  )
})
