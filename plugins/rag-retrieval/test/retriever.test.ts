import { assert, describe, it } from "@effect/vitest"
import { LlmError } from "@switchyard/core"
import { type Embedder, makeExactStore, type Reranker, stampOf, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import * as TestClock from "effect/testing/TestClock"
import { citationOf, makeRetriever, type Rewriter } from "../src/index.ts"
import { embedder, libraryOf, pages } from "./library.ts"

const textOf = (id: string) => pages.find((one) => one.id === id)?.text ?? ""
const labels = (found: ReadonlyArray<Parameters<typeof citationOf>[0]>) => found.map((one) => citationOf(one).label)

const overloaded = LlmError.make({ _tag: "Overloaded", message: "no capacity" })
const failing: Embedder = { ...embedder, embed: () => Effect.fail(overloaded) }

describe("finding", () => {
  it.effect.each([{ mode: "hybrid" }, { mode: "keyword" }, { mode: "vector" }] as const)(
    "$mode finds the section, says where it stands and why it was chosen",
    ({ mode }) =>
      Effect.gen(function* () {
        const retriever = yield* makeRetriever({ store: yield* libraryOf(), embedder, mode })
        const found = yield* retriever.retrieve({ text: "How do I publish a plugin?", k: 2 })
        const [first] = found
        assert.strictEqual(found.length, 2)
        assert.include(first?.chunk.text, "npm publish")
        assert.strictEqual(first && citationOf(first).label.split(":")[0], "docs/plugins.md")
        assert.strictEqual(first?.chunk.text, textOf("plugins").slice(first?.chunk.start, first?.chunk.end))
        const why = (first?.why ?? []).join("\n")
        assert.strictEqual(/keyword: 1st of \d+, \d+\.\d\d \(publish, plugin\)/.test(why), mode !== "vector", why)
        assert.strictEqual(/vector: 1st of \d+, cosine 0\.\d\d/.test(why), mode !== "keyword", why)
        assert.strictEqual("fused" in (first?.scores ?? {}), mode === "hybrid")
      }),
  )

  it.effect("the words that were found are shown as the question has them", () =>
    Effect.gen(function* () {
      const retriever = yield* makeRetriever({ store: yield* libraryOf(), embedder, mode: "keyword" })
      const [first] = yield* retriever.retrieve({ text: "How is MAXENTRIES reached?", k: 1 })
      assert.match((first?.why ?? []).join("\n"), /\(MAXENTRIES, reached\)/)
      const [slow] = yield* retriever.retrieve({ text: "slow redis calls", k: 1 })
      assert.match((slow?.why ?? []).join("\n"), /\(slow, redis, calls\)/)
    }),
  )

  it.effect("by ranks, the fused score is that of reciprocal rank fusion, with the weights", () =>
    Effect.gen(function* () {
      const fusion = { by: "ranks", k: 10, vector: 0.5, keyword: 2 } as const
      const retriever = yield* makeRetriever({ store: yield* libraryOf(), embedder, fusion })
      const [first] = yield* retriever.retrieve({ text: "publish a plugin", k: 1 })
      assert.closeTo(first?.score ?? 0, 0.5 / 11 + 2 / 11, 1e-12)
    }),
  )

  it.effect("by scores, the fused score is the weighted sum of what each leg gave, brought to 0 to 1", () =>
    Effect.gen(function* () {
      const store = yield* libraryOf()
      const query = { text: "publish a plugin", k: 20 }
      const legs = yield* Effect.forEach(["vector", "keyword"] as const, (mode) =>
        Effect.flatMap(makeRetriever({ store, embedder, mode }), ({ retrieve }) => retrieve(query)),
      )
      const [byVector = [], byKeyword = []] = legs
      const [most = 0, least = 0] = [byVector[0]?.score, byVector.at(-1)?.score]
      const fusion = { vector: 3, keyword: 1 }
      const found = yield* Effect.flatMap(makeRetriever({ store, embedder, fusion }), ({ retrieve }) => retrieve(query))
      assert.isAbove(byKeyword.length, 2)
      for (const { chunk, score } of found) {
        const cosine = byVector.find((one) => one.chunk.id === chunk.id)?.score ?? least
        const words = byKeyword.find((one) => one.chunk.id === chunk.id)?.score ?? 0
        const expected = 0.75 * ((cosine - least) / (most - least)) + 0.25 * (words / (byKeyword[0]?.score ?? 1))
        assert.closeTo(score, expected, 1e-9)
      }
    }),
  )

  it.effect("a filter is kept by both legs", () =>
    Effect.gen(function* () {
      const retriever = yield* makeRetriever({ store: yield* libraryOf(), embedder })
      const found = yield* retriever.retrieve({ text: "Redis slow plugin errors", k: 20, filter: { lang: "de" } })
      assert.strictEqual(new Set(found.map(({ chunk }) => chunk.documentId)).size, 1)
      assert.include(found[0]?.chunk.text, "langsam")
    }),
  )

  it.effect("other namespaces are never looked into", () =>
    Effect.gen(function* () {
      const store = yield* libraryOf(pages.slice(0, 1), "one")
      const retriever = yield* makeRetriever({ store, embedder, namespace: "one" })
      const query = { text: "publish a plugin", k: 5 }
      assert.isNotEmpty(yield* retriever.retrieve(query))
      assert.deepStrictEqual(yield* retriever.retrieve({ ...query, namespace: "two" }), [])
    }),
  )

  it.effect("whatever is asked, passages are exact pieces of their documents, each once, at most k", () =>
    Effect.gen(function* () {
      const store = yield* libraryOf()
      const retriever = yield* makeRetriever({ store, embedder, neighbours: 1, diversity: 0.3, rerankDepth: 5 })
      const questions = fc.sample(fc.tuple(fc.string({ unit: "grapheme", minLength: 1 }), fc.nat(6)), {
        numRuns: 60,
        seed: 7,
      })
      for (const [noise, k] of questions) {
        const found = yield* retriever.retrieve({ text: `plugin redis ${noise}`, k: k + 1 })
        assert.isAtMost(found.length, k + 1)
        assert.strictEqual(new Set(found.map(({ chunk }) => chunk.id)).size, found.length)
        for (const { chunk } of found) {
          const source = pages.find((one) => `docs/${one.id}.md` === chunk.metadata["source"])
          assert.strictEqual(source?.text.slice(chunk.start, chunk.end), chunk.text)
        }
      }
    }),
  )
})

describe("choosing", () => {
  const twice = [
    { id: "a", source: "a.md", text: "To publish a plugin, run npm publish in the folder of the package." },
    { id: "b", source: "b.md", text: "To publish a plugin, run npm publish in the folder of the package." },
    { id: "c", source: "c.md", text: "A plugin is published by its author, who may be anybody." },
  ]

  it.effect("what a better passage says already is left out, and said so", () =>
    Effect.gen(function* () {
      const retriever = yield* makeRetriever({ store: yield* libraryOf(twice), embedder })
      const { passages, dropped } = yield* retriever.inspect({ text: "publish a plugin", k: 3 })
      assert.deepStrictEqual(
        passages.map(({ chunk }) => chunk.metadata["source"]),
        ["a.md", "c.md"],
      )
      assert.match(dropped[0]?.why ?? "", /^it says what .*a.* says$/)
    }),
  )

  it.effect("diversity prefers what is new to what is best", () =>
    Effect.gen(function* () {
      const near = [
        { id: "a", source: "a.md", text: "Publish the plugin with npm publish, then tag the plugin." },
        { id: "b", source: "b.md", text: "Publish the plugin with npm publish, then name the plugin." },
        { id: "c", source: "c.md", text: "Authors publish when tests are green." },
      ]
      const store = yield* libraryOf(near)
      const sources = (diversity: number) =>
        Effect.gen(function* () {
          const retriever = yield* makeRetriever({ store, embedder, diversity, resemblance: 1 })
          const found = yield* retriever.retrieve({ text: "publish the plugin", k: 2 })
          return found.map(({ chunk }) => chunk.metadata["source"])
        })
      assert.deepStrictEqual((yield* sources(0)).toSorted(), ["a.md", "b.md"])
      assert.include(yield* sources(0.9), "c.md")
    }),
  )

  it.effect("what scores less than minScore is not given", () =>
    Effect.gen(function* () {
      const store = yield* libraryOf()
      const loose = yield* makeRetriever({ store, embedder, mode: "vector" })
      const [first, second] = yield* loose.retrieve({ text: "publish a plugin", k: 5 })
      const bar = ((first?.score ?? 0) + (second?.score ?? 0)) / 2
      const strict = yield* makeRetriever({ store, embedder, mode: "vector", minScore: bar })
      const { passages, dropped } = yield* strict.inspect({ text: "publish a plugin", k: 5 })
      assert.deepStrictEqual(
        passages.map(({ chunk }) => chunk.id),
        [first?.chunk.id],
      )
      assert.include(dropped[0]?.why, "is below")
    }),
  )

  it.effect("a budget of tokens drops the least, and never goes over", () =>
    Effect.gen(function* () {
      const store = yield* libraryOf()
      const all = yield* makeRetriever({ store, embedder })
      const [first] = yield* all.retrieve({ text: "publish a plugin", k: 5 })
      const tokens = Math.ceil((first?.chunk.text.length ?? 0) / 4)
      const tight = yield* makeRetriever({ store, embedder, maxTokens: tokens })
      const { passages, dropped } = yield* tight.inspect({ text: "publish a plugin", k: 5 })
      assert.deepStrictEqual(
        passages.map(({ chunk }) => chunk.id),
        [first?.chunk.id],
      )
      assert.isNotEmpty(dropped)
      assert.match(dropped[0]?.why ?? "", /tokens do not fit/)
    }),
  )
})

describe("what stands around a hit", () => {
  it.effect("neighbours are given with it, as one exact passage", () =>
    Effect.gen(function* () {
      const retriever = yield* makeRetriever({ store: yield* libraryOf(), embedder, neighbours: 1 })
      const [first] = yield* retriever.retrieve({ text: "keyword switchyard-plugin npm publish", k: 1 })
      const text = textOf("plugins")
      assert.include(first?.chunk.text, "definePlugin")
      assert.include(first?.chunk.text, "Contract versions")
      assert.strictEqual(first?.chunk.text, text.slice(first?.chunk.start, first?.chunk.end))
      const lines = (end: number) => text.slice(0, end).split("\n").length
      assert.strictEqual(first?.chunk.metadata["startLine"], lines(first?.chunk.start ?? 0))
      assert.match((first?.why ?? []).join("\n"), /with its neighbours: 1 before, 1 after/)
    }),
  )

  it.effect("of several pages it is cited to the first", () =>
    Effect.gen(function* () {
      const text = ["Quinces are yellow fruits.", "Keep a snapshot of the index.", "Medlars are brown fruits."].join(
        "\f",
      )
      const book = { id: "book", source: "book.pdf", mediaType: "application/pdf", text, metadata: {} }
      const retriever = yield* makeRetriever({ store: yield* libraryOf([book]), embedder, neighbours: 1 })
      const [first] = yield* retriever.retrieve({ text: "snapshot", k: 1 })
      assert.strictEqual(first?.chunk.text, text)
      assert.strictEqual(first?.chunk.metadata["page"], 1)
    }),
  )

  it.effect("hits that touch become one passage in the place of the better", () =>
    Effect.gen(function* () {
      const retriever = yield* makeRetriever({ store: yield* libraryOf(pages.slice(0, 1)), embedder, neighbours: 1 })
      const found = yield* retriever.retrieve({ text: "plugin", k: 3 })
      assert.strictEqual(found.length, 1)
      assert.strictEqual(found[0]?.chunk.text, textOf("plugins").slice(found[0]?.chunk.start, found[0]?.chunk.end))
      assert.match((found[0]?.why ?? []).join("\n"), /together with/)
    }),
  )

  it.effect("a section is given whole and goes no further", () =>
    Effect.gen(function* () {
      const long = Array.from(
        { length: 6 },
        (_, at) => `Sentence number ${at} of this section tells of publishing and little else.`,
      )
      const text = `# One\n\nSomething else stands here, of no interest at all to anybody.\n\n# Two\n\n${long.join("\n\n")}\n\n# Three\n\nThe end of it.\n`
      const document = { id: "sections", source: "sections.md", text, mediaType: "text/markdown" }
      const retriever = yield* makeRetriever({ store: yield* libraryOf([document]), embedder, neighbours: "section" })
      const [first] = yield* retriever.retrieve({ text: "sentence number 3 publishing", k: 1 })
      assert.strictEqual(first?.chunk.text.trim(), `# Two\n\n${long.join("\n\n")}`)
    }),
  )

  it.effect("a neighbour that the filter would not let through stays out", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      const [one = new Float32Array(), two = new Float32Array()] = yield* embedder.embed(["alpha beta", "gamma delta"])
      const record = (id: string, text: string, vector: Float32Array, tenant: string, start: number, next: object) => ({
        id,
        text,
        vector,
        metadata: { documentId: "d", tenant },
        payload: { start, end: start + text.length, headings: [], ...next },
      })
      yield* store.upsert({
        stamp: stampOf(embedder),
        records: [
          record("1", "alpha beta", one, "a", 0, { next: "2" }),
          record("2", "gamma delta", two, "b", 10, { previous: "1" }),
        ],
      })
      const retriever = yield* makeRetriever({ store, embedder, neighbours: 1 })
      const [own] = yield* retriever.retrieve({ text: "alpha", k: 1, filter: { tenant: "a" } })
      assert.strictEqual(own?.chunk.text, "alpha beta")
      const [all] = yield* retriever.retrieve({ text: "alpha", k: 1 })
      assert.strictEqual(all?.chunk.text, "alpha betagamma delta")
    }),
  )
})

