import { assert, describe, it } from "@effect/vitest"
import type { Chunk } from "@switchyard/rag"
import * as FastCheck from "fast-check"
import { algorithms, type ChunkerOptions } from "../src/index.ts"
import { cut, letters } from "./cut.ts"

const pieces = [
  "# Head\n", "## Sub ##\r\n", "Title\n=====\n", "- - -\n", "\n\n", "\r\n\r\n", "```js\nlet a\n\nlet b\n```\n", "~~~~\n```\n~~~~\n",
  "| a | b |\n", "Dr. Smith met J. K. Rowling. ", "He said “no.” Then left. ", "日本語の文章です。", "これは二つ目！", "สวัสดีครับ ผมชื่อสมชาย ",
  "यह एक वाक्य है। ", "هذه جملة؟ ", "👩‍👩‍👧‍👦", "🇩🇪🇫🇷", "e\u0301\u0323", "\ud83d", "\ude00", "각", "\f", "\t", " ", "word ", "x".repeat(30),
  "<h1>A &amp; B</h1>", "<p class='x'>text</p>", "<tr><td>1</td></tr>", "<!-- c -->", "<script>if (a<b) c()</script>",
  '{"a": [1, {"b": "x,y"}]}', "[1,2,3],", "a,\"b\nc\",d\n", "def f(x):\n    return x\n\n", "class A {\n  m() { return 1 }\n}\n", "\u0000", "ﬀ", "ด้ำ", "क्षि",
] // prettier-ignore
const texts = FastCheck.oneof(
  FastCheck.array(FastCheck.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join("")),
  FastCheck.string({ unit: "binary", maxLength: 200 }),
)
const types = [
  "text/plain",
  "text/markdown",
  "text/html",
  "application/json",
  "text/csv",
  "text/x-kotlin",
  "text/x-ndjson",
]
const sizes = FastCheck.integer({ min: 1, max: 60 })
const settings = FastCheck.record({
  text: texts,
  max: sizes,
  share: FastCheck.double({ min: 0, max: 0.99, noNaN: true }),
  mediaType: FastCheck.constantFrom(...types),
})

const graphemes = (text: string): ReadonlySet<number> =>
  new Set(
    [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)]
      .map(({ index }) => index)
      .concat(text.length),
  )

/** The estimate of the core, written down again. */
const estimated = (text: string): number => {
  const wide = [...text.matchAll(/[\u2e80-\uffff]/g)].length
  return Math.ceil((text.length - wide) / 4 + wide)
}
/** Each word and each sign is a token, as in a real encoding; not additive. */
const counted = (text: string): number => (text.match(/\w{1,5}|\s+|[^\w\s]/gu) ?? []).length
const counter = { count: (text: string) => ({ tokens: counted(text), exact: true }) }

interface Held {
  readonly text: string
  readonly chunks: ReadonlyArray<Chunk>
  readonly max: number
  readonly overlap: number
  readonly size: (text: string) => number
}

const holds = ({ text, chunks, max, overlap, size }: Held) => {
  const boundaries = graphemes(text)
  let end = 0
  for (const [index, chunk] of chunks.entries()) {
    assert.strictEqual(chunk.text, text.slice(chunk.start, chunk.end))
    assert.isAbove(chunk.end, Math.max(chunk.start, end))
    assert.isTrue(
      boundaries.has(chunk.start) && boundaries.has(chunk.end),
      `a grapheme is cut at ${chunk.start} or ${chunk.end}`,
    )
    if (overlap === 0) assert.strictEqual(chunk.start, end)
    else assert.isAtMost(size(text.slice(chunk.start, end)), overlap)
    assert.isAtMost(chunk.start, end)
    const inside = [...boundaries].some((at) => at > chunk.start && at < chunk.end)
    if (inside) assert.isAtMost(size(chunk.text), max)
    assert.strictEqual(chunk.id, `doc#${index}`)
    assert.strictEqual(chunk.index, index)
    assert.strictEqual(chunk.previous, chunks[index - 1]?.id)
    assert.strictEqual(chunk.next, chunks[index + 1]?.id)
    end = chunk.end
  }
  assert.strictEqual(end, text.length)
}

describe.each(algorithms)("%s", (algorithm) => {
  const given: ChunkerOptions = { algorithm, ...(algorithm === "semantic" ? { embedder: letters } : {}) }
  const runs = { numRuns: 80, seed: 1 }

  it("in chars: tiles the text, keeps to max and overlap, cuts no grapheme", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(settings, async ({ text, max, share, mediaType }) => {
        for (const overlap of [0, Math.floor(share * max)]) {
          const chunks = await cut(text, { ...given, max, overlap }, { mediaType })
          holds({ text, chunks, max, overlap, size: (piece) => piece.length })
          if (overlap === 0) assert.strictEqual(chunks.map((chunk) => chunk.text).join(""), text)
          assert.deepStrictEqual(
            chunks.map(({ tokens }) => tokens),
            chunks.map((chunk) => estimated(chunk.text)),
          )
        }
      }),
      runs,
    ))

  it("in estimated and in counted tokens", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(settings, async ({ text, max, share, mediaType }) => {
        for (const overlap of [0, Math.floor(share * max)]) {
          const options = { ...given, max, overlap, unit: "tokens" } as const
          holds({ text, chunks: await cut(text, options, { mediaType }), max, overlap, size: estimated })
          const chunks = await cut(text, { ...options, counter }, { mediaType })
          holds({ text, chunks, max, overlap, size: counted })
          assert.deepStrictEqual(
            chunks.map(({ tokens }) => tokens),
            chunks.map((chunk) => counted(chunk.text)),
          )
        }
      }),
      runs,
    ))
})
