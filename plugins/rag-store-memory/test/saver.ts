// A program that saves a store again and again until it is killed. Each saving holds one version of all records.
import * as Effect from "effect/Effect"
import { makeMemoryStore } from "../src/index.ts"
import { vectorAt } from "./vectors.ts"

const [file = ""] = process.argv.slice(2)
const dimensions = 64
const stamp = { id: "test/saver", version: "1", dimensions }

const program = Effect.gen(function* () {
  const store = yield* makeMemoryStore({ file, saveEveryMs: 0, approximate: "always" })
  for (let version = 1; ; version++) {
    const records = Array.from({ length: 2000 }, (_, i) => ({
      id: `r${i}`,
      vector: vectorAt(i, dimensions),
      metadata: { version },
      text: `version ${version}`,
    }))
    yield* store.upsert({ stamp, records })
    if (version === 1) yield* store.settled
    yield* store.save
    process.stdout.write(`${version}\n`)
  }
})
await Effect.runPromise(Effect.scoped(program))
