import { createRequire } from "node:module"
import { assert, describe, it } from "@effect/vitest"
import { cut, letters, textsOf } from "./cut.ts"

const require = createRequire(import.meta.url)

describe("characters and sliding windows", () => {
  it("are as long as they may be, whole graphemes", async () => {
    assert.deepStrictEqual(textsOf(await cut("abcdefgh", { algorithm: "characters", max: 3 })), ["abc", "def", "gh"])
    const family = "👩‍👩‍👧‍👦"
    assert.deepStrictEqual(textsOf(await cut(`ab${family}c`, { algorithm: "characters", max: 4 })), ["ab", family, "c"])
    assert.deepStrictEqual(textsOf(await cut("a\r\nb", { algorithm: "characters", max: 2 })), ["a", "\r\n", "b"])
    assert.deepStrictEqual(await cut("", { algorithm: "characters" }), [])
  })

  it("windows begin every max - overlap", async () => {
    const chunks = await cut("abcdefghijkl", { algorithm: "sliding", max: 6, overlap: 4 })
    assert.deepStrictEqual(textsOf(chunks), ["abcdef", "cdefgh", "efghij", "ghijkl"])
  })

  it("an overlap begins with a word", async () => {
    const chunks = await cut("alpha beta gamma delta epsilon", { max: 17, overlap: 8 })
    assert.deepStrictEqual(textsOf(chunks), ["alpha beta gamma ", "gamma delta ", "delta epsilon"])
  })
})

describe("sentences", () => {
  it("abbreviations, initials and acronyms end none", async () => {
    const chunks = await cut(
      "Dr. Smith met J. K. Rowling at 5 p.m. in the U.S. Army base. It rained. See Fig. 3 and No. 7 there. Who? He said no. Then left.",
      { algorithm: "sentences", max: 62 },
    )
    assert.deepStrictEqual(textsOf(chunks), [
      "Dr. Smith met J. K. Rowling at 5 p.m. in the U.S. Army base. ",
      "It rained. See Fig. 3 and No. 7 there. Who? He said no. ",
      "Then left.",
    ])
    const us = await cut("He lives in the U.S. She does not.", { algorithm: "sentences", max: 22 })
    assert.deepStrictEqual(textsOf(us), ["He lives in the U.S. ", "She does not."])
  })

  it("in Chinese, Japanese, Thai, Arabic and Hindi", async () => {
    const each = async (text: string, max: number) => textsOf(await cut(text, { algorithm: "sentences", max }))
    assert.deepStrictEqual(await each("今天下雨。我们回家吧！好吗？", 6), ["今天下雨。", "我们回家吧！", "好吗？"])
    assert.deepStrictEqual(await each("雨です。帰りましょう。", 8), ["雨です。", "帰りましょう。"])
    assert.deepStrictEqual(await each("ผมชื่อสมชาย ผมมาจากเชียงใหม่", 20), ["ผมชื่อสมชาย ", "ผมมาจากเชียงใหม่"])
    assert.deepStrictEqual(await each("هل تمطر؟ نعم تمطر.", 12), ["هل تمطر؟ ", "نعم تمطر."])
    assert.deepStrictEqual(await each("बारिश हो रही है। हम घर जाते हैं।", 20), ["बारिश हो रही है। ", "हम घर जाते हैं।"])
  })

  it("a sentence that is too long is cut between words, of Thai and Chinese too", async () => {
    assert.deepStrictEqual(textsOf(await cut("one two three four", { algorithm: "sentences", max: 9 })), [
      "one two ",
      "three ",
      "four",
    ])
    const text = "ภาษาไทยเป็นภาษาที่สวยงาม"
    const words = [...new Intl.Segmenter("th", { granularity: "word" }).segment(text)].map(({ index }) => index)
    for (const { start } of await cut(text, { algorithm: "sentences", max: 10 })) assert.include(words, start)
  })

  it("a wrapped line goes on; a heading, a list item and a blank line do not", async () => {
    const text = "The first line of it\ngoes on here. Next one.\n- item\n- other\n"
    assert.deepStrictEqual(textsOf(await cut(text, { algorithm: "sentences", max: 39 })), [
      "The first line of it\ngoes on here. ",
      "Next one.\n- item\n- other\n",
    ])
  })

  it("an overlap is whole sentences where one fits", async () => {
    const chunks = await cut("One is here. Two is here. Three is here.", {
      algorithm: "sentences",
      max: 28,
      overlap: 14,
    })
    assert.deepStrictEqual(textsOf(chunks), ["One is here. Two is here. ", "Two is here. Three is here."])
  })
})

