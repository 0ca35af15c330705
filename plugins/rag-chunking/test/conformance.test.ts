import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { LlmError, TokenCounter } from "@switchyard/core"
import { Chunk, Chunker, Embedder } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import {
  chunking,
  type ChunkerOptions,
  contextualChunker,
  lateVectors,
  makeChunker,
  semanticChunking,
} from "../src/index.ts"
import { cut, letters } from "./cut.ts"

const document = { id: "d", title: "Guide", text: "# One\n\nText of one.\n\n# Two\n\nText of two.\n" }
const all = Effect.flatMap(Chunker, (chunker) => Stream.runCollect(chunker.chunk(document)))

/** Options as an author without types may write them. */
const refused = (options: Record<string, unknown>) => Effect.flip(Effect.provide(all, chunking(options)))

describe("the layer", () => {
  it("the package says what it is", () => {
    const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8"))
    assert.include(manifest, { name: "@switchyard/rag-chunking" })
    assert.deepNestedInclude(manifest, { switchyard: { kind: "chunker", contract: 1 } })
  })

  it.effect("gives a chunker without options, whose chunks are as the schema says, the same every time", () =>
    Effect.gen(function* () {
      const chunks = yield* Effect.provide(all, chunking())
      assert.strictEqual(chunks.map(({ text }) => text).join(""), document.text)
      for (const chunk of chunks) assert.deepStrictEqual(yield* Schema.decodeEffect(Chunk)(chunk), chunk)
      assert.deepStrictEqual(yield* Effect.provide(all, chunking()), chunks)
    }),
  )

  const wrong: ReadonlyArray<readonly [options: Record<string, unknown>, says: ReadonlyArray<string>]> = [
    [{ max: 0 }, ["max"]],
    [{ max: 1.5 }, ["max"]],
    [{ overlap: -1 }, ["overlap"]],
    [{ max: 10, overlap: 10 }, ["overlap", "less than max (10)"]],
    [{ unit: "tokens", overlap: 300 }, ["overlap", "less than max (256)"]],
    [{ algorithm: "sentence" }, ["algorithm", 'did you mean "sentences"?']],
    [{ unit: "char" }, ["unit", 'did you mean "chars"?']],
    [{ separators: [] }, ["separators"]],
    [{ separators: [""] }, ["separators"]],
    [{ algorithm: "sentences", separators: ["x"] }, ["separators", "recursive"]],
    [{ locale: "not a locale" }, ["locale", "language tag"]],
    [{ semantic: { rule: "gradient" } }, ["semantic", "recursive"]],
    [{ algorithm: "semantic", embedder: letters, semantic: { rule: "percentil" } }, ["rule", "percentile"]],
    [{ algorithm: "semantic", embedder: letters, semantic: { amount: 101 } }, ["amount", "100"]],
    [{ algorithm: "semantic", embedder: letters, semantic: { rule: "gradient", amount: 101 } }, ["amount", "100"]],
    [{ algorithm: "semantic" }, ["embedder"]],
    [{ context: "all" }, ["context"]],
    [{ maxi: 3 }, ["maxi"]],
  ]
  it.effect.each(wrong.map(([options, says]) => ({ options, says, name: JSON.stringify(options) })))(
    "refuses $name with the path of the field",
    ({ options, says }) =>
      Effect.gen(function* () {
        const error = yield* refused(options)
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        assert.strictEqual(error.context.operation, "compose")
        for (const said of says) assert.include(error.message, said)
        assert.notInclude(error.message, "<filter>")
      }),
  )

  it.effect("takes the context's token counter, and the stack's embedder", () =>
    Effect.gen(function* () {
      const counter = Layer.succeed(TokenCounter, {
        count: (text, model) => ({ tokens: model.length, exact: text !== "" }),
      })
      const counted = yield* Effect.provide(all, Layer.provide(chunking({ model: "four" }), counter))
      assert.deepStrictEqual([...new Set(counted.map(({ tokens }) => tokens))], [4])
      const semantic = Layer.provide(semanticChunking(), Layer.succeed(Embedder, letters))
      assert.strictEqual((yield* Effect.provide(all, semantic)).map(({ text }) => text).join(""), document.text)
    }),
  )

  it.effect("an embedder's failure is the stream's; one that hangs is cancelled with the stream", () =>
    Effect.gen(function* () {
      const failure = LlmError.make({ _tag: "Overloaded", message: "busy" })
      let cancelled = false
      const hanging = Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (cancelled = true)))
      const over = (embed: ReturnType<typeof letters.embed>) =>
        Effect.provide(all, chunking({ algorithm: "semantic", embedder: { ...letters, embed: () => embed } }))
      assert.strictEqual((yield* Effect.flip(over(Effect.fail(failure)))).reason._tag, "Overloaded")
      const fiber = yield* Effect.forkChild(over(hanging))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      assert.isTrue(cancelled)
    }),
  )

  it.effect("is lazy: the first chunks of a long text come without the rest", () =>
    Effect.gen(function* () {
      let counted = 0
      const counter = { count: (text: string) => ((counted += text.length), { tokens: text.length, exact: true }) }
      const chunker = yield* makeChunker({ max: 100, counter })
      yield* Stream.runDrain(Stream.take(chunker.chunk({ id: "d", text: "word ".repeat(100_000) }), 3))
      assert.isBelow(counted, 20_000)
    }),
  )
})

