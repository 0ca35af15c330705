import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { failed, logging, provider, standing, times, until, webhook } from "./stubs.ts"

describe("the webhook", () => {
  it.live("is told of opening and closing, with a text that chat systems show", () =>
    Effect.gen(function* () {
      const hook = yield* webhook()
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin], {
        webhook: { url: hook.url, headers: { authorization: "Bearer of-the-hook" } },
      })
      state.error = failed("Overloaded")
      yield* times(12, call())
      yield* until(() => hook.posted.length === 1)
      const [incident] = yield* use((incidents) => incidents.list())
      assert.deepInclude(hook.posted[0]?.body, {
        event: "opened",
        text: "Incident opened: p/m: 100 % of 10 failed within 60 s, last Overloaded",
      })
      assert.strictEqual(hook.posted[0]?.body.incident.id, incident?.id)
      assert.strictEqual(hook.posted[0]?.headers["authorization"], "Bearer of-the-hook")
      yield* use((incidents) => incidents.close(incident?.id ?? "", "ann"))
      yield* until(() => hook.posted.length === 2)
      assert.strictEqual(hook.posted[1]?.body.event, "closed")
    }).pipe(Effect.scoped),
  )

  it.live("that is down is warned of once, without its address, and calls go on", () => {
    const { lines, layer } = logging()
    return Effect.gen(function* () {
      let status = 503
      const hook = yield* webhook(() => status)
      const { plugin, state } = provider()
      const { call, use } = yield* standing([plugin], { webhook: { url: hook.url, attempts: 1 } })
      const failures = yield* Effect.gen(function* () {
        state.error = failed("Overloaded")
        return yield* times(12, call())
      })
      assert.isTrue(failures.every((exit) => exit._tag === "Failure"))
      state.error = undefined
      assert.strictEqual((yield* call()).provider, "p")
      const [incident] = yield* use((incidents) => incidents.list())
      yield* use((incidents) => incidents.close(incident?.id ?? "", "ann"))
      yield* until(() => hook.attempts() === 2)
      yield* until(() => lines.length > 0)
      assert.strictEqual(lines.length, 1)
      assert.match(lines[0] ?? "", /cannot reach the webhook at 127\.0\.0\.1:\d+: it answered 503/)
      assert.notInclude(lines.join(), "T0PSECRET")
      status = 204
      yield* use((incidents) => incidents.open({ component: "x", summary: "again" }))
      yield* until(() => hook.posted.length === 1)
    }).pipe(Effect.scoped, Effect.provide(layer))
  })

  it.live("is tried again, and what waits when the stack closes is still sent", () =>
    Effect.gen(function* () {
      let attempts = 0
      const hook = yield* webhook(() => (++attempts === 1 ? 500 : 204))
      const { plugin, state } = provider()
      yield* Effect.gen(function* () {
        const { call } = yield* standing([plugin], { webhook: { url: hook.url } })
        state.error = failed("Overloaded")
        yield* times(10, call())
      }).pipe(Effect.scoped)
      yield* until(() => hook.posted.length === 1)
      assert.strictEqual(hook.attempts(), 2)
    }).pipe(Effect.scoped),
  )
})
