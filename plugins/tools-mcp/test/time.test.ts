import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { startHttpServer } from "./servers/http.ts"
import { asking, model, on } from "./stack.ts"

it.effect("a server that fails time after time is left alone for longer and longer, up to a bound", () =>
  Effect.gen(function* () {
    const servers = { broken: { command: "no-such-command-here" } }
    const said = yield* on(model(["done"]), { servers, restartDelayMs: 1_000, maxRestartDelayMs: 3_000 }, (kernel) =>
      Effect.forEach(["0 seconds", "1 second", "2 seconds", "3 seconds"] as const, (wait) =>
        Effect.gen(function* () {
          yield* TestClock.adjust(wait)
          const tried = yield* kernel.generate(asking)
          const left = yield* kernel.generate(asking)
          return [tried, left].map(({ warnings }) => warnings[0]?.message.replace(/^.*left out: it /, ""))
        }),
      ),
    )
    const tried = "could not be started: spawn no-such-command-here ENOENT"
    const left = (seconds: number) => `failed before and is not tried again for ${seconds} s: ${tried}`
    assert.deepStrictEqual(
      [...said],
      [1, 2, 3, 3].map((seconds) => [tried, left(seconds)]),
    )
  }),
)

it.effect("a server that a call brought is left when nobody has used it for a while", () =>
  Effect.acquireUseRelease(
    Effect.promise(() => startHttpServer()),
    (server) =>
      on(model(["done"]), { idleMs: 60_000 }, (kernel) =>
        Effect.gen(function* () {
          const brought = { ...asking, providerData: { mcp: { servers: { web: { url: server.url } } } } }
          yield* kernel.generate(brought)
          yield* TestClock.adjust("59 seconds")
          yield* kernel.generate(brought)
          yield* TestClock.adjust("59 seconds")
          assert.isFalse(server.seen.some(({ method }) => method === "DELETE"))
          yield* TestClock.adjust("1 second")
          yield* Effect.promise(() => server.left)
          yield* kernel.generate(brought)
          assert.strictEqual(server.seen.filter(({ rpc }) => rpc === "initialize").length, 2)
        }),
      ),
    (server) => Effect.promise(() => server.close()),
  ),
)
