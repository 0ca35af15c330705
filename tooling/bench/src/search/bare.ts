// A thread of its own: builds the index of bare `usearch`, with its defaults, and writes it to a file.
import { parentPort, workerData } from "node:worker_threads"
import { Index, MetricKind, ScalarKind } from "usearch"
import { count, dimensions } from "./vectors.ts"

const { vectors, path }: { readonly vectors: Float32Array; readonly path: string } = workerData
const began = performance.now()
const index = new Index(dimensions, MetricKind.IP, ScalarKind.F32)
const atOnce = 100
for (let at = 0; at < count; at += atOnce) {
  const keys = BigUint64Array.from({ length: atOnce }, (_, i) => BigInt(at + i))
  index.add(keys, vectors.subarray(at * dimensions, (at + atOnce) * dimensions), 1)
}
index.save(path)
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage((performance.now() - began) / 1000)
