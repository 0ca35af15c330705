import { assert, describe, it } from "@effect/vitest"
import { algorithms } from "../src/index.ts"
import { cut, letters } from "./cut.ts"

const size = 100_000
const texts: Readonly<Record<string, string>> = {
  "no spaces": "a".repeat(size),
  "only #": "#".repeat(size),
  "a heading a line": "# a\n".repeat(size / 4),
  "fences in fences": "````\n```\n~~~\n".repeat(size / 13),
  "an open fence and bars": `\`\`\`\n${"| a ".repeat(size / 4)}`,
  "only emoji": "👩‍👩‍👧‍👦".repeat(size / 11),
  flags: "🇩🇪🇫🇷".repeat(size / 8),
  "one grapheme": `a${"\u0301".repeat(size)}`,
  "a row before one grapheme": `<tr>${"ab ".repeat(size / 6)}</tr>${"\u0301".repeat(size / 2)}`,
  "white space": " \n".repeat(size / 2),
  "full stops": "A. ".repeat(size / 3),
  "open tags": "<a <h1 ".repeat(size / 7),
  "open scripts": "<script><!--".repeat(size / 12),
  "open brackets": '[{"'.repeat(size / 3),
  quotes: '",'.repeat(size / 2),
  "lone surrogates": "\ud83d".repeat(size),
}
const types = ["text/markdown", "text/html", "application/json", "text/csv", "text/x-kotlin"]

/** Milliseconds of the processor, which other programs do not change much. */
const timed = async (text: string, algorithm: (typeof algorithms)[number], mediaType: string) => {
  const before = process.cpuUsage()
  const options = { algorithm, max: 500, ...(algorithm === "semantic" ? { embedder: letters } : {}) }
  const chunks = await cut(text, options, { mediaType })
  const { user, system } = process.cpuUsage(before)
  assert.strictEqual(chunks.at(-1)?.end, text.length)
  return (user + system) / 1000
}

describe.each(Object.keys(texts))("%s", (name) => {
  const text = texts[name] ?? ""
  it("takes time in proportion to its length", async () => {
    for (const algorithm of algorithms.filter((other) => other !== "semantic")) {
      for (const mediaType of algorithm === "structure" ? types : types.slice(0, 1)) {
        const ms = await timed(text, algorithm, mediaType)
        // 100 kB, about 50 ms; a square would be many seconds.
        assert.isBelow(ms, 1500, `${algorithm} ${mediaType}`)
      }
    }
  })
})