describe("paragraphs and recursive", () => {
  it("whole paragraphs, with any line ending", async () => {
    const text = "One.\r\n\r\nTwo two.\r\n \t\r\nThree."
    assert.deepStrictEqual(textsOf(await cut(text, { algorithm: "paragraphs", max: 16 })), [
      "One.\r\n\r\n",
      "Two two.\r\n \t\r\n",
      "Three.",
    ])
  })

  it("a code fence and a table row that fit are not cut, nested fences too", async () => {
    const fence = "````md\n```js\nlet a = 1\n\nlet b = 2\n```\n````\n"
    const row = "| one two | three four |\n"
    const text = `Some words before it.\n\n${fence}\nAfter.\n\n${row}${row}`
    for (const algorithm of ["characters", "sentences", "paragraphs", "recursive", "structure"] as const) {
      const chunks = textsOf(await cut(text, { algorithm, max: 60 }))
      assert.isTrue(
        chunks.some((chunk) => chunk.includes(fence)),
        algorithm,
      )
      for (const chunk of chunks) assert.strictEqual((chunk.match(/\|/g) ?? []).length % 3, 0, algorithm)
    }
  })

  it("own separators, the best first", async () => {
    const chunks = await cut("a;b|c;d|e", { separators: ["|", ";"], max: 4 })
    assert.deepStrictEqual(textsOf(chunks), ["a;b|", "c;d|", "e"])
  })
})

