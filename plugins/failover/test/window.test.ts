import { assert, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { CircuitBreaker, defaultBreaker } from "../src/index.ts"
import { CountWindow, TimeWindow } from "../src/internal/window.ts"

const Call = Schema.Struct({
  failed: Schema.Boolean,
  slow: Schema.Boolean,
  afterMs: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4000 })),
})
type Call = typeof Call.Type
const calls = Arbitrary.array(Arbitrary.schema(Call), { maxLength: 60 })
const size = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 12 })))
const seconds = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 90 })))

const seeded = { arbitrary: { seed: "window", runs: 200 } }

const tallyOf = (seen: ReadonlyArray<Call>) => ({
  calls: seen.length,
  failed: seen.filter(({ failed }) => failed).length,
  slow: seen.filter(({ slow }) => slow).length,
})

it.prop(
  "a count window is the last calls, whatever came before",
  { calls, size },
  ({ calls, size }) => {
    const window = new CountWindow(size)
    calls.forEach(({ failed, slow }, at) => {
      window.record(failed, slow)
      assert.deepStrictEqual(window.tally(), tallyOf(calls.slice(Math.max(0, at + 1 - size), at + 1)))
    })
  },
  seeded,
)

it.prop(
  "a time window is the calls of its buckets, whatever gaps lie between",
  { calls, seconds },
  ({ calls, seconds }) => {
    const ms = seconds * 1000
    const buckets = Math.min(60, seconds)
    const bucketMs = Math.ceil(ms / buckets)
    const window = new TimeWindow(ms)
    const seen: Array<Call & { readonly epoch: number }> = []
    let now = 0
    for (const call of calls) {
      now += call.afterMs
      const epoch = Math.floor(now / bucketMs)
      window.record(call.failed, call.slow, now)
      seen.push({ ...call, epoch })
      assert.deepStrictEqual(window.tally(now), tallyOf(seen.filter((old) => old.epoch > epoch - buckets)))
    }
    assert.deepStrictEqual(window.tally(now + buckets * bucketMs), { calls: 0, failed: 0, slow: 0 })
  },
  seeded,
)

it.prop(
  "a breaker never holds more probes than places, and is never wedged",
  { calls, size },
  ({ calls, size }) => {
    let now = 0
    const settings = { ...defaultBreaker, minimumCalls: 1, halfOpenCalls: size, leaseMs: 1000, jitter: 0, rampMs: 0 }
    const breaker = new CircuitBreaker(settings, { now: () => now, random: () => 0.5 })
    calls.forEach(({ failed, slow, afterMs }, at) => {
      now += afterMs
      const permit = breaker.acquire()
      // Every third call hangs for good.
      if (permit !== undefined && at % 3 !== 0) breaker.record(permit, failed, slow)
      assert.isAtMost(breaker.status().probes, size)
    })
    now += settings.openMaxMs + settings.leaseMs
    assert.isDefined(breaker.acquire(), `a day later it still refuses: ${JSON.stringify(breaker.status())}`)
  },
  seeded,
)
