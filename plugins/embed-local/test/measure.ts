// The figures of the README: `node --conditions=@switchyard/source test/measure.ts`.
import * as Effect from "effect/Effect"
import { hashEmbedder, loadWordsEmbedder } from "../src/index.ts"
import { heldOut, judged } from "./judged.ts"
import { qualityOf } from "./quality.ts"

const began = performance.now()
const words = await Effect.runPromise(loadWordsEmbedder())
console.log(`local/words loaded in ${(performance.now() - began).toFixed(0)} ms, version ${words.version}`)

const sentence = "The quick brown fox jumps over the lazy dog while nineteen programmers discuss retrieval quality."
for (const embedder of [hashEmbedder(), words]) {
  const embed = (text: string) => Effect.runSync(embedder.embed([text]))[0] ?? new Float32Array()
  for (const [name, set] of Object.entries({ judged, heldOut })) {
    const { accuracy, meanReciprocalRank, byKind } = qualityOf(embed, set)
    console.log(
      `${embedder.id} ${embedder.dimensions}  ${name} (${set.length}): acc@1 ${accuracy.toFixed(3)}  ` +
        `MRR ${meanReciprocalRank.toFixed(3)}  ${JSON.stringify(byKind)}`,
    )
  }
  const texts = Array.from({ length: 20_000 }, (_, i) => `${sentence} ${i}`)
  Effect.runSync(embedder.embed(texts.slice(0, 2000)))
  const start = performance.now()
  Effect.runSync(embedder.embed(texts))
  console.log(
    `${embedder.id}: ${Math.round(texts.length / ((performance.now() - start) / 1000))} texts of 15 words per second`,
  )
}
