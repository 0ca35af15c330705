import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { makeExactStore } from "../ExactStore.ts"
import type { Filter } from "../Filter.ts"
import type { VectorRecord, VectorStore } from "../VectorStore.ts"
import { testLimitMs } from "./check.ts"
import { group } from "./group.ts"
import { judgeMatches, sortedIds } from "./judge.ts"
import type { StoreConformance } from "./Suite.ts"
import { numbers, stampFor, vectorOf } from "./vectors.ts"

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const group7 = between(0, 6)

const Step = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("Put"), from: between(0, 80), count: between(0, 12), group: group7 }),
  Schema.Struct({ _tag: Schema.tag("Replace"), from: between(0, 80), count: between(0, 12), group: group7 }),
  Schema.Struct({ _tag: Schema.tag("Delete"), from: between(0, 80), count: between(1, 12) }),
  Schema.Struct({ _tag: Schema.tag("DeleteGroup"), group: group7 }),
  Schema.Struct({ _tag: Schema.tag("Empty") }),
  Schema.Struct({ _tag: Schema.tag("Query"), k: between(1, 30), group: Schema.UndefinedOr(group7) }),
])
type Step = typeof Step.Type

const Case = Schema.Struct({
  seed: Schema.Natural,
  dimensions: between(1, 40),
  steps: Schema.Array(Step).check(Schema.isMaxLength(25)),
})

/** Any steps, taken by the store and by the exact one: what each says of itself is the same after each. */
export const likeTheExactStore = (suite: StoreConformance): void =>
  group("any steps", () => {
    it.live.prop(
      "leave it like the exact store",
      [Case],
      ([{ seed, dimensions, steps }]) =>
        Effect.scoped(
          Effect.gen(function* () {
            const run = new Run(suite, yield* suite.make, yield* makeExactStore(), dimensions, seed)
            for (const step of steps) yield* run.take(step)
          }),
        ),
      { timeout: 4 * testLimitMs, arbitrary: { seed: "conformance", runs: 25 } },
    )
  })

class Run {
  readonly #suite: StoreConformance
  readonly #stores: readonly [VectorStore, VectorStore]
  readonly #stamp
  readonly #next: () => number
  readonly #kept = new Map<string, VectorRecord>()

  constructor(suite: StoreConformance, store: VectorStore, exact: VectorStore, dimensions: number, seed: number) {
    this.#suite = suite
    this.#stores = [store, exact]
    this.#stamp = stampFor(dimensions)
    this.#next = numbers(seed)
  }

  take(step: Step): Effect.Effect<void, unknown> {
    switch (step._tag) {
      case "Put":
        return this.#upsert(step)
      case "Replace":
        return this.#upsert(step, { group: step.group })
      case "Delete":
        return this.#delete({ ids: Array.from({ length: step.count }, (_, i) => `r${step.from + i}`) })
      case "DeleteGroup":
        return this.#delete({ filter: { group: step.group } })
      case "Empty":
        return this.#delete({ all: true })
      case "Query":
        return this.#query(step.k, step.group)
    }
  }

  #upsert(
    { from, count, group }: { readonly from: number; readonly count: number; readonly group: number },
    replaces?: Filter,
  ): Effect.Effect<void, unknown> {
    const records = Array.from({ length: count }, (_, i) => ({
      id: `r${from + i}`,
      vector: vectorOf(this.#next, this.#stamp.dimensions),
      metadata: { group },
    }))
    for (const record of replaces === undefined ? [] : [...this.#kept.values()])
      if (record.metadata?.group === group) this.#kept.delete(record.id)
    for (const record of records) this.#kept.set(record.id, record)
    const upsert = { stamp: this.#stamp, records, ...(replaces === undefined ? {} : { replaces }) }
    return this.#both((store) => store.upsert(upsert))
  }

  #delete(what: Parameters<VectorStore["delete"]>[0]): Effect.Effect<void, unknown> {
    for (const record of this.#kept.values()) {
      const gone =
        "ids" in what ? what.ids.includes(record.id) : "all" in what || record.metadata?.group === what.filter.group
      if (gone) this.#kept.delete(record.id)
    }
    return this.#both((store) => store.delete(what))
  }

  #query(k: number, group: number | undefined): Effect.Effect<void, unknown> {
    const wanted = { vector: vectorOf(this.#next, this.#stamp.dimensions), k }
    const filter = group === undefined ? {} : { filter: { group } }
    const through = [...this.#kept].filter(([, { metadata }]) => group === undefined || metadata?.group === group)
    return Effect.forEach(
      this.#stores,
      (store) =>
        Effect.map(store.query({ stamp: this.#stamp, ...wanted, ...filter }), (found) =>
          judgeMatches(this.#suite, found, new Map(through), wanted),
        ),
      { discard: true },
    )
  }

  /** Does the same to both, and compares what it gave and what is there. */
  #both(act: (store: VectorStore) => Effect.Effect<unknown, unknown>): Effect.Effect<void, unknown> {
    const state = Effect.fnUntraced(function* (store: VectorStore) {
      const gave = yield* act(store)
      return [gave, sortedIds(yield* Stream.runCollect(store.list())), yield* store.namespaces] as const
    })
    const [store, exact] = this.#stores
    return Effect.map(Effect.all([state(store), state(exact)]), ([ours, theirs]) => {
      assert.deepStrictEqual(ours, theirs)
      assert.deepStrictEqual(ours[1], [...this.#kept.keys()].sort())
    })
  }
}
