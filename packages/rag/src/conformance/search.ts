import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { TextQuery, VectorMatch, VectorStore } from "../VectorStore.ts"
import { check as checkStore } from "./check.ts"
import { group } from "./group.ts"
import { idsOf, sortedIds } from "./judge.ts"
import type { StoreConformance } from "./Suite.ts"
import { stampFor, vector } from "./vectors.ts"

const stamp = stampFor(2)
type Search = (query: TextQuery) => Effect.Effect<ReadonlyArray<VectorMatch>, unknown>

const texts: Readonly<Record<string, string>> = {
  zebra: "The zebra grazes near the river.",
  lion: "A lion sleeps near the river, and the lion dreams.",
  both: "Zebra and lion meet near the river.",
  crane: "The crane fishes near the river.",
  greek: "\u0396\u03ad\u03b2\u03c1\u03b1 \u03ba\u03bf\u03bd\u03c4\u03ac",
  cyrillic: "\u0431\u044b\u0441\u0442\u0440\u044b\u0439 \u043f\u043e\u0438\u0441\u043a",
  cjk: "\u691c\u7d22 \u30a8\u30f3\u30b8\u30f3",
  accent: "un caf\u00e9 cr\u00e8me",
  numbers: "error 40412 in build 7",
}
const records = Object.entries(texts).map(([id, text], i) => ({ id, text, vector: vector(1, i), metadata: { id, i } }))

/** Full-text search: words of a person, nothing is an operator. */
export const search = (suite: StoreConformance): void =>
  group("search", () => {
    const check = (title: string, body: (search: Search, store: VectorStore) => Effect.Effect<unknown, unknown>) =>
      checkStore(suite, title, (store) => {
        const { search } = store
        if (search === undefined) return assert.fail("the store says that it searches, and has no search")
        return Effect.andThen(
          store.upsert({ stamp, records }),
          Effect.suspend(() => body(search, store)),
        )
      })

    if (!suite.capabilities.search) {
      checkStore(suite, "is not there", (store) => Effect.sync(() => assert.isUndefined(store.search)))
      return
    }
    words(check)
    order(check)
    changes(check)
  })

type Check = (title: string, body: (search: Search, store: VectorStore) => Effect.Effect<unknown, unknown>) => void

const words = (check: Check): void => {
  const found: ReadonlyArray<readonly [text: string, ids: ReadonlyArray<string>]> = [
    ["zebra", ["both", "zebra"]],
    ["ZEBRA", ["both", "zebra"]],
    ["zebra unicorn", ["both", "zebra"]],
    ["zebra lion", ["both", "lion", "zebra"]],
    ["unicorn", []],
    ["\u03ba\u03bf\u03bd\u03c4\u03ac", ["greek"]],
    ["\u041f\u041e\u0418\u0421\u041a", ["cyrillic"]],
    ["\u691c\u7d22", ["cjk"]],
    ["caf\u00e9", ["accent"]],
    ["40412", ["numbers"]],
  ]
  check("finds what has one of the words, in any script and case", (search) =>
    Effect.gen(function* () {
      for (const [text, ids] of found) assert.deepStrictEqual(sortedIds(yield* search({ text, k: 100 })), ids, text)
    }),
  )

  const plain = ["zebra", "both"]
  const odd: ReadonlyArray<readonly [text: string, ids: ReadonlyArray<string>]> = [
    ["zebra NOT unicorn", plain],
    ["-zebra", plain],
    ["!zebra", plain],
    ['"zebra unicorn"', plain],
    ['zebra"', plain],
    ["zebra*", plain],
    ["(zebra", plain],
    ["zebra & unicorn", plain],
    ["zebra:*", plain],
    ["NEAR(zebra unicorn, 1)", plain],
    ["text:zebra", plain],
    ["^zebra", plain],
    ["zebra + unicorn", plain],
    ["{zebra}", plain],
    ["'; DROP TABLE records; -- zebra", plain],
    ["zebra\u0000", plain],
    ["zebra \ud800", plain],
  ]
  check("nothing in a query is an operator", (search) =>
    Effect.gen(function* () {
      for (const [text, ids] of odd) {
        const there = idsOf(yield* search({ text, k: 100 }))
        assert.includeMembers([...there], [...ids], JSON.stringify(text))
      }
    }),
  )

  check("a query without words finds nothing, and a very long one answers", (search) =>
    Effect.gen(function* () {
      for (const text of ["", " ", "\n\t", `"`, "(((", "* %", "'\"\\", "\u0000", "!!! ???", "-", ":", "&|"]) {
        assert.deepStrictEqual(yield* search({ text, k: 10 }), [], JSON.stringify(text))
      }
      assert.deepStrictEqual(yield* search({ text: `"AND OR ( * %'`, k: 10 }).pipe(Effect.map(withoutAnd)), [])
      const long = Array.from({ length: 5000 }, (_, i) => `unicorn${i}`).join(" ")
      assert.deepStrictEqual(sortedIds(yield* search({ text: `${long} zebra`, k: 10 })), ["both", "zebra"])
      assert.deepStrictEqual(yield* search({ text: "x".repeat(100_000), k: 10 }), [])
    }),
  )
}

