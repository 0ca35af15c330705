import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { LlmError, StreamPart } from "../src/index.ts"
import { collect, delta, embed, finish, generate, plug, provider, recorder, request, start, stream } from "./stubs.ts"

/** A provider whose every operation notes what happens to it. */
const watched = Effect.gen(function* () {
  const log: Array<string> = []
  const asked = yield* Deferred.make<void>()
  const note = (what: string) => Effect.sync(() => void log.push(what))
  const never = Effect.onInterrupt(
    Effect.ensuring(Effect.andThen(Deferred.succeed(asked, undefined), Effect.never), note("finalized")),
    () => note("interrupted"),
  )
  const scoped = (parts: Stream.Stream<StreamPart, LlmError>) =>
    Stream.unwrap(
      Effect.as(
        Effect.acquireRelease(Deferred.succeed(asked, undefined), () => note("closed")),
        parts,
      ),
    )
  return { log, asked: Deferred.await(asked), never, scoped }
})

describe("interrupting", () => {
  for (const way of ["generate", "embed", "stream", "hold"] as const) {
    it.effect(`${way} interrupts the provider at once and runs its finalizers`, () =>
      Effect.gen(function* () {
        const { log, asked, never } = yield* watched
        const { plugin, attempts, ended } = recorder()
        const one = provider({ generate: () => never, embed: () => never })
        const plugins = [plug("provider", one), plugin]
        const call: Effect.Effect<unknown, LlmError> =
          way === "generate"
            ? generate(plugins)
            : way === "embed"
              ? embed(plugins)
              : collect(plugins, { ...request, policy: { stream: way === "hold" ? "hold" : "fail" } })
        const fiber = yield* Effect.forkChild(call)
        yield* asked
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(log, ["finalized", "interrupted"])
        assert.deepStrictEqual(
          attempts().map(({ outcome }) => outcome.interrupted),
          [true],
        )
        assert.strictEqual(ended.length, 2, "both spans have ended")
      }),
    )
  }

  for (const way of ["generate", "stream"] as const) {
    it.effect(`${way} closes the scope of a stream before and after its first content`, () =>
      Effect.gen(function* () {
        for (const parts of [Stream.never, Stream.concat(Stream.fromArray([start, delta("a")]), Stream.never)]) {
          const { log, asked, scoped } = yield* watched
          const { plugin, attempts } = recorder()
          const plugins = [plug("provider", provider({ stream: () => scoped(parts) })), plugin]
          const call: Effect.Effect<unknown, LlmError> = way === "generate" ? generate(plugins) : collect(plugins)
          const fiber = yield* Effect.forkChild(call)
          yield* asked
          yield* Effect.yieldNow
          yield* Fiber.interrupt(fiber)
          assert.deepStrictEqual(log, ["closed"])
          assert.deepStrictEqual(
            attempts().map(({ outcome }) => outcome.interrupted),
            [true],
          )
        }
      }),
    )
  }
})

describe("a consumer that leaves", () => {
  const endless = Stream.concat(
    Stream.fromArray([start, delta("a")]),
    Stream.rechunk(Stream.fromIterable(Array.from({ length: 1000 }, () => delta("x"))), 1),
  )
  const leaving = {
    "takes one part": (parts: Stream.Stream<StreamPart, LlmError>) => Stream.runCollect(Stream.take(parts, 1)),
    "takes three parts": (parts: Stream.Stream<StreamPart, LlmError>) => Stream.runCollect(Stream.take(parts, 3)),
    fails: (parts: Stream.Stream<StreamPart, LlmError>) =>
      Effect.ignore(Stream.runForEach(parts, () => Effect.fail("enough"))),
    dies: (parts: Stream.Stream<StreamPart, LlmError>) =>
      Effect.exit(Stream.runForEach(parts, () => Effect.die("enough"))),
  } as const
  for (const [what, leave] of Object.entries(leaving)) {
    it.effect(`${what}: the connection is closed and the attempt is recorded as cancelled, once`, () =>
      Effect.gen(function* () {
        const { log, scoped } = yield* watched
        const { plugin, ended } = recorder()
        const plugins = [plug("provider", provider({ stream: () => scoped(endless) })), plugin]
        yield* leave(stream(plugins))
        assert.deepStrictEqual(log, ["closed"])
        assert.deepStrictEqual(
          ended.map(({ what, outcome }) => [what, outcome.interrupted ?? false]),
          [
            ["p/m", true],
            ["call", false],
          ],
        )
      }),
    )
  }

  it.effect("a stream that is never run asks nobody", () =>
    Effect.gen(function* () {
      let asked = 0
      const one = provider({ stream: () => Stream.suspend(() => (asked++, Stream.empty)) })
      const parts = stream([plug("provider", one)])
      yield* Effect.yieldNow
      assert.isDefined(parts)
      assert.strictEqual(asked, 0)
    }),
  )

  it.effect("a stream may be run twice: each run is a call", () =>
    Effect.gen(function* () {
      let asked = 0
      const one = provider({
        stream: () => Stream.suspend(() => (asked++, Stream.fromArray([start, delta("a"), finish()]))),
      })
      const parts = stream([plug("provider", one)])
      assert.strictEqual((yield* Stream.runCollect(parts)).length, 3)
      assert.strictEqual((yield* Stream.runCollect(parts)).length, 3)
      assert.strictEqual(asked, 2)
    }),
  )
})
