// How long it takes to index a folder that has not changed: `node --conditions=@switchyard/source test/measure.index.ts`.
import * as Effect from "effect/Effect"
import { hashEmbedder } from "@switchyard/embed-local"
import { makeExactStore } from "@switchyard/rag"
import { makeSqliteStore } from "@switchyard/rag-store-sqlite"
import { folderSource } from "../src/index.ts"
import { index, temporaryFolder, write } from "./indexing.ts"

const count = 1000

const program = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  for (let at = 0; at < count; at++) {
    const parts = Array.from(
      { length: 5 },
      (_, part) => `## Part ${part}\n\nText ${part} of file ${at}, some words long.\n\n`,
    )
    write(folder, { [`${at % 20}/${at}.md`]: `# File ${at}\n\n${parts.join("")}` })
  }
  yield* Effect.sleep("3 seconds")
  const source = folderSource(folder, { id: "docs" })
  const stores = {
    exact: yield* makeExactStore(),
    sqlite: yield* makeSqliteStore({ file: `${yield* temporaryFolder}/x` }),
  }
  for (const [name, store] of Object.entries(stores)) {
    const embedder = hashEmbedder({ dimensions: 384 })
    const first = yield* index(source, store, { embedder })
    const again: Array<number> = []
    for (let run = 0; run < 7; run++) again.push((yield* index(source, store, { embedder })).ms)
    const sorted = again.toSorted((a, b) => a - b)
    console.log(
      `${name}: ${count} files, ${first.chunks} chunks: ${first.ms} ms; unchanged ${sorted[3]} ms (${sorted[0]} to ${sorted[6]})`,
    )
  }
})
await Effect.runPromise(Effect.scoped(program))
