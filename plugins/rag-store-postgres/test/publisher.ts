// A process of its own: puts versions of documents in the place of those that are there, until it is killed.
// `node publisher.ts URL NAME DOCUMENTS CHUNKS`. Says each version when it is there.
import * as Effect from "effect/Effect"
import { makePostgresStore } from "../src/index.ts"
import { numbers, vectorOf } from "./vectors.ts"

const [url = "", name = "", documents = "1", chunks = "20"] = process.argv.slice(2)
const stamp = { id: "test/random", version: "1", dimensions: 16 }
const next = numbers(name.length)

const program = Effect.gen(function* () {
  const store = yield* makePostgresStore({ url })
  process.stdout.write("ready\n")
  for (let version = 1; ; version++) {
    const documentId = `d${version % Number(documents)}`
    const records = Array.from({ length: Number(chunks) + (version % 7) }, (_, i) => ({
      id: `${documentId}/${i}`,
      vector: vectorOf(next, stamp.dimensions),
      metadata: { documentId, version: `${name}${version}`, chunks: Number(chunks) + (version % 7) },
      text: `chunk ${i} of ${documentId}`,
    }))
    yield* store.upsert({ stamp, records, replaces: { documentId } })
    process.stdout.write(`${version}\n`)
  }
})
await Effect.runPromise(Effect.scoped(program))
