import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { makeIncidents } from "../src/index.ts"
import { until, webhook } from "./stubs.ts"

const failure = { component: "jobs", operation: "run", kind: "Broken", message: "it broke" }
const ok = { ok: { component: "jobs", operation: "run" } }
const policy = { windowMs: 10_000, quietMs: 50_000 }
/** In steps that a query under way survives, with real time for it to end. */
const advance = (seconds: number) =>
  Effect.forEach(
    Array.from({ length: seconds }),
    () =>
      Effect.andThen(
        TestClock.adjust("1 second"),
        Effect.promise(() => new Promise((done) => setTimeout(done, 15))),
      ),
    { discard: true },
  )
const ten = Array.from({ length: 10 })

/** What holds for two that share a store, whatever engine it is. */
export const sharedBetweenTwo = (engine: string, newStore: () => Promise<string>): void => {
  it.effect(`${engine}: one outage is one incident, told once; counts add up; it closes when both are quiet`, () =>
    Effect.gen(function* () {
      const store = yield* Effect.promise(newStore)
      const hook = yield* webhook()
      const options = { store, policy, webhook: { url: hook.url, timeoutMs: 60_000 } }
      const [a, b] = [yield* makeIncidents(options), yield* makeIncidents(options)]
      yield* Effect.all([a.list(), b.list()], { concurrency: 2 })
      for (const one of [a, b]) yield* Effect.forEach(ten, () => one.record(failure))
      yield* Effect.all([a.flush, b.flush], { concurrency: 2 })
      const [incident, ...others] = yield* a.list()
      assert.deepStrictEqual(others, [])
      assert.deepInclude(incident, { state: "open", failures: 20, openedAt: 0 })
      assert.deepInclude((yield* b.aggregates())[0], { count: 20, rate: 1 })
      yield* until(() => hook.posted.length === 1)
      // `a` is well again, `b` is not.
      yield* advance(10)
      yield* Effect.forEach(ten, () => a.record(ok))
      yield* a.flush
      assert.strictEqual((yield* a.list())[0]?.recoveryMs, 10_000)
      yield* advance(10)
      yield* b.record(failure)
      yield* b.flush
      assert.isUndefined((yield* a.list())[0]?.recoveryMs, "the other one still fails")
      yield* advance(40)
      assert.strictEqual((yield* a.list())[0]?.state, "open")
      yield* Effect.forEach(ten, () => b.record(ok))
      yield* b.flush
      yield* advance(25)
      assert.deepInclude(yield* b.get(incident?.id ?? ""), { state: "closed", recoveryMs: 60_000 })
      yield* until(() => hook.posted.length === 2)
      assert.deepStrictEqual(
        hook.posted.map(({ body }) => body.event),
        ["opened", "closed"],
      )
    }).pipe(Effect.scoped),
  )
}
