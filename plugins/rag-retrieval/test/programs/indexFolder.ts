// Indexes a folder into a file, and says so of each document: `node indexFolder.ts FOLDER FILE`.
import { makeSqliteStore } from "@switchyard/rag-store-sqlite"
import * as Effect from "effect/Effect"
import { folderSource } from "../../src/index.ts"
import { embedder, index } from "../indexing.ts"

const [folder = "", file = ""] = process.argv.slice(2)
const program = Effect.gen(function* () {
  const store = yield* makeSqliteStore({ file })
  return yield* index(folderSource(folder, { id: "docs" }), store, {
    embedder: { ...embedder, maxBatch: 4 },
    onProgress: ({ id, outcome }) => Effect.sync(() => void process.stdout.write(`${outcome} ${id}\n`)),
  })
})
const ended = await Effect.runPromise(
  Effect.scoped(program).pipe(
    Effect.map(({ seen }) => `seen ${seen}`),
    Effect.catch(({ message }) => Effect.succeed(message)),
  ),
)
process.stdout.write(`${ended}\n`)