/** "and" is a word of two of the texts: a store may know it or leave it out. */
const withoutAnd = (found: ReadonlyArray<VectorMatch>): ReadonlyArray<string> =>
  idsOf(found).filter((id) => id !== "lion" && id !== "both")

const order = (check: Check): void => {
  check("the more words and the rarer, the better; scores fall and are not negative", (search) =>
    Effect.gen(function* () {
      const more = yield* search({ text: "zebra lion", k: 100 })
      assert.strictEqual(more[0]?.id, "both", "both words before one")
      const rarer = yield* search({ text: "river crane", k: 100 })
      assert.strictEqual(rarer[0]?.id, "crane", "the rare word before the common one")
      assert.strictEqual(rarer.length, 4)
      for (const found of [more, rarer]) {
        for (const [i, { score }] of found.entries()) {
          assert.isTrue(Number.isFinite(score) && score >= 0, `the score ${score}`)
          assert.isAtMost(score, found[i - 1]?.score ?? Infinity, "best first")
        }
      }
    }),
  )

  check("equal scores come in the order of their ids, and k cuts after that", (search, store) =>
    Effect.gen(function* () {
      const same = ["d", "B", "a", "e", "\u{e9}"].map((id) => ({ id, vector: vector(1, 0), text: "the same okapi" }))
      yield* store.upsert({ stamp, records: same })
      const sorted = ["B", "a", "d", "e", "\u{e9}"]
      for (const k of [1, 3, 5, 50]) {
        assert.deepStrictEqual(idsOf(yield* search({ text: "okapi", k })), sorted.slice(0, k))
      }
    }),
  )

  check("filters before it counts to k", (search) =>
    Effect.gen(function* () {
      const ask = (filter: TextQuery["filter"], k = 100) =>
        Effect.map(search({ text: "zebra lion river", k, ...(filter === undefined ? {} : { filter }) }), idsOf)
      assert.deepStrictEqual(yield* ask({ id: "crane" }, 1), ["crane"])
      assert.deepStrictEqual((yield* ask({ id: { $ne: "both" } })).toSorted(), ["crane", "lion", "zebra"])
      assert.deepStrictEqual(yield* ask({ nowhere: 1 }), [])
      assert.deepStrictEqual((yield* ask(undefined, 1)).length, 1)
    }),
  )
}

const changes = (check: Check): void =>
  check("sees each change at once, and records without text never", (search, store) =>
    Effect.gen(function* () {
      const ask = (text: string) => Effect.map(search({ text, k: 100 }), sortedIds)
      yield* store.upsert({ stamp, records: [{ id: "zebra", vector: vector(1, 0), text: "now an okapi" }] })
      assert.deepStrictEqual([yield* ask("zebra"), yield* ask("okapi")], [["both"], ["zebra"]])
      yield* store.upsert({ stamp, records: [{ id: "both", vector: vector(1, 0) }] })
      assert.deepStrictEqual([yield* ask("zebra"), yield* ask("lion")], [[], ["lion"]])
      yield* store.upsert({ stamp, records: [], replaces: { id: "lion" } })
      assert.deepStrictEqual(yield* ask("lion"), [])
      yield* store.delete({ all: true })
      assert.deepStrictEqual([yield* ask("okapi"), yield* ask("river")], [[], []])
      yield* store.upsert({ stamp: stampFor(2, "2"), records: [{ id: "new", vector: vector(1, 0), text: "river" }] })
      assert.deepStrictEqual(yield* ask("river"), ["new"])
    }),
  )