describe("what goes wrong", () => {
  it.effect("an empty index is said to be empty", () =>
    Effect.gen(function* () {
      const retriever = yield* makeRetriever({ store: yield* makeExactStore(), embedder, namespace: "docs" })
      const { passages, notes } = yield* retriever.inspect({ text: "anything", k: 3 })
      assert.deepStrictEqual([passages, notes], [[], [`the index "docs" is empty: nothing has been indexed into it`]])
    }),
  )

  it.effect("a filter on a field that no record has is refused, with the nearest", () =>
    Effect.gen(function* () {
      const retriever = yield* makeRetriever({ store: yield* libraryOf(), embedder })
      const { reason } = yield* Effect.flip(retriever.retrieve({ text: "plugin", k: 3, filter: { langg: "en" } }))
      assert.strictEqual(reason._tag, "InvalidRequest")
      assert.include(reason.message, `no record of the index has the field "langg"`)
      assert.include(reason.message, `"lang"`)
      assert.deepStrictEqual(yield* retriever.retrieve({ text: "plugin", k: 3, filter: { lang: "fr" } }), [])
    }),
  )

  it.effect("an index of another embedder is refused, with how to index again", () =>
    Effect.gen(function* () {
      const other: Embedder = { ...embedder, id: "other/model" }
      const retriever = yield* makeRetriever({ store: yield* libraryOf(), embedder: other })
      const { reason } = yield* Effect.flip(retriever.retrieve({ text: "plugin", k: 3 }))
      assert.strictEqual(reason._tag, "InvalidRequest")
      assert.include(reason.message, "other/model")
      assert.include(reason.message, "index again")
    }),
  )

  it.effect.each([
    { text: "", k: 3 },
    { text: " \n", k: 3 },
    { text: "plugin", k: 0 },
    { text: "plugin", k: 1.5 },
  ])("$text with k = $k is refused", (query) =>
    Effect.gen(function* () {
      const retriever = yield* makeRetriever({ store: yield* libraryOf(), embedder })
      const { reason } = yield* Effect.flip(retriever.retrieve(query))
      assert.strictEqual(reason._tag, "InvalidRequest")
    }),
  )

  it.effect("a question longer than the bound is cut in the middle, and said so", () =>
    Effect.gen(function* () {
      const retriever = yield* makeRetriever({ store: yield* libraryOf(), embedder, maxQueryLength: 200 })
      const text = `How do I publish a plugin? ${"😀 ".repeat(100_000)} npm publish`
      const { passages, queries, notes } = yield* retriever.inspect({ text, k: 1 })
      assert.include(passages[0]?.chunk.text, "npm publish")
      assert.isAtMost(queries[0]?.length ?? 0, 201)
      assert.isFalse(/[\ud800-\udfff]/u.test(queries[0] ?? ""))
      assert.match(notes[0] ?? "", /^the question is \d+ units long/)
    }),
  )

  it.effect("a leg whose service is ill is left out, with a note; both ill fail", () =>
    Effect.gen(function* () {
      const store = yield* libraryOf()
      const half = yield* makeRetriever({ store, embedder: failing })
      const { passages, notes } = yield* half.inspect({ text: "publish a plugin", k: 1 })
      assert.include(passages[0]?.chunk.text, "npm publish")
      assert.deepStrictEqual(notes, ["the vector search failed and was left out: no capacity"])
      const dark: VectorStore = { ...store, search: () => Effect.fail(overloaded) }
      const none = yield* makeRetriever({ store: dark, embedder: failing })
      assert.strictEqual((yield* Effect.flip(none.retrieve({ text: "plugin", k: 1 }))).reason._tag, "Overloaded")
      const alone = yield* makeRetriever({ store, embedder: failing, mode: "vector" })
      assert.strictEqual((yield* Effect.flip(alone.retrieve({ text: "plugin", k: 1 }))).reason._tag, "Overloaded")
    }),
  )

  it.effect("an embedder that hangs is given up after its time", () =>
    Effect.gen(function* () {
      let stopped = false
      const hanging: Embedder = {
        ...embedder,
        embed: () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => (stopped = true))),
      }
      const retriever = yield* makeRetriever({ store: yield* libraryOf(), embedder: hanging, timeoutMs: 300 })
      const fiber = yield* Effect.forkChild(retriever.inspect({ text: "publish a plugin", k: 1 }))
      yield* TestClock.adjust(300)
      const { passages, notes } = yield* Fiber.join(fiber)
      assert.include(passages[0]?.chunk.text, "npm publish")
      assert.include(notes[0], "not done within 300 ms")
      assert.isTrue(stopped)
    }),
  )

  it.effect("a rewriter or a reranker that fails costs itself alone", () =>
    Effect.gen(function* () {
      const rewriter: Rewriter = { id: "broken", rewrite: () => Effect.fail(overloaded) }
      const reranker: Reranker = { id: "broken", rerank: () => Effect.succeed([Number.NaN]) }
      const store = yield* libraryOf()
      const plain = yield* makeRetriever({ store, embedder })
      const retriever = yield* makeRetriever({ store, embedder, rewriter, reranker })
      const query = { text: "publish a plugin", k: 3 }
      const { passages, notes } = yield* retriever.inspect(query)
      const expected = yield* plain.retrieve(query)
      assert.deepStrictEqual(labels(passages), labels(expected))
      assert.deepStrictEqual(notes, [
        "the question was not reworded: no capacity",
        `the order was left as it was found: the reranker "broken" did not give a number for each passage`,
      ])
    }),
  )

  it.effect("wrong options are refused with the field", () =>
    Effect.gen(function* () {
      const store = yield* makeExactStore()
      for (const [options, says] of [
        [{ candidates: 0 }, "candidates"],
        [{ diversity: 2 }, "diversity"],
        [{ fusion: { k: -1 } }, "fusion"],
        [{ fusion: { vector: 0, keyword: 0 } }, "fusion.vector and fusion.keyword are both 0"],
        [{ neighbours: "page" }, "neighbours"],
        [{ minscore: 1 }, "minscore"],
      ] as const) {
        // As a caller without types may write it.
        const error = yield* Effect.flip(makeRetriever({ store, embedder, ...(options as object) }))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.include(error.message, says)
      }
      assert.include((yield* Effect.flip(makeRetriever({ store }))).message, "needs an embedder")
    }),
  )

  it.effect("cancelling cancels what is underneath", () =>
    Effect.gen(function* () {
      let [began, stopped] = [false, false]
      const waits: Embedder = {
        ...embedder,
        embed: () =>
          Effect.onInterrupt(
            Effect.suspend(() => {
              began = true
              return Effect.never
            }),
            () => Effect.sync(() => (stopped = true)),
          ),
      }
      const retriever = yield* makeRetriever({ store: yield* libraryOf(), embedder: waits })
      const fiber = yield* Effect.forkChild(retriever.retrieve({ text: "plugin", k: 1 }))
      for (let turn = 0; turn < 1000 && !began; turn++) yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual([began, stopped], [true, true])
    }),
  )
})

