import { readFileSync } from "node:fs"
import { algorithms, makeChunker } from "@switchyard/rag-chunking"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

// A process of its own: prints the most memory that it held, in MB.
const algorithm = algorithms.find((name) => name === process.argv[2])
const text = readFileSync(process.argv[3] ?? "", "utf8")
if (algorithm !== undefined) {
  const chunker = await Effect.runPromise(makeChunker({ algorithm, max: 1000 }))
  const chunks = chunker.chunk({ id: "text", text, mediaType: "text/markdown" })
  await Effect.runPromise(Stream.runForEach(chunks, () => Effect.void))
}
// Not the resource usage: that begins with what the parent held.
const [, kilobytes = ""] = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8")) ?? []
process.stdout.write(String(Number(kilobytes) / 1000))
