import { assert } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { Fault } from "../Fault.ts"
import { soon } from "./judge.ts"
import { check, type WireScene } from "./Scene.ts"
import { hello, type ProviderConformance } from "./Suite.ts"
import { group } from "./group.ts"

/** From the interruption to the moment at which the server sees the socket close, in ms. */
const limitMs = 50
// A machine under load may not run anything for longer than that, so the best of a few tries counts.
const tries = 4

/** Interrupts the call when the server has its request and `ready` is there; gives the ms until the socket closed. */
const abandon = Effect.fnUntraced(function* (
  scene: WireScene,
  call: (ready: Effect.Effect<unknown>) => Effect.Effect<unknown, unknown>,
  waits: boolean,
) {
  const index = scene.upstream.requests.length
  const ready = yield* Deferred.make<void>()
  const fiber = yield* Effect.forkChild(call(Deferred.succeed(ready, undefined)))
  const request = yield* soon("the request", () => scene.upstream.waitForRequest(index))
  if (waits) yield* Effect.timeout(Deferred.await(ready), 2000)
  const at = performance.now()
  yield* Fiber.interrupt(fiber)
  const end = yield* soon("the end of the request", () => request.closed)
  const exit = yield* Fiber.await(fiber)
  assert.isTrue(Exit.isFailure(exit) && Exit.hasInterrupts(exit), "the call ends as interrupted")
  assert.strictEqual(end, "aborted", "the client closed the socket")
  return (request.closedAt ?? Infinity) - at
})

const promptly = Effect.fnUntraced(function* <E>(measure: Effect.Effect<number, E>) {
  let best = Infinity
  for (let attempt = 0; attempt < tries && best >= limitMs; attempt++) best = Math.min(best, yield* measure)
  assert.isBelow(best, limitMs, "ms until the server saw the socket close")
})

/** Whoever leaves takes the HTTP request along. */
export const cancellation = (suite: ProviderConformance): void =>
  group("cancellation closes the socket at once", () => {
    const waiting = (title: string, fault: Fault, call: (scene: WireScene) => Effect.Effect<unknown, unknown>) =>
      check(suite, title, (scene) => {
        scene.upstream.always({ fault })
        return promptly(abandon(scene, () => call(scene), false))
      })

    waiting("generate, waiting for the headers", { silent: true }, (scene) => scene.ask("generate", hello))
    waiting("generate, in the middle of the body", { stallAfterChunks: 1 }, (scene) => scene.ask("generate", hello))
    waiting("a stream, waiting for the headers", { silent: true }, (scene) => scene.ask("stream", hello))
    if (suite.capabilities.embeddings) {
      waiting("embeddings, waiting for the headers", { silent: true }, (scene) => scene.embed(["one"]))
    }
    if (!suite.capabilities.stream) return
    waiting("a stream, before its first content", { stallAfterChunks: 0 }, (scene) => scene.ask("stream", hello))

    flowing(suite)
  })

const flowing = (suite: ProviderConformance): void => {
  check(suite, "a stream that flows", (scene) => {
    scene.upstream.always({ fault: { chunkDelayMs: 5, stallAfterChunks: 5 } })
    const call = (ready: Effect.Effect<unknown>) =>
      Stream.runForEach(scene.parts(hello), (part) => (part.type === "text-delta" ? ready : Effect.void))
    return promptly(abandon(scene, call, true))
  })

  check(suite, "a consumer that stops early, with Stream.take", (scene) => {
    scene.upstream.always({ fault: { stallAfterChunks: 3 } })
    return promptly(leftBy(scene, Stream.take(3)))
  })

  check(suite, "a consumer that stops at the first text", (scene) => {
    scene.upstream.always({ fault: { chunkDelayMs: 40 } })
    return promptly(
      leftBy(
        scene,
        Stream.takeUntil((part) => part.type === "text-delta"),
      ),
    )
  })

  check(suite, "a consumer that fails", (scene) => {
    scene.upstream.always({ fault: { stallAfterChunks: 3 } })
    const broken = Effect.flip(Stream.runForEach(scene.parts(hello), () => Effect.fail("the consumer's own" as const)))
    return promptly(leaving(scene, broken))
  })
}

type Shorten = (parts: ReturnType<WireScene["parts"]>) => ReturnType<WireScene["parts"]>

const leftBy = (scene: WireScene, shorten: Shorten) => leaving(scene, Stream.runDrain(shorten(scene.parts(hello))))

/** Runs a consumer to its own end; gives the ms from there until the socket closed. */
const leaving = Effect.fnUntraced(function* <E>(scene: WireScene, consume: Effect.Effect<unknown, E>) {
  const index = scene.upstream.requests.length
  yield* Effect.timeout(consume, 2000)
  const at = performance.now()
  const request = yield* soon("the request", () => scene.upstream.waitForRequest(index))
  const end = yield* soon("the end of the request", () => request.closed)
  assert.strictEqual(end, "aborted", "the client closed the socket")
  return (request.closedAt ?? Infinity) - at
})
