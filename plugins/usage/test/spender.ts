/**
 * A process that streams so many answers, or embeds so many texts, at once under shared budgets when it is told to, and
 * tells what became of them. Arguments: a Redis or "", its prefix, the upstream, how many, the calls' deadline in ms, the
 * share of readers that leave, the ledger, "stream" or "embed".
 */
import { once } from "node:events"
import { compose, isLlmError, Kernel } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { usage } from "../src/index.ts"
import { sharedBudgets, textsOf } from "./shared.ts"
import { upstreamProvider } from "./stubs.ts"

const [, , redis = "", prefix = "", baseURL = "", count = "1", deadline = "60000", ...more] = process.argv
const [leaving = "0", store = ":memory:", operation = "stream"] = more

/** Some leave after a few parts of the answer, and some after a while, whatever has come by then. */
const read = Effect.fnUntraced(function* <A, E>(stream: Stream.Stream<A, E>) {
  if ((yield* Random.next) >= Number(leaving)) return yield* Effect.as(Stream.runDrain(stream), "answered")
  const parts = yield* Random.nextIntBetween(0, 7)
  if (parts > 0) return yield* Effect.as(Stream.runDrain(Stream.take(stream, parts)), "left")
  const ms = yield* Random.nextIntBetween(1, 60)
  return yield* Effect.as(Effect.timeoutOption(Stream.runDrain(stream), ms), "left")
})

const program = Effect.gen(function* () {
  const plugins = [
    upstreamProvider(baseURL),
    usage({
      store,
      flushMs: 20,
      ...(redis === "" ? {} : { redis: { url: redis, prefix, timeoutMs: 5000 } }),
      budgets: sharedBudgets,
      reservation: { graceMs: 300 },
    }),
  ]
  const context = yield* Layer.build(compose(plugins))
  process.stdout.write("ready\n")
  yield* Effect.promise(() => once(process.stdin, "data"))
  const one = Effect.fnUntraced(
    function* (index: number) {
      const kernel = yield* Kernel
      const request = { model: "p/m", prompt: "hi", maxOutputTokens: 90, policy: { deadline: Number(deadline) } }
      const asked =
        operation === "stream"
          ? read(kernel.stream(request))
          : Effect.as(kernel.embed({ model: "p/m", inputs: textsOf(index), deadline: Number(deadline) }), "answered")
      // Again while others give room back, so that the budget is used up to its end.
      return yield* Effect.retry(asked, {
        while: ({ reason }) => reason._tag === "BudgetExceeded",
        schedule: Schedule.spaced(40),
        times: 40,
      })
    },
    Effect.catch((error) => Effect.succeed(isLlmError(error) ? error.reason._tag : "unknown")),
  )
  const all = Array.from({ length: Number(count) }, (_, index) => one(index))
  const outcomes = yield* Effect.provide(Effect.all(all, { concurrency: "unbounded" }), context)
  process.stdout.write(`${JSON.stringify(outcomes)}\n`)
})

await Effect.runPromise(Effect.scoped(program))
