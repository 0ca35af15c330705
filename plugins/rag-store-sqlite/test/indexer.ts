// A process of its own: `indexer.ts FILE NAME VERSIONS`. Puts version 1, 2, … of documents in the place of the ones before,
// and says which it has put.
import * as Effect from "effect/Effect"
import { makeSqliteStore } from "../src/index.ts"
import { documentOf } from "./documents.ts"

const [file = "", names = "", versions] = process.argv.slice(2)

const run = Effect.gen(function* () {
  const store = yield* makeSqliteStore({ file, busyTimeoutMs: 30_000 })
  for (let version = 1; version <= Number(versions); version++) {
    for (const name of names.split(",")) {
      yield* store.upsert(documentOf(name, version))
      process.stdout.write(`${name} ${version}\n`)
    }
  }
})

await Effect.runPromise(Effect.scoped(run))
