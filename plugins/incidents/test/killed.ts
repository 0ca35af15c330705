/** A process that counts 100 failures, says so when they must be written, counts 50 more and waits to be killed. */
import * as Effect from "effect/Effect"
import { makeIncidents } from "../src/index.ts"

const failure = { component: "jobs", operation: "run", kind: "Broken", message: "it broke" }
const flushMs = 100

const program = Effect.gen(function* () {
  const incidents = yield* makeIncidents({ store: process.argv[2] ?? "", flushMs })
  yield* incidents.list()
  yield* Effect.forEach(Array.from({ length: 100 }), () => incidents.record(failure))
  yield* Effect.sleep(flushMs * 5)
  yield* Effect.forEach(Array.from({ length: 50 }), () => incidents.record(failure))
  yield* Effect.sync(() => process.stdout.write("counted\n"))
  // Longer than the test lasts, and not for ever where it was not killed.
  yield* Effect.sleep("20 seconds")
})

await Effect.runPromise(Effect.scoped(program))
