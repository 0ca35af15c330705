// The figures of the README: `node --conditions=@switchyard/source test/measure.ts`.
import * as Effect from "effect/Effect"
import { makeExactStore } from "../src/index.ts"
import { numbers, vectorOf } from "../src/conformance/vectors.ts"

const dimensions = 384
const stamp = { id: "measure/random", version: "1", dimensions }

const percentile = (sorted: ReadonlyArray<number>, part: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(2)

for (const count of [10_000, 100_000]) {
  const next = numbers(count)
  const records = Array.from({ length: count }, (_, i) => ({
    id: `r${i}`,
    vector: vectorOf(next, dimensions),
    metadata: { group: i % 10, even: i % 2 === 0 },
  }))
  for (const arithmetic of ["fastest", "plain"] as const) {
    const store = Effect.runSync(makeExactStore({ arithmetic }))
    const began = performance.now()
    Effect.runSync(store.upsert({ stamp, records }))
    const built = performance.now() - began
    for (const [name, filter] of [
      ["no filter", undefined],
      ["filter, 1 in 10", { group: 3 }],
      ["filter, 1 in 2", { even: true }],
    ] as const) {
      const times: Array<number> = []
      for (let i = 0; i < 320; i++) {
        const vector = vectorOf(next, dimensions)
        const start = performance.now()
        Effect.runSync(store.query({ stamp, vector, k: 10, ...(filter === undefined ? {} : { filter }) }))
        if (i >= 20) times.push(performance.now() - start)
      }
      times.sort((a, b) => a - b)
      console.log(
        `${count} x ${dimensions}  ${store.arithmetic.padEnd(9)}  ${name.padEnd(15)}  ` +
          `p50 ${percentile(times, 0.5)} ms  p99 ${percentile(times, 0.99)} ms  (upsert of all ${built.toFixed(0)} ms)`,
      )
    }
  }
}
