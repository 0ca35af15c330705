import { assert, describe, it } from "@effect/vitest"
import { type Embedder, type Reranker, type VectorStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import { makeRetriever, type Rewriter } from "../src/index.ts"
import { embedder, libraryOf } from "./library.ts"

/** Parts that somebody else wrote, without the types or without care. */

const query = { text: "publish a plugin", k: 3 }
const bug = new TypeError("x is undefined")
const thrown = (): never => {
  throw bug
}

const inspected = Effect.fnUntraced(function* (options: object) {
  const store = yield* libraryOf()
  const retriever = yield* makeRetriever({ store, embedder, ...options })
  return yield* retriever.inspect(query)
})

const idsOf = ({ passages }: Effect.Success<ReturnType<typeof inspected>>) => passages.map(({ chunk }) => chunk.id)

/** Each way in which a part can break; `give` makes the result that comes of it. */
const broken: ReadonlyArray<readonly [how: string, give: () => unknown]> = [
  ["throws", thrown],
  ["dies", () => Effect.die(bug)],
  ["fails with what is no LlmError", () => Effect.fail("no")],
  ["is async", async () => []],
  ["gives nothing", () => undefined],
  ["gives undefined", () => Effect.void],
  ["gives a text", () => Effect.succeed("abc")],
]

describe("a rewriter costs itself alone", () => {
  it.effect.each(broken)("when it %s", ([, give]) =>
    Effect.gen(function* () {
      const rewriter = { id: "odd", rewrite: give } as unknown as Rewriter // of an author without types
      const found = yield* inspected({ rewriter })
      assert.deepStrictEqual(idsOf(found), idsOf(yield* inspected({})))
      assert.deepStrictEqual(found.queries, [query.text])
      assert.strictEqual(found.notes.length, 1)
      assert.match(found.notes[0] ?? "", /^the question was not reworded: the rewriter "odd" (died: |gave no list)/)
    }),
  )

  it.effect.each([
    [{}, "it has no text"],
    [null, "it has no text"],
    [{ text: 7 }, "it has no text"],
    [{ text: "cache", weight: Number.NaN }, `the weight of "cache" is NaN`],
    [{ text: "cache", weight: -1 }, `the weight of "cache" is -1`],
    [{ text: "cache", weight: Infinity }, `the weight of "cache" is Infinity`],
    [{ text: "cache", weight: "2" }, `the weight of "cache" is 2`],
    [{ text: "cache", leg: "smell" }, `"cache" is for a leg that is not there`],
  ] as const)("when it gives %j", ([one, says]) =>
    Effect.gen(function* () {
      const rewriter = { id: "odd", rewrite: () => Effect.succeed([one]) }
      const found = yield* inspected({ rewriter })
      assert.deepStrictEqual(found.passages, (yield* inspected({})).passages)
      assert.strictEqual(found.notes.length, 1)
      assert.include(found.notes[0], says)
      const mixed = { id: "odd", rewrite: () => Effect.succeed([one, { text: "npm" }]) }
      assert.deepStrictEqual((yield* inspected({ rewriter: mixed })).queries, [query.text, "npm"])
    }),
  )
})

it.effect("of many rewordings the first are looked for", () =>
  Effect.gen(function* () {
    const many = Array.from({ length: 1000 }, (_, i) => ({ text: `wording ${i}` }))
    const found = yield* inspected({ rewriter: { id: "eager", rewrite: () => Effect.succeed(many) } })
    assert.deepStrictEqual(found.queries, [query.text, ...many.slice(0, 16).map(({ text }) => text)])
    assert.deepStrictEqual(found.notes, ["984 of 1000 rewordings were left out: at most 16 are looked for"])
  }),
)

describe("a reranker costs itself alone", () => {
  it.effect.each([
    ...broken,
    ["gives too few", () => Effect.succeed([1])],
    ["gives NaN", (_: string, found: ReadonlyArray<unknown>) => Effect.succeed(found.map(() => Number.NaN))],
    ["gives texts", (_: string, found: ReadonlyArray<unknown>) => Effect.succeed(found.map(() => "1"))],
    ["gives holes", (_: string, found: ReadonlyArray<unknown>) => Effect.succeed(Array(found.length))],
  ] as const)("when it %s", ([, give]) =>
    Effect.gen(function* () {
      const reranker = { id: "odd", rerank: give } as unknown as Reranker // of an author without types
      const found = yield* inspected({ reranker })
      assert.deepStrictEqual(found.passages, (yield* inspected({})).passages)
      assert.strictEqual(found.notes.length, 1)
      assert.match(
        found.notes[0] ?? "",
        /^the order was left as it was found: the reranker "odd" (died: |did not give)/,
      )
    }),
  )
})

describe("a leg costs itself alone", () => {
  it.effect.each([
    ...broken,
    ["gives nothing for a text", () => Effect.succeed([undefined])],
    ["gives NaN", () => Effect.succeed([new Float32Array(embedder.dimensions).fill(Number.NaN)])],
  ] as const)("when the embedder %s", ([, give]) =>
    Effect.gen(function* () {
      const odd = { ...embedder, embed: give } as unknown as Embedder // of an author without types
      const found = yield* inspected({ embedder: odd })
      assert.deepStrictEqual(idsOf(found), idsOf(yield* inspected({ mode: "keyword" })))
      assert.strictEqual(found.notes.length, 1)
      assert.match(found.notes[0] ?? "", /^the vector search failed and was left out: /)
      const alone = yield* Effect.flip(inspected({ embedder: odd, mode: "vector" }))
      assert.include(["PluginFailure", "InvalidResponse"], alone.reason._tag)
    }),
  )

  it.effect("and what is left decides, though it was to count nothing", () =>
    Effect.gen(function* () {
      const odd: Embedder = { ...embedder, embed: thrown }
      const found = yield* inspected({ embedder: odd, fusion: { vector: 1, keyword: 0 } })
      assert.deepStrictEqual(idsOf(found), idsOf(yield* inspected({ mode: "keyword" })))
      assert.isAbove(found.passages[0]?.score ?? 0, found.passages[1]?.score ?? 1)
    }),
  )

  it.effect.each([
    ["search", thrown],
    ["search", async () => []],
    ["query", thrown],
    ["query", async () => []],
  ] as const)("when the store's %s throws or is async", ([method, give]) =>
    Effect.gen(function* () {
      const store = { ...(yield* libraryOf()), [method]: give } as unknown as VectorStore // of an author without types
      const found = yield* inspected({ store })
      assert.include(found.passages[0]?.chunk.text, "npm publish")
      const leg = method === "query" ? "vector" : "keyword"
      assert.strictEqual(found.notes.length, 1)
      assert.include(found.notes[0], `the ${leg} search failed and was left out: the store's ${method} died: `)
    }),
  )
})

it.effect("an interruption is none of their failures", () =>
  Effect.gen(function* () {
    const rewriter: Rewriter = { id: "leaves", rewrite: () => Effect.interrupt }
    const exit = yield* Effect.exit(inspected({ rewriter }))
    assert.strictEqual(exit._tag, "Failure")
    assert.isTrue(exit._tag === "Failure" && exit.cause.reasons.every(({ _tag }) => _tag === "Interrupt"))
  }),
)