describe("contexts", () => {
  it("headings, for the embedder alone", async () => {
    const options: ChunkerOptions = { algorithm: "structure", context: "headings" }
    const chunks = await cut(document.text, options, { title: "Guide" })
    assert.deepStrictEqual(
      chunks.map(({ context }) => context),
      ["Guide > One", "Guide > Two"],
    )
    assert.strictEqual(chunks.map(({ text }) => text).join(""), document.text)
  })

  it("a long title is cut; a first record of a CSV that is longer than a chunk is no context", async () => {
    const options: ChunkerOptions = { context: "headings", max: 300 }
    const title = "long ".repeat(100_000)
    const [titled] = await cut(document.text, options, { title })
    assert.strictEqual(titled?.context, `${"long ".repeat(40)} > One`)
    const rows = "1,some words\n".repeat(1000)
    const broken = await cut(`id,"name\n${rows}`, options, { mediaType: "text/csv", title: "T" })
    assert.deepStrictEqual([...new Set(broken.map(({ context }) => context))], ["T"])
    const wide = (columns: number) => Array.from({ length: columns }, (_, index) => `column-${index}`).join(",")
    for (const unit of ["chars", "tokens"] as const) {
      const given = { ...options, unit, counter: { count: ({ length }: string) => ({ tokens: length, exact: true }) } }
      const last = async (names: string) => (await cut(`${names}\n${rows}`, given, { mediaType: "text/csv" })).at(-1)
      assert.strictEqual((await last(wide(25)))?.context, wide(25))
      assert.isUndefined((await last(wide(3000)))?.context)
    }
  })

  it.effect("written by somebody, below the headings, in order", () =>
    Effect.gen(function* () {
      const chunker = yield* makeChunker({ algorithm: "structure", context: "headings" })
      const written = contextualChunker(chunker, ({ index }, { id }) => Effect.succeed(`${id} has part ${index}.`))
      const chunks = yield* Stream.runCollect(written.chunk(document))
      assert.deepStrictEqual(
        chunks.map(({ context }) => context),
        ["Guide > One\nd has part 0.", "Guide > Two\nd has part 1."],
      )
    }),
  )

  it("late chunking: the mean of the vectors of a chunk's tokens", () => {
    const token = (start: number, x: number) => ({ start, end: start + 2, vector: new Float32Array([x, 1]) })
    const chunks = [
      { start: 0, end: 4 },
      { start: 3, end: 6 },
      { start: 9, end: 12 },
    ]
    const vectors = lateVectors([token(0, 1), token(2, 3), token(4, 8)], chunks)
    assert.deepStrictEqual(
      vectors.map((vector) => vector && [...vector]),
      [[2, 1], [8, 1], undefined],
    )
  })
})

describe("the id of a chunker", () => {
  it.effect("changes with whatever changes its chunks, and with nothing else", () =>
    Effect.gen(function* () {
      const kinds: ReadonlyArray<ChunkerOptions> = [
        {},
        { max: 500 },
        { max: 500, overlap: 10 },
        { algorithm: "structure" },
        { algorithm: "structure", context: "headings" },
        { unit: "tokens" },
        { separators: ["\n"] },
      ]
      const ids = yield* Effect.forEach(kinds, (options) => Effect.map(makeChunker(options), ({ id }) => id))
      assert.strictEqual(new Set(ids).size, kinds.length)
      const { id } = yield* makeChunker({ overlap: 10, max: 500 })
      assert.strictEqual(id, ids[2])
    }),
  )
})
