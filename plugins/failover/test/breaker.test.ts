import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"
import { type BreakerSettings, CircuitBreaker, defaultBreaker, type Transition } from "../src/index.ts"

/** As resilience4j has it: fixed open time, no ramp. */
const plain: BreakerSettings = {
  ...defaultBreaker,
  window: { type: "count", size: 10 },
  minimumCalls: 10,
  openMs: 1000,
  openFactor: 1,
  jitter: 0,
  rampMs: 0,
}

const made = (settings: Partial<BreakerSettings> = {}) =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const random = yield* Random.Random
    const seen: Array<Transition> = []
    const breaker = new CircuitBreaker(
      { ...plain, ...settings },
      {
        now: () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6,
        random: () => random.nextDoubleUnsafe(),
        changed: (transition) => void seen.push(transition),
      },
    )
    return { breaker, seen }
  })

/** Each letter is one call: o answered, x failed, s answered slowly, X failed slowly, i ignored, - must be refused. */
const play = (breaker: CircuitBreaker, calls: string): void => {
  for (const [at, call] of [...calls].entries()) {
    const permit = breaker.acquire()
    if (call === "-") {
      assert.isUndefined(permit, `call ${at} of "${calls}" must be refused`)
      continue
    }
    assert.isDefined(permit, `call ${at} of "${calls}" must be let through`)
    if (call === "i") breaker.release(permit)
    else breaker.record(permit, call === "x" || call === "X", call === "s" || call === "X")
  }
}

const opened = { openMs: 1000, window: { type: "count", size: 2 }, minimumCalls: 2 } as const

describe("resilience4j's state machine, in a table", () => {
  const table: ReadonlyArray<{
    readonly what: string
    readonly settings?: Partial<BreakerSettings>
    readonly calls: string
    readonly state: string
  }> = [
    { what: "starts closed", calls: "", state: "closed" },
    { what: "below the minimum nothing is decided", calls: "xxxxxxxxx", state: "closed" },
    { what: "at the minimum, at the rate exactly: at least, not more than", calls: "oooooxxxxx", state: "open" },
    { what: "just below the rate", calls: "ooooooxxxx", state: "closed" },
    { what: "a success that fills the minimum is judged too", calls: "xxxxxooooo", state: "open" },
    {
      what: "a minimum above the count window is capped to it",
      settings: { minimumCalls: 100 },
      calls: "xxxxxxxxxx",
      state: "open",
    },
    { what: "only the last calls count", calls: "ooooooxxxxooooooxxxx", state: "closed" },
    { what: "rate 1 needs all", settings: { failureRate: 1 }, calls: "xxxxxxxxxoxxxxxxxxx", state: "closed" },
    { what: "rate 1, all", settings: { failureRate: 1 }, calls: "xxxxxxxxxx", state: "open" },
    { what: "slow successes open it", settings: { slowRate: 0.5 }, calls: "ooooosssss", state: "open" },
    { what: "just below the slow rate", settings: { slowRate: 0.5 }, calls: "oooooossss", state: "closed" },
    {
      what: "slow counts failures too",
      settings: { slowRate: 0.5, failureRate: 1 },
      calls: "ooooosssXX",
      state: "open",
    },
    { what: "ignored calls count neither way", calls: "iiiiiiiiiixxxxxxxxxiiii", state: "closed" },
    { what: "open refuses", calls: "xxxxxxxxxx----", state: "open" },
  ]
  for (const { what, settings, calls, state } of table) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const { breaker } = yield* made(settings)
        play(breaker, calls)
        assert.strictEqual(breaker.state, state)
      }),
    )
  }

  const halfOpen: ReadonlyArray<{
    readonly what: string
    readonly permits: number
    readonly calls: string
    readonly state: string
  }> = [
    { what: "decides only when full", permits: 3, calls: "xx", state: "half-open" },
    { what: "all answered closes", permits: 3, calls: "ooo", state: "closed" },
    { what: "at the rate exactly opens again", permits: 4, calls: "xoxo", state: "open" },
    { what: "below the rate closes", permits: 4, calls: "xooo", state: "closed" },
    { what: "slow probes open again", permits: 2, calls: "ss", state: "open" },
    { what: "an ignored probe gives its place back", permits: 1, calls: "iiio", state: "closed" },
  ]
  for (const { what, permits, calls, state } of halfOpen) {
    it.effect(`half-open: ${what}`, () =>
      Effect.gen(function* () {
        const { breaker } = yield* made({ ...opened, halfOpenCalls: permits })
        play(breaker, "xx-")
        yield* TestClock.adjust(999)
        play(breaker, "-")
        yield* TestClock.adjust(1)
        // No automatic transition: it is a call that finds the open time over.
        assert.strictEqual(breaker.state, "open")
        play(breaker, calls)
        assert.strictEqual(breaker.state, state)
      }),
    )
  }
})

