import { assert, describe, it } from "@effect/vitest"
import { makeExactStore, type Skipped } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { folderSource } from "../src/index.ts"
import { contentOf, index, readAll, temporaryFolder, write } from "./indexing.ts"
import { docx, pdf, pdfBomb, zip } from "./officeFiles.ts"

const read = Effect.fnUntraced(function* (files: Parameters<typeof write>[1], options = {}) {
  const folder = yield* temporaryFolder
  write(folder, files)
  return yield* readAll(folderSource(folder, options))
})

const page = `<!doctype html>
<html><head><title>The &amp; page</title><style>p { x: y }</style>
<script>if (a < b) document.write("</p>")</script></head>
<body><nav>Menu</nav>
<h1>Top <em>of</em>
it</h1>
<p>First line,
second <b>bold</b> line
# no heading
<ul><li>one<li>two<ul><li>inner</ul></ul>
<pre><code>def f():
  return 1

x = "&lt;"
</code></pre>
<table><tr><th>a</th><th>b</th></tr>
<tr><td>1</td><td>2</td></tr></table>
<p hidden>not seen</p><p>end&nbsp;é<br>after <img src=x alt="a picture"></body></html>`

const passing = { _tag: "Skipped", transient: true } as const

describe("formats", () => {
  it.effect("HTML becomes Markdown that knows its lines", () =>
    Effect.gen(function* () {
      const found = (yield* read({ "a.html": page }))["a.html"]!
      assert.isFalse("_tag" in found)
      if ("_tag" in found) return
      const { text, title, mediaType, metadata } = found
      const lines = metadata?.["sourceLines"]
      assert.deepStrictEqual([title, mediaType], ["The & page", "text/markdown"])
      assert.isArray(lines)
      const numbered = text
        .trimEnd()
        .split("\n")
        .map((line, at) => [Array.isArray(lines) ? lines[at] : 0, line] as const)
        .filter(([, line]) => line !== "")
      assert.deepStrictEqual(numbered, [
        [4, "Menu"],
        [5, "# Top of it"],
        [7, "First line,"],
        [8, "second bold line # no heading"],
        [10, "- one"],
        [10, "- two"],
        [10, "  - inner"],
        [11, "```"],
        [11, "def f():"],
        [12, "  return 1"],
        [14, 'x = "<"'],
        [15, "```"],
        [16, "a | b"],
        [17, "1 | 2"],
        [18, "end é"],
        [18, "after a picture"],
      ])
    }),
  )

  it.effect("chunks of HTML cite lines of the page", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const paragraphs = Array.from({ length: 6 }, (_, at) => `<h2>Part ${at}</h2>\n<p>Text of\npart ${at}.</p>\n\n`)
      write(folder, { "a.html": `<html><body>\n${paragraphs.join("")}</body></html>` })
      const store = yield* makeExactStore()
      yield* index(folderSource(folder), store)
      const cited = (yield* contentOf(store)).map(({ text, payload }) => [
        text,
        payload !== null && typeof payload === "object" && "startLine" in payload
          ? [payload["startLine"], payload["endLine"]]
          : [],
      ])
      assert.deepStrictEqual(
        cited,
        Array.from({ length: 6 }, (_, at) => [
          `## Part ${at}\n\nText of\npart ${at}.\n${at === 5 ? "" : "\n"}`,
          [2 + 4 * at, 4 + 4 * at],
        ]),
      )
    }),
  )

  it.effect("HTML is decoded as it says, where it is no UTF-8", () =>
    Effect.gen(function* () {
      const found = yield* read({
        "latin.html": Buffer.from('<meta charset="iso-8859-1"><p>café</p>', "latin1"),
        "unknown.html": Buffer.from('<meta charset="klingon"><p>café, a place to sit</p>', "latin1"),
      })
      assert.deepInclude(found["latin.html"], { text: "café\n" })
      assert.deepInclude(found["unknown.html"], { text: "caf\ufffd, a place to sit\n" })
    }),
  )

  it.live("PDF gives its pages, and says what is wrong with it", () =>
    Effect.gen(function* () {
      const found = yield* read({
        "a.pdf": pdf([["Hello there", "second line"], ["Page two"]], { title: "A title" }),
        "b.pdf": pdf([["secret"]], { encrypted: true }),
        "c.pdf": pdf([[], []]),
        "d.pdf": "%PDF-1.4 and then nothing",
        "e.pdf": "",
        "f.pdf": pdf([]),
      })
      assert.deepInclude(found["a.pdf"], {
        text: "Hello there\nsecond line\fPage two",
        title: "A title",
        mediaType: "application/pdf",
        metadata: { sourceLines: [] },
      })
      const skipped = (why: string): Skipped => ({ _tag: "Skipped", why })
      assert.deepStrictEqual(found["b.pdf"], skipped("an encrypted PDF: it needs a password"))
      assert.deepStrictEqual(found["c.pdf"], skipped("a PDF without text: pictures of pages are not read"))
      assert.deepStrictEqual(found["f.pdf"], skipped("a PDF without pages"))
      assert.match(JSON.stringify(found["d.pdf"]), /a broken PDF/)
      assert.deepStrictEqual(found["e.pdf"], skipped("it has no text"))
    }),
  )

  it.live("chunks of a PDF know their page, and no line", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      write(folder, { "a.pdf": pdf([["First page"], ["Second page"]]) })
      const store = yield* makeExactStore()
      yield* index(folderSource(folder), store)
      const records = yield* contentOf(store)
      assert.deepStrictEqual(
        records.map(({ text, metadata }) => [text, metadata["page"]]),
        [
          ["First page\f", 1],
          ["Second page", 2],
        ],
      )
      assert.notInclude(JSON.stringify(records), "startLine")
    }),
  )

  it.live("a file that takes too long or too much memory is skipped, and the next is read", () =>
    Effect.gen(function* () {
      const files = { "a.pdf": pdfBomb(150_000_000), "b.pdf": pdf([["fine"]]) }
      const late = yield* read(files, { timeoutMs: 20 })
      assert.deepStrictEqual(late["a.pdf"], { ...passing, why: "reading it took more than 20 ms" })
      const large = yield* read(files, { memoryMb: 32 })
      assert.deepStrictEqual(large["a.pdf"], { ...passing, why: "reading it takes more than 32 MB of memory" })
      assert.deepInclude(large["b.pdf"], { text: "fine" })
    }),
  )

  it.live("Word files become Markdown, and bombs are not opened", () =>
    Effect.gen(function* () {
      const whole = docx(["# The title", "Some text &amp; more.", "The end."])
      const found = yield* read({
        "a.docx": whole,
        "b.docx": zip([{ name: "word/document.xml", content: new Uint8Array(101_000_000) }], 1000),
        "c.docx": whole.subarray(0, 700),
        "d.docx": "no archive at all",
        "e.docx": Buffer.from("d0cf11e0a1b11ae1", "hex"),
      })
      assert.deepInclude(found["a.docx"], {
        text: "# The title\n\nSome text & more.\n\nThe end.\n",
        mediaType: "text/markdown",
      })
      const skipped = (why: string): Skipped => ({ _tag: "Skipped", why })
      assert.deepStrictEqual(found["b.docx"], skipped("a Word file that holds more than 100 MB unpacked"))
      assert.deepStrictEqual(found["c.docx"], skipped("a broken Word file: it is no whole archive"))
      assert.deepStrictEqual(found["d.docx"], skipped("a broken Word file: it is no whole archive"))
      assert.deepStrictEqual(
        found["e.docx"],
        skipped("an encrypted or very old Word file: save it as .docx without a password"),
      )
    }),
  )
})
