import { assert, describe, it } from "@effect/vitest"
import { startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { type AlertOptions, driftMetric, makeAlertSink } from "../src/Alerts.ts"
import { type DriftAlert, type DriftOptions, makeDrift } from "../src/Drift.ts"
import { type Chance, seeded } from "./chance.ts"

/** How many values until the first alert; `undefined` when there is none among so many. */
const until = (draw: () => number, values: number, drift: ReturnType<typeof makeDrift>): number | undefined => {
  for (let i = 1; i <= values; i++) {
    if (drift.record({ model: "p/m", metrics: { confidence: draw() }, atMs: i }).length > 0) return i
  }
  return undefined
}

const warmUp = 100

/** In how many of so many series of 1,000 answers nothing changed and an alert came nevertheless. */
const falseAlarms = (draw: () => number, options: DriftOptions, runs = 300): number => {
  let alarms = 0
  for (let run = 0; run < runs; run++) if (until(draw, warmUp + 1000, makeDrift(options)) !== undefined) alarms++
  return alarms / runs
}

/** Median number of answers until a change is told, and the share of changes told within 200. */
const delays = (before: () => number, after: () => number, options: DriftOptions, runs = 300) => {
  const found: Array<number> = []
  let told = 0
  let counted = 0
  for (let run = 0; run < runs; run++) {
    const drift = makeDrift(options)
    if (until(before, warmUp + 100, drift) !== undefined) continue
    counted++
    const delay = until(after, 200, drift)
    if (delay !== undefined) told++
    found.push(delay ?? Infinity)
  }
  found.sort((a, b) => a - b)
  return { median: found[Math.floor(found.length / 2)] ?? Infinity, told: told / counted }
}

const shapes: Readonly<Record<string, (chance: Chance) => (shift: number) => number>> = {
  normal: (chance) => (shift) => 0.7 - shift * 0.1 + 0.1 * chance.normal(),
  uniform: (chance) => (shift) => chance.uniform() - shift * 0.2887,
  "even passes and fails": (chance) => (shift) => chance.bernoulli(0.5 - shift * 0.5 * 0.98),
  "95% passes": (chance) => (shift) => chance.bernoulli(0.95 - shift * 0.218),
}

/** Of 1,000 answers without a change, in this share of the series an alarm may come. As measured, with room for chance. */
const limits: Readonly<Record<string, number>> = {
  normal: 0.04,
  uniform: 0.04,
  "even passes and fails": 0.04,
  "95% passes": 0.17,
}

describe("drift, by simulation", () => {
  for (const method of ["cusum", "page-hinkley"] as const) {
    for (const [name, shape] of Object.entries(shapes)) {
      it.effect(`${method}, ${name}: few false alarms, and a change of one deviation is told soon`, () =>
        Effect.gen(function* () {
          const draw = shape(yield* seeded(`${method} ${name}`))
          const rate = falseAlarms(() => draw(0), { method })
          const { median, told } = delays(
            () => draw(0),
            () => draw(1),
            { method },
          )
          assert.isAtMost(rate, limits[name] ?? 0)
          assert.isAtMost(median, 35)
          assert.isAtLeast(told, 0.9)
        }),
      )
    }
  }

  it.effect("a small change is let pass, a better metric too, unless both ways are watched", () =>
    Effect.gen(function* () {
      const chance = yield* seeded("better")
      const value = (mean: number) => () => mean + 0.1 * chance.normal()
      const better = delays(value(0.5), value(0.7), {}, 100)
      assert.isBelow(better.told, 0.1)
      const both = delays(value(0.5), value(0.7), { directions: ["down", "up"] }, 100)
      assert.isAbove(both.told, 0.95)
    }),
  )
})

describe("drift", () => {
  const constant = (value: number) => () => value

  it("tells what was usual, what is now, and since when", () => {
    const drift = makeDrift({ warmUp: 10, limit: 5 })
    assert.isUndefined(until(constant(0.9), 20, drift))
    const [alert] = Array.from({ length: 5 }, (_, index) =>
      drift.record({ model: "p/m", metrics: { confidence: 0.5 }, atMs: 1000 + index }),
    ).flat()
    assert.deepInclude(alert, { model: "p/m", metric: "confidence", direction: "down", sinceMs: 1000 })
    assert.closeTo(alert?.baseline.mean ?? 0, 0.9, 1e-9)
    assert.closeTo(alert?.mean ?? 0, 0.5, 1e-9)
    assert.match(alert?.message ?? "", /confidence of p\/m went down: 0\.500 .* 0\.900 \(sd 0\.020, 10 answers\)/)
  })

  it("a lasting change is told once, and the way back is another one", () => {
    const drift = makeDrift({ warmUp: 10, directions: ["down", "up"] })
    until(constant(0.9), 20, drift)
    assert.isDefined(until(constant(0.5), 20, drift))
    assert.isUndefined(until(constant(0.5), 500, drift))
    assert.isDefined(until(constant(0.9), 20, drift))
  })

  it("one outlier is no change, and a series that never varied is not alarmed by a hair", () => {
    const drift = makeDrift({ warmUp: 10 })
    until(constant(0.9), 20, drift)
    assert.isUndefined(until(constant(-1000), 1, drift))
    assert.isUndefined(until(constant(0.895), 1000, drift))
  })

  it("models and metrics are apart, and unwatched ones are left alone", () => {
    const drift = makeDrift({ warmUp: 5, metrics: ["x"] })
    const told: Array<DriftAlert> = []
    for (let i = 0; i < 60; i++) {
      for (const model of ["a", "b"]) {
        const value = model === "a" && i > 20 ? 0 : 1
        told.push(...drift.record({ model, metrics: { x: value, y: value, z: Number.NaN }, atMs: i }))
      }
    }
    assert.deepStrictEqual(
      told.map(({ model, metric }) => [model, metric]),
      [["a", "x"]],
    )
  })
})

const alert: DriftAlert = {
  model: "p/m",
  metric: "confidence",
  direction: "down",
  atMs: 2,
  sinceMs: 1,
  baseline: { mean: 0.9, sd: 0.1, n: 100 },
  mean: 0.5,
  values: 20,
  statistic: 13,
  limit: 12,
  message: "confidence of p/m went down",
}

describe("alerts", () => {
  const server = Effect.acquireRelease(
    Effect.promise(() => startUpstream()),
    (upstream) => Effect.promise(() => upstream.close()),
  )

  /** Sends alerts through a sink of its own, closes it, and gives the lines of the log and the count of the metric. */
  const send = Effect.fnUntraced(function* (options: AlertOptions, alerts: ReadonlyArray<DriftAlert>) {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    const run = Effect.gen(function* () {
      const scope = yield* Scope.make()
      const sink = yield* Scope.provide(makeAlertSink(options), scope)
      yield* Effect.forEach(alerts, sink, { discard: true })
      yield* Scope.close(scope, Exit.void)
      const [counted] = yield* Metric.snapshot
      assert.deepInclude(counted, { id: driftMetric })
      assert.deepInclude(counted?.attributes, { model: "p/m", metric: "confidence", direction: "down" })
      return counted?.type === "Counter" ? counted.state.count : undefined
    })
    const count = yield* run.pipe(
      Effect.provide(Logger.layer([logger])),
      Effect.provideService(Metric.MetricRegistry, new Map()),
    )
    return { lines, count: Number(count) }
  })

  it.live("go to the log, the metric and the webhook; what waits is sent when the stack closes", () =>
    Effect.gen(function* () {
      const { baseURL, requests } = yield* server
      const webhook = {
        url: Redacted.make(`${baseURL}/models/hook`),
        headers: { authorization: Redacted.make("Bearer t") },
      }
      const { lines, count } = yield* send({ webhook: { ...webhook, attempts: 1 } }, [alert, alert])
      assert.strictEqual(count, 2)
      assert.strictEqual(requests.length, 2)
      assert.deepInclude(requests[0]?.body, { event: "quality-drift", text: alert.message })
      assert.deepStrictEqual(requests[0]?.body["alert"], alert)
      assert.strictEqual(requests[0]?.headers["authorization"], "Bearer t")
      assert.isTrue(lines.includes(alert.message))
    }).pipe(Effect.scoped),
  )

  it.live("a webhook that refuses is a line in the log, without its path", () =>
    Effect.gen(function* () {
      const { lines } = yield* send(
        { log: false, webhook: { url: "http://127.0.0.1:9/secret-path", attempts: 1, timeoutMs: 1000 } },
        [alert],
      )
      assert.strictEqual(lines.length, 1)
      assert.match(lines[0] ?? "", /did not reach the webhook at 127\.0\.0\.1:9/)
      assert.notInclude(lines[0], "secret-path")
    }),
  )

  it.live("without a webhook nothing else runs", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* send({ log: false }, [alert]), { lines: [], count: 1 })
    }),
  )
})