describe("half-open", () => {
  it.effect("refuses surplus calls while its probes run", () =>
    Effect.gen(function* () {
      const { breaker } = yield* made({ ...opened, halfOpenCalls: 2 })
      play(breaker, "xx")
      yield* TestClock.adjust(1000)
      const [one, two] = [breaker.acquire(), breaker.acquire()]
      assert.isTrue(one?.probe === true && two?.probe === true)
      assert.isUndefined(breaker.acquire())
      breaker.record(one, false, false)
      assert.isUndefined(breaker.acquire(), "a probe that has ended does not make room for another")
      breaker.record(two, false, false)
      assert.strictEqual(breaker.state, "closed")
    }),
  )

  it.effect("a hung probe cannot wedge it: its lease ends", () =>
    Effect.gen(function* () {
      const { breaker } = yield* made({ ...opened, halfOpenCalls: 1, leaseMs: 5000 })
      play(breaker, "xx")
      yield* TestClock.adjust(1000)
      const hung = breaker.acquire()
      assert.isDefined(hung)
      yield* TestClock.adjust(4999)
      assert.isUndefined(breaker.acquire())
      assert.strictEqual(breaker.retryInMs(), 1)
      yield* TestClock.adjust(1)
      const other = breaker.acquire()
      assert.isDefined(other)
      breaker.record(other, false, false)
      assert.strictEqual(breaker.state, "closed")
      breaker.record(hung, true, true)
      assert.strictEqual(breaker.status().calls, 0, "it belongs to a state that is over")
    }),
  )

  it.effect("calls let through before it opened change nothing when they end", () =>
    Effect.gen(function* () {
      const { breaker } = yield* made({ ...opened, halfOpenCalls: 1 })
      const late = breaker.acquire()
      play(breaker, "xx")
      breaker.record(late, false, false)
      assert.strictEqual(breaker.state, "open")
      yield* TestClock.adjust(1000)
      const probe = breaker.acquire()
      breaker.record(late, true, false)
      assert.strictEqual(breaker.state, "half-open")
      breaker.record(probe, false, false)
      assert.strictEqual(breaker.state, "closed")
    }),
  )
})

describe("beyond resilience4j", () => {
  it.effect("time windows forget, also after an idle gap", () =>
    Effect.gen(function* () {
      const { breaker } = yield* made({ window: { type: "time", ms: 10_000 }, minimumCalls: 4 })
      play(breaker, "xxx")
      yield* TestClock.adjust(10_000)
      play(breaker, "x")
      assert.deepInclude(breaker.status(), { state: "closed", calls: 1, failed: 1 })
      yield* TestClock.adjust("3 days")
      play(breaker, "ooo")
      assert.deepInclude(breaker.status(), { calls: 3, failed: 0 })
      play(breaker, "xxx")
      assert.strictEqual(breaker.state, "open")
    }),
  )

  it.effect("the open time grows to its cap, and starts over after it stayed closed as long", () =>
    Effect.gen(function* () {
      const { breaker } = yield* made({ ...opened, openFactor: 3, openMaxMs: 5000 })
      const waits: Array<number> = []
      play(breaker, "xx")
      for (let round = 0; round < 4; round++) {
        waits.push(breaker.retryInMs())
        yield* TestClock.adjust(breaker.retryInMs())
        play(breaker, "x")
      }
      assert.deepStrictEqual(waits, [1000, 3000, 5000, 5000])
      yield* TestClock.adjust(breaker.retryInMs())
      play(breaker, "o")
      play(breaker, "xx")
      assert.strictEqual(breaker.retryInMs(), 5000, "it opened again at once: the row goes on")
      yield* TestClock.adjust(5000)
      play(breaker, "o")
      yield* TestClock.adjust(5000)
      play(breaker, "xx")
      assert.strictEqual(breaker.retryInMs(), 1000)
      assert.strictEqual(breaker.status().openings, 1)
    }),
  )

  it.effect("the jitter is chance's, within its share", () =>
    Effect.gen(function* () {
      const waits: Array<number> = []
      for (let i = 0; i < 50; i++) {
        const { breaker } = yield* made({ ...opened, jitter: 0.2 })
        play(breaker, "xx")
        waits.push(breaker.retryInMs())
      }
      assert.isTrue(waits.every((ms) => ms >= 800 && ms <= 1200))
      assert.isAbove(new Set(waits).size, 40)
      assert.isBelow(Math.min(...waits), 900)
      assert.isAbove(Math.max(...waits), 1100)
    }).pipe(Random.withSeed("breaker")),
  )

  it.effect("closing ramps up: the share of calls let through grows to all", () =>
    Effect.gen(function* () {
      const { breaker } = yield* made({ ...opened, rampMs: 8000, rampFrom: 0.25 })
      play(breaker, "xx")
      yield* TestClock.adjust(1000)
      play(breaker, "o")
      const through = (calls: number) => Array.from({ length: calls }, () => breaker.acquire()).filter(Boolean).length
      assert.isDefined(breaker.acquire(), "the first call is always let through")
      assert.strictEqual(through(40), 10)
      assert.isDefined(breaker.acquire(false), "who has nobody else may ask all the same")
      yield* TestClock.adjust(4000)
      assert.strictEqual(breaker.status().share, 0.625)
      assert.strictEqual(through(40), 25)
      yield* TestClock.adjust(4000)
      assert.strictEqual(through(40), 40)
      assert.strictEqual(breaker.status().share, 1)
    }),
  )

  it.effect("a provider that asks for time is left alone for it", () =>
    Effect.gen(function* () {
      const { breaker } = yield* made({ ...opened, openMaxMs: 60_000 })
      breaker.keepOpen(20_000)
      assert.strictEqual(breaker.retryInMs(), 0, "a closed breaker stays closed")
      play(breaker, "xx")
      breaker.keepOpen(20_000)
      assert.strictEqual(breaker.retryInMs(), 20_000)
      breaker.keepOpen(500)
      assert.strictEqual(breaker.retryInMs(), 20_000)
      breaker.keepOpen(86_400_000)
      assert.strictEqual(breaker.retryInMs(), 60_000)
    }),
  )

  it.effect("an early probe, one at a time: answered it half-opens, failed it changes nothing", () =>
    Effect.gen(function* () {
      const { breaker } = yield* made({ ...opened, leaseMs: 500 })
      play(breaker, "xx")
      const probe = breaker.acquireEarly()
      assert.isDefined(probe)
      assert.isUndefined(breaker.acquireEarly())
      breaker.record(probe, true, false)
      assert.deepInclude(breaker.status(), { state: "open", retryInMs: 1000 })
      assert.isDefined(breaker.acquireEarly())
      yield* TestClock.adjust(499)
      assert.isUndefined(breaker.acquireEarly())
      yield* TestClock.adjust(1)
      const third = breaker.acquireEarly()
      breaker.record(third, false, false)
      assert.strictEqual(breaker.state, "closed")
    }),
  )

  it.effect("forced open and closed until automatic", () =>
    Effect.gen(function* () {
      const { breaker, seen } = yield* made(opened)
      breaker.forceOpen()
      play(breaker, "--")
      yield* TestClock.adjust("1 day")
      play(breaker, "-")
      assert.isUndefined(breaker.acquireEarly())
      assert.strictEqual(breaker.retryInMs(), Number.POSITIVE_INFINITY)
      breaker.forceClosed()
      play(breaker, "xxxxxxxxxx")
      assert.deepInclude(breaker.status(), { state: "forced-closed", failureRate: 1 })
      breaker.automatic()
      assert.deepInclude(breaker.status(), { state: "closed", calls: 0 })
      play(breaker, "xx")
      assert.deepStrictEqual(
        seen.map(({ from, to }) => `${from} > ${to}`),
        ["closed > forced-open", "forced-open > forced-closed", "forced-closed > closed", "closed > open"],
      )
      assert.strictEqual(seen.at(-1)?.why, "2 of 2 calls failed")
    }),
  )
})

