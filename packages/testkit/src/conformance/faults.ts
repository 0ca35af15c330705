import { assert } from "@effect/vitest"
import { type LlmError, type ReasonTag, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Fault } from "../Fault.ts"
import { assertReason, assertTruncated, failure } from "./judge.ts"
import { check, type WireScene } from "./Scene.ts"
import { type Ask, hello, ownWays, type ProviderConformance, type Way, ways } from "./Suite.ts"
import { group } from "./group.ts"

/** Bound of a wait in the tests of time-outs, in ms: far above what a loopback answer takes, far below what a person waits. */
const boundMs = 90

const text = "One two three four five."

const timed = (timeouts: NonNullable<NonNullable<Ask["policy"]>["timeouts"]>): Ask => ({
  ...hello,
  policy: { timeouts },
})

/** What a broken network and a broken server do: a typed failure each, and never a short answer as a whole one. */
export const faults = (suite: ProviderConformance): void =>
  group("faults", () => {
    connections(suite)
    timeouts(suite)
    notAnAnswer(suite)
    if (suite.capabilities.stream) cutStreams(suite)
    if (suite.capabilities.stream) damagedStreams(suite)
    if (suite.capabilities.generate) cutAnswers(suite)
    harmless(suite)
  })

type Judge = (error: LlmError, scene: WireScene) => void

const one =
  (...tags: ReadonlyArray<ReasonTag>): Judge =>
  (error) =>
    assertReason(error, ...tags)

const cut =
  (...because: ReadonlyArray<ReasonTag>): Judge =>
  (error) =>
    assertTruncated(error, ...because)

const faulty = (suite: ProviderConformance, way: Way, title: string, fault: Fault, judge: Judge) =>
  check(suite, `${title}, ${way}`, (scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ text, fault })
      judge(yield* failure(scene.ask(way, hello)), scene)
    }),
  )

const connections = (suite: ProviderConformance): void => {
  for (const way of ways) {
    check(suite, `a refused connection is Network, ${way}`, (scene) =>
      Effect.gen(function* () {
        yield* Effect.promise(() => scene.upstream.close())
        const error = yield* failure(scene.ask(way, hello))
        scene.sentNothing()
        assertReason(error, "Network")
        assert.notStrictEqual(error.recovery, "none")
        if (error.reason._tag === "Network") assert.strictEqual(error.reason.code, "ECONNREFUSED", "reason.code")
      }),
    )
    faulty(suite, way, "a reset before the headers is Network", { resetBeforeHeaders: true }, one("Network"))
  }
}

const timeouts = (suite: ProviderConformance): void => {
  const bounds = [
    ["total", timed({ total: boundMs })],
    ["first-content", timed({ firstContent: boundMs })],
    ["call", { ...hello, policy: { deadline: boundMs } }],
  ] as const
  for (const [phase, request] of bounds) {
    check(suite, `a server that never answers is a Timeout of the phase "${phase}"`, (scene) =>
      Effect.gen(function* () {
        scene.upstream.always({ fault: { silent: true } })
        // Without a stream there is no first content to wait for.
        for (const way of phase === "first-content" ? ownStream(suite) : ways) {
          const startedAt = performance.now()
          const error = yield* failure(scene.ask(way, request))
          assert.isBelow(performance.now() - startedAt, boundMs * 10, "it gave up in time")
          assertReason(error, "Timeout")
          if (error.reason._tag === "Timeout") assert.strictEqual(error.reason.phase, phase, way)
        }
      }),
    )
  }
  for (const way of ownStream(suite)) {
    check(suite, `a stall in the middle of an answer is Truncated because of a Timeout, ${way}`, (scene) =>
      Effect.gen(function* () {
        scene.upstream.always({ text, fault: { stallAfterChunks: 2 } })
        const error = yield* failure(scene.ask(way, timed({ idle: boundMs })))
        assertTruncated(error, "Timeout")
        if (error.reason._tag === "Truncated") assert.strictEqual(textOf(error.reason.partial.content), "One two")
      }),
    )
  }
  if (!suite.capabilities.stream) return
  check(suite, "slow but steady is no stall", (scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ text, fault: { chunkDelayMs: boundMs / 3 } })
      const { content } = yield* scene.ask("stream", timed({ idle: boundMs * 3 }))
      assert.strictEqual(textOf(content), text)
    }),
  )
}

/** A generate with `firstContent` or `idle` is served by streaming, so both ways are possible where streaming is. */
const ownStream = ({ capabilities }: ProviderConformance) => (capabilities.stream ? ways : [])

const notAnAnswer = (suite: ProviderConformance): void => {
  for (const way of ownWays(suite)) {
    faulty(suite, way, "a page of HTML under a 200 is InvalidResponse", { html: true }, (error) => {
      assertReason(error, "InvalidResponse")
      assert.notMatch(error.message, /<html|<!doctype|<body/i, "the page is not repeated")
    })
    faulty(suite, way, "an empty body is no answer", { emptyBody: true }, one("EmptyResponse", "InvalidResponse"))
    faulty(suite, way, "a 204 is no answer", { status: 204, body: "" }, one("EmptyResponse", "InvalidResponse"))
    redirected(suite, way)
    for (const body of ["not JSON at all", [], {}, { object: "something.else" }, "null", "42"]) {
      const title = `${JSON.stringify(body)} under a 200 is no answer`
      faulty(suite, way, title, { body }, one("EmptyResponse", "InvalidResponse"))
    }
  }
}