describe("rewording", () => {
  it.effect("another wording finds what the question does not, and the passage says which", () =>
    Effect.gen(function* () {
      const store = yield* libraryOf()
      const rewriter: Rewriter = { id: "fixed", rewrite: () => Effect.succeed([{ text: "definePlugin manifest" }]) }
      const retriever = yield* makeRetriever({ store, embedder, mode: "keyword", rewriter })
      const { passages, queries } = yield* retriever.inspect({ text: "how to extend", k: 1 })
      assert.deepStrictEqual(queries, ["how to extend", "definePlugin manifest"])
      assert.include(passages[0]?.chunk.text, "definePlugin")
      assert.match((passages[0]?.why ?? []).join("\n"), /asked as "definePlugin manifest"/)
    }),
  )

  it.effect("an imagined answer is looked for by its meaning alone", () =>
    Effect.gen(function* () {
      const rewriter: Rewriter = {
        id: "fixed",
        rewrite: () => Effect.succeed([{ text: "QuotaExhausted", leg: "vector" as const }]),
      }
      const retriever = yield* makeRetriever({ store: yield* libraryOf(), embedder, mode: "keyword", rewriter })
      assert.deepStrictEqual(yield* retriever.retrieve({ text: "zzz", k: 1 }), [])
    }),
  )
})

it.effect("neighbours that cannot be read are left out, with a note", () =>
  Effect.gen(function* () {
    const store = yield* libraryOf()
    const torn: VectorStore = {
      ...store,
      search: () => Effect.succeed([]),
      get: () => Effect.fail(overloaded),
    }
    const retriever = yield* makeRetriever({ store: torn, embedder, neighbours: 1 })
    const { passages, notes } = yield* retriever.inspect({ text: "keyword npm publish", k: 1 })
    assert.include(passages[0]?.chunk.text, "npm publish")
    assert.notInclude(passages[0]?.chunk.text, "definePlugin")
    assert.deepStrictEqual(notes, ["neighbours were left out: no capacity"])
  }),
)