describe("what another process found", () => {
  const openFor = (openForMs: number) => ({ state: "open", openForMs, openings: 2 }) as const
  const closed = { state: "closed", openForMs: 0, openings: 0 } as const

  it.effect("an opening holds for the time that is left, with this breaker's own jitter on top", () =>
    Effect.gen(function* () {
      const { breaker, seen } = yield* made({ jitter: 0.5 })
      breaker.adopt(openFor(1000))
      assert.strictEqual(breaker.state, "open")
      assert.isTrue(breaker.retryInMs() >= 1000 && breaker.retryInMs() <= 1500)
      assert.deepStrictEqual(
        seen.map(({ to, adopted }) => [to, adopted]),
        [["open", true]],
      )
      yield* TestClock.adjust(1500)
      assert.isDefined(breaker.acquire())
      assert.strictEqual(breaker.state, "half-open")
    }),
  )

  it.effect("a closing ends the open time and ramps up; one that is closed stays as it is", () =>
    Effect.gen(function* () {
      const { breaker } = yield* made({ rampMs: 1000 })
      breaker.adopt(openFor(60_000))
      breaker.adopt(closed)
      assert.strictEqual(breaker.state, "closed")
      assert.isBelow(breaker.status().share, 1)
      const { breaker: other } = yield* made()
      play(other, "xxxx")
      other.adopt(closed)
      assert.strictEqual(other.status().failed, 4)
    }),
  )

  it.effect("what is forced here yields only to an operator", () =>
    Effect.gen(function* () {
      const { breaker } = yield* made()
      breaker.forceClosed()
      breaker.adopt(openFor(1000))
      breaker.adopt(closed)
      assert.strictEqual(breaker.state, "forced-closed")
      breaker.adopt(closed, true)
      assert.strictEqual(breaker.state, "closed")
    }),
  )

  it.effect("nothing is shared of half-open", () =>
    Effect.gen(function* () {
      const { breaker } = yield* made(opened)
      play(breaker, "xx")
      assert.deepInclude(breaker.shared(), { state: "open", openings: 1 })
      yield* TestClock.adjust(1000)
      breaker.acquire()
      assert.isUndefined(breaker.shared())
    }),
  )
})
