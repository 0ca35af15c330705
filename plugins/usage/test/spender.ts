/** A process that streams so many answers at once under shared budgets when it is told to, and tells what became of them. */
import { once } from "node:events"
import { compose, isLlmError, Kernel } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { usage } from "../src/index.ts"
import { sharedBudgets } from "./shared.ts"
import { upstreamProvider } from "./stubs.ts"

const [, , redis = "", prefix = "", baseURL = "", count = "1", deadline = "60000"] = process.argv

const program = Effect.gen(function* () {
  const plugins = [
    upstreamProvider(baseURL),
    usage({
      store: ":memory:",
      redis: { url: redis, prefix, timeoutMs: 5000 },
      budgets: sharedBudgets,
      reservation: { graceMs: 300 },
    }),
  ]
  const context = yield* Layer.build(compose(plugins))
  process.stdout.write("ready\n")
  yield* Effect.promise(() => once(process.stdin, "data"))
  const one = Effect.gen(function* () {
    const kernel = yield* Kernel
    const request = { model: "p/m", prompt: "hi", maxOutputTokens: 90, policy: { deadline: Number(deadline) } }
    // Again while others give room back, so that the budget is used up to its end.
    yield* Effect.retry(Stream.runDrain(kernel.stream(request)), {
      while: ({ reason }) => reason._tag === "BudgetExceeded",
      schedule: Schedule.spaced(40),
      times: 40,
    })
    return "answered"
  }).pipe(Effect.catch((error) => Effect.succeed(isLlmError(error) ? error.reason._tag : "unknown")))
  const all = Array.from({ length: Number(count) }, () => one)
  const outcomes = yield* Effect.provide(Effect.all(all, { concurrency: "unbounded" }), context)
  process.stdout.write(`${JSON.stringify(outcomes)}\n`)
})

await Effect.runPromise(Effect.scoped(program))
