/** A process that writes on the ledger without end, tells each acknowledged entry, and waits to be killed. */
import * as Effect from "effect/Effect"
import { makeUsage } from "../src/index.ts"

const program = Effect.gen(function* () {
  const usage = yield* makeUsage({ store: process.argv[2] ?? "" })
  let index = 0
  const one = Effect.suspend(() =>
    Effect.map(
      usage.trackUsage({
        id: `e${index++}`,
        provider: "p",
        model: "m",
        usage: { input: { total: 1 }, output: { total: 2 } },
      }),
      ({ id }) => process.stdout.write(`${id}\n`),
    ),
  )
  // Longer than the test lasts, and not for ever where it was not killed.
  yield* Effect.timeoutOption(Effect.forever(Effect.all([one, one, one], { concurrency: 3 })), "20 seconds")
})

await Effect.runPromise(Effect.scoped(program))
