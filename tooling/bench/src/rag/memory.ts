import { algorithms, makeChunker } from "@switchyard/rag-chunking"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { prose } from "./texts.ts"

// A process of its own: prints the most memory that it held, in MB.
const algorithm = algorithms.find((name) => name === process.argv[2])
const text = prose(10_000_000)
if (algorithm !== undefined) {
  const chunker = await Effect.runPromise(makeChunker({ algorithm, max: 1000 }))
  const chunks = chunker.chunk({ id: "text", text, mediaType: "text/markdown" })
  await Effect.runPromise(Stream.runForEach(chunks, () => Effect.void))
}
process.stdout.write(String(process.resourceUsage().maxRSS / 1000))