/** The key would go to wherever the redirect points: it is not followed, which the count of requests shows. */
const redirected = (suite: ProviderConformance, way: Way): void =>
  check(suite, `a redirect is a failure and is not followed, ${way}`, (scene) =>
    Effect.gen(function* () {
      for (const status of [301, 302, 307, 308]) {
        const headers = { location: `${scene.upstream.baseURL}/elsewhere` }
        scene.upstream.always({ fault: { status, headers, body: "" } })
        yield* failure(scene.ask(way, hello))
      }
    }),
  )

const cutStreams = (suite: ProviderConformance): void => {
  const stream = (title: string, fault: Fault, judge: Judge) => faulty(suite, "stream", title, fault, judge)
  stream("a stream without events is EmptyResponse", { emptyStream: true }, one("EmptyResponse"))
  stream("a clean end before content is EmptyResponse", { endAfterChunks: 0 }, one("EmptyResponse"))
  stream("a clean end in the middle is Truncated", { endAfterChunks: 2 }, (error) => {
    assertTruncated(error)
    if (error.reason._tag === "Truncated") assert.strictEqual(textOf(error.reason.partial.content), "One two")
  })
  stream("all text but no finish is Truncated", { missingFinish: true }, (error) => {
    assertTruncated(error)
    if (error.reason._tag === "Truncated") assert.strictEqual(textOf(error.reason.partial.content), text)
  })
  stream("neither finish nor terminator is Truncated", { missingFinish: true, missingTerminator: true }, cut())
  stream("a reset in the middle is Truncated because of Network", { resetAfterChunks: 2 }, cut("Network"))
  stream("a reset before content is Network", { resetAfterChunks: 0 }, one("Network"))
  stream("a cut of a gzipped stream is Truncated", { endAfterChunks: 2, gzip: true }, cut())
  if (!suite.capabilities.tools) return
  check(suite, "a tool call cut in the middle is never handed over as a call", (scene) =>
    Effect.gen(function* () {
      const toolCalls = [{ id: "c1", name: "weather", arguments: '{"city":"Lima","days":3}' }]
      for (const fault of [{ endAfterChunks: 2 }, { resetAfterChunks: 2 }] as const) {
        scene.upstream.always({ toolCalls, fault })
        const { reason } = yield* failure(scene.ask("stream", hello))
        assert.include(["Truncated", "EmptyResponse", "Network"], reason._tag)
        if (reason._tag === "Truncated") {
          assert.isFalse(reason.partial.content.some((part) => part.type === "tool-call"))
        }
      }
    }),
  )
}

const damagedStreams = (suite: ProviderConformance): void => {
  for (const [at, judge] of [[0, one("InvalidResponse")] as const, [2, cut("InvalidResponse")] as const]) {
    faulty(
      suite,
      "stream",
      `a chunk ${at} that is not JSON is a failure, not a gap`,
      { malformedChunkAt: at },
      (error, scene) => {
        judge(error, scene)
        assert.notMatch(error.message, /SyntaxError|Unexpected|JSON at position|[{}]/, "the chunk is not repeated")
      },
    )
  }
  check(suite, "a chunk that comes twice is told from a repetition, where events are numbered", (scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ text, fault: { duplicateChunkAt: 1 } })
      const { content } = yield* scene.ask("stream", hello)
      const [request] = scene.upstream.requests
      const numbered = request !== undefined && scene.wire.numbered(request)
      assert.strictEqual(textOf(content), numbered ? text : "One two two three four five.")
    }),
  )
}

const cutAnswers = (suite: ProviderConformance): void => {
  const whole = (title: string, fault: Fault, judge: Judge) => faulty(suite, "generate", title, fault, judge)
  whole("half of a JSON body is a failure", { invalidJson: true }, one("InvalidResponse", "Network"))
  whole(
    "half of a gzipped JSON body is a failure",
    { invalidJson: true, gzip: true },
    one("InvalidResponse", "Network"),
  )
  whole("a body that breaks off is Network", { resetAfterChunks: 1 }, one("Network"))
  whole("headers and then a reset is Network", { resetAfterChunks: 0 }, one("Network"))
  check(suite, "a body that stalls is a Timeout", (scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ text, fault: { stallAfterChunks: 1 } })
      assertReason(yield* failure(scene.ask("generate", timed({ total: boundMs }))), "Timeout")
    }),
  )
}

/** Looks wrong and is not. */
const harmless = (suite: ProviderConformance): void => {
  const fine = (title: string, fault: Fault) =>
    check(suite, title, (scene) =>
      Effect.gen(function* () {
        scene.upstream.always({ text, fault })
        for (const way of ways) assert.strictEqual(textOf((yield* scene.ask(way, hello)).content), text, way)
      }),
    )
  fine("a gzipped answer is read", { gzip: true })
  fine("a stream without its terminator is whole", { missingTerminator: true })
  fine("slow headers are waited for", { delayMs: boundMs })
  fine("a content type that says nothing is no obstacle", { contentType: "application/octet-stream" })

  check(suite, "a right answer under the content type of a page is read or refused, never empty", (scene) =>
    Effect.gen(function* () {
      scene.upstream.always({ text, fault: { contentType: "text/html" } })
      for (const way of ways) {
        const read = yield* Effect.result(scene.ask(way, hello))
        if (read._tag === "Success") assert.strictEqual(textOf(read.success.content), text, way)
        else assertReason(yield* failure(Effect.fail(read.failure)), "InvalidResponse")
      }
    }),
  )
}