describe("structure", () => {
  it("Markdown: sections with their headings, none inside a fence", async () => {
    const text =
      "# Top\n\n## First\nText one.\n\n```sh\n# no heading\n```\n\nSecond\n------\nText two.\n\n# Other #\nText three.\n#hashtag\n"
    const chunks = await cut(text, { algorithm: "structure" }, { mediaType: "text/markdown" })
    assert.deepStrictEqual(
      chunks.map(({ headings, text: piece }) => [headings, piece.slice(0, 12)]),
      [
        [["Top", "First"], "# Top\n\n## Fi"],
        [["Top", "Second"], "Second\n-----"],
        [["Other"], "# Other #\nTe"],
      ],
    )
    const small = await cut(text, { algorithm: "recursive", max: 30 }, { mediaType: "text/markdown" })
    const place = small.find(({ text: piece }) => piece.includes("Text three"))
    assert.deepStrictEqual(place?.headings, ["Other"])
  })

  it("HTML: headings, and no cut inside a tag", async () => {
    const text =
      '<body><h1 id="a">One &amp; <b>only</b></h1><p title="long long title">Text of one.</p><h2>Two</h2><p>Text of two.</p><H1>Three</H1>end'
    const chunks = await cut(text, { algorithm: "structure", max: 70 }, { mediaType: "text/html; charset=utf-8" })
    assert.deepStrictEqual(
      chunks.map(({ headings }) => headings),
      [[], ["One & only"], ["One & only"], ["One & only", "Two"], ["Three"]],
    )
    for (const { text: piece } of chunks) assert.strictEqual(piece.split("<").length, piece.split(">").length)
  })

  it("code by function and class: through the parser, with the comments above", async () => {
    const python =
      'import os\nimport re\n\n\n# Adds.\n@cache\ndef add(a, b):\n    return a + b\n\n\nclass Shape:\n    """A shape."""\n\n    def area(self):\n        return 0\n\n    def name(self):\n        return "shape"\n\n\nprint(add(1, 2))\n'
    const chunks = await cut(python, { algorithm: "structure", max: 75 }, { source: "shapes.py" })
    assert.deepStrictEqual(
      chunks.map(({ headings, text }) => [headings, text.trimEnd().split("\n").at(-1)]),
      [
        [[], "import re"],
        [["add"], "    return a + b"],
        [["Shape"], "        return 0"],
        [["Shape", "name"], '        return "shape"'],
        [[], "print(add(1, 2))"],
      ],
    )
    const types =
      "export const f = () => {\n  return 1\n}\n\n/** A box. */\nexport class Box<A> {\n  get(): A {}\n}\nlet x = 1\n"
    const ts = await cut(types, { algorithm: "structure" }, { mediaType: "text/typescript" })
    assert.deepStrictEqual(
      ts.map(({ headings, text }) => [headings, text.split("\n")[0]]),
      [
        [["f"], "export const f = () => {"],
        [["Box"], "/** A box. */"],
        [[], "let x = 1"],
      ],
    )
    assert.isString(require.resolve("@vscode/tree-sitter-wasm"))
  })

  it("code without a grammar: by its lines", async () => {
    const kotlin = "import a.b\n\n// Adds.\nfun add(a: Int) {\n  return a\n}\n\nclass Box {\n  fun get() = 1\n}\n"
    const chunks = await cut(kotlin, { algorithm: "structure" }, { source: "a.kt" })
    assert.deepStrictEqual(
      chunks.map(({ headings, text }) => [headings, text.split("\n")[0]]),
      [
        [[], "import a.b"],
        [["add"], "// Adds."],
        [["Box"], "class Box {"],
      ],
    )
  })

  it("JSON elements and CSV rows, with the names of the columns as context", async () => {
    const json = '[\n {"id": 1, "tags": ["a", "b"]},\n {"id": 2, "note": "x, [y]"},\n {"id": 3}\n]'
    const elements = textsOf(await cut(json, { algorithm: "structure", max: 36 }, { mediaType: "application/json" }))
    assert.deepStrictEqual(
      elements.map((element) => element.trim()),
      ['[\n {"id": 1, "tags": ["a", "b"]},', '{"id": 2, "note": "x, [y]"},', '{"id": 3}\n]'],
    )
    const csv = 'name,note\nada,"two\nlines"\nbob,one\n'
    const rows = await cut(csv, { algorithm: "structure", max: 18, context: "headings" }, { mediaType: "text/csv" })
    assert.deepStrictEqual(
      rows.map(({ text, context }) => [text, context]),
      [
        ["name,note\n", undefined],
        ['ada,"two\nlines"\n', "name,note"],
        ["bob,one\n", "name,note"],
      ],
    )
  })

  it("pages: at form feeds, or where the metadata says", async () => {
    const at = (chunks: Awaited<ReturnType<typeof cut>>) => chunks.map(({ text, metadata }) => [text, metadata["page"]])
    const fed = await cut("one\ftwo\f\fthree", { algorithm: "structure" }, { mediaType: "application/pdf" })
    assert.deepStrictEqual(at(fed), [
      ["one\f", 1],
      ["two\f", 2],
      ["\f", 3],
      ["three", 4],
    ])
    const metadata = { pageStarts: [4, 8], author: "ada" }
    const noted = await cut("one two three", { algorithm: "structure" }, { mediaType: "application/pdf", metadata })
    assert.deepStrictEqual(at(noted), [
      ["one ", 1],
      ["two ", 2],
      ["three", 3],
    ])
    assert.deepStrictEqual(noted[0]?.metadata, { author: "ada", page: 1 })
  })
})

describe("semantic", () => {
  const text = "Aab aba. Baab abba. Abab aab. Xyz zyx. Yyz xzy. Zyx xyz. "
  it.each(["percentile", "standard-deviation", "interquartile", "gradient"] as const)(
    "%s: cuts where neighbouring windows differ most",
    async (rule) => {
      const amount = rule === "standard-deviation" || rule === "interquartile" ? 1 : 80
      const options = { algorithm: "semantic", embedder: letters, semantic: { rule, amount, neighbours: 0 } } as const
      const chunks = textsOf(await cut(text, options))
      assert.include(chunks[0] ?? "", "Aab aba. Baab abba.")
      assert.isTrue(chunks.length >= 2 && chunks.at(-1)?.includes("Zyx xyz.") === true)
      if (rule !== "gradient")
        assert.deepStrictEqual(chunks, ["Aab aba. Baab abba. Abab aab. ", "Xyz zyx. Yyz xzy. Zyx xyz. "])
    },
  )
})
