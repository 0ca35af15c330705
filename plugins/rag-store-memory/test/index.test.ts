import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { makeExactStore } from "@switchyard/rag"
import * as Effect from "effect/Effect"
import * as usearch from "usearch"
import { Hnsw } from "../src/internal/Hnsw.ts"
import { Memory, predicateOf } from "../src/internal/Memory.ts"
import { nearest, type Records, unitOf } from "../src/internal/nearest.ts"
import type { Entry } from "../src/internal/Slots.ts"
import { clustered } from "./vectors.ts"

const dimensions = 64
const stamp = { id: "test/clustered", version: "1", dimensions }

const unitsOf = (count: number, seed: number, dimensions = 64) => {
  const next = clustered(seed, dimensions, 60)
  return Array.from({ length: count }, (_, i) => ({
    id: `r${i}`,
    vector: unitOf(next()) ?? new Float32Array(dimensions),
    metadata: { half: i % 2, tenth: i % 10, hundredth: i % 100 },
  }))
}

const fill = (hnsw: Hnsw, records: ReadonlyArray<Entry & { readonly vector: Float32Array }>): void => {
  for (const entry of records) hnsw.renew(entry)
  for (let at = 0; at < records.length; at += hnsw.atOnce) hnsw.add(records.slice(at, at + hnsw.atOnce))
}

describe("the index", () => {
  it("gives what is in it and nothing that is gone, also after it was written and read", () => {
    const records = unitsOf(2000, 1)
    const hnsw = new Hnsw(usearch, dimensions)
    fill(hnsw, records)
    assert.deepStrictEqual([hnsw.size, hnsw.waiting.size], [2000, 0])
    for (const { id } of records.slice(0, 1000)) hnsw.remove(id)
    fill(hnsw, unitsOf(100, 2))
    hnsw.renew({ id: "waits", metadata: {} })
    const folder = mkdtempSync(join(tmpdir(), "memory-store-"))
    try {
      const path = join(folder, "x.index")
      const there = [...unitsOf(100, 2), ...records.slice(1000), { id: "waits", metadata: {} }]
      const slots = hnsw.save(
        path,
        there.map(({ id }) => id),
      )
      const again = Hnsw.load(usearch, dimensions, path, there, slots)
      for (const each of [hnsw, again]) {
        assert.deepStrictEqual([each.size, [...each.waiting.keys()]], [1100, ["waits"]])
        for (const [i, { id, vector }] of unitsOf(100, 2).entries()) {
          const [found] = each.nearest(vector, { n: 5, places: 5, k: 5 }).passed
          assert.strictEqual(found?.id, id)
          assert.deepStrictEqual(found?.metadata, { half: i % 2, tenth: i % 10, hundredth: i % 100 })
        }
        const ids = each
          .nearest(records[0]?.vector ?? new Float32Array(dimensions), { n: 3000, places: 3000, k: 9 })
          .passed.map(({ id }) => id)
        assert.strictEqual(new Set(ids).size, ids.length)
        assert.deepStrictEqual(
          ids.filter((id) => Number(id.slice(1)) >= 100 && Number(id.slice(1)) < 1000),
          [],
        )
      }
      assert.throws(() => Hnsw.load(usearch, dimensions, path, there.slice(5), slots.slice(5)), /other vectors/)
      fill(again, unitsOf(1500, 3))
      assert.strictEqual(
        again.nearest(unitsOf(1, 3)[0]?.vector ?? new Float32Array(), { n: 1, places: 1, k: 1 }).passed[0]?.id,
        "r0",
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.live("is what large namespaces are asked through; where comparing is cheaper, it is not", () =>
    Effect.gen(function* () {
      const memory = new Memory(yield* makeExactStore(), 1000)
      memory.upsert({ stamp: { ...stamp, dimensions: 256 }, records: unitsOf(8000, 4, 256) })
      assert.isTrue(memory.wantsUsearch)
      memory.useUsearch(usearch)
      const space = memory.spaces.get("default")
      assert.isDefined(space)
      if (space === undefined) return
      const [query] = unitsOf(1, 5, 256)
      const ask = (filter: Record<string, number> | undefined, k = 10) => {
        const accepts = predicateOf(filter)
        assert.isTrue(accepts === undefined || typeof accepts === "function")
        const wanted = { unit: query?.vector ?? new Float32Array(256), k, filter, minScore: -1 }
        let looked = 0
        const all = memory.recordsOf("default")
        const records: Records = {
          ...all,
          scores: (unit, ids) => {
            looked = ids.length
            return all.scores(unit, ids)
          },
        }
        const found = nearest(space, records, {
          ...wanted,
          accepts: typeof accepts === "function" ? accepts : undefined,
        })
        return [found?.length, looked]
      }
      assert.deepStrictEqual(ask(undefined), [undefined, 0], "nothing is in it yet")
      while (memory.step());
      assert.deepStrictEqual(ask(undefined), [10, 40], "the best candidates of the index")
      assert.deepStrictEqual(ask({ half: 1 }), [10, 40], "the best of those that pass")
      assert.deepStrictEqual(ask({ hundredth: 3 }), [10, 80], "all that match")
      assert.deepStrictEqual(ask({ hundredth: 1000 }), [0, 0], "none matches")
      assert.deepStrictEqual(ask(undefined, 1200), [undefined, 0], "nearly all are asked for")
    }),
  )

  it.live("that fails is given up, and queries compare everything", () =>
    Effect.gen(function* () {
      const memory = new Memory(yield* makeExactStore(), 0)
      const records = unitsOf(600, 6)
      memory.upsert({ stamp, records })
      memory.useUsearch({
        ...usearch,
        // An index whose memory has run out.
        Index: class extends usearch.Index {
          override add(): void {
            throw new Error("Failed to reserve memory")
          }
        },
      })
      while (memory.step());
      assert.include(memory.trouble ?? "", "Failed to reserve memory")
      const vector = records[7]?.vector ?? new Float32Array(dimensions)
      const found = memory.query({ stamp, vector, k: 1 })
      assert.strictEqual(Array.isArray(found) ? found[0]?.id : "", "r7")
      assert.isFalse(memory.wantsUsearch)
    }),
  )
})
