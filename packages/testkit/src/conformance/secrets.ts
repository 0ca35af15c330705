import { assert } from "@effect/vitest"
import type { LlmError, LlmRequest } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import type { Fault } from "../Fault.ts"
import { assertNoSecret, failure } from "./judge.ts"
import { check, secret, type WireScene } from "./Scene.ts"
import { hello, type ProviderConformance, ways } from "./Suite.ts"
import { group } from "./group.ts"

const wrong = `Incorrect API key provided: ${secret}. You can find your API key at https://example.com.`
const fields = (given: object) => ({
  error: { message: "No.", type: "invalid_request_error", param: null, code: null, ...given },
})

/** Ways in which servers and proxies quote the key that they were sent. */
const quotations: ReadonlyArray<readonly [string, Fault]> = [
  ["in the message of an error", { status: 401, body: fields({ message: wrong }) }],
  [
    "behind Bearer, in a header that is echoed",
    { status: 400, body: fields({ message: `Authorization: Bearer ${secret}` }) },
  ],
  [
    "in the code, type and param of an error",
    { status: 400, body: fields({ code: secret, type: secret, param: secret }) },
  ],
  ["in a field that nobody documented", { status: 400, body: { detail: wrong, request: { key: secret } } }],
  ["in plain text", { status: 502, body: wrong }],
  ["in a page of HTML", { status: 403, body: `<html><body>${wrong}</body></html>` }],
  [
    "in response headers",
    { error: "server_error", headers: { "x-request-id": secret, "request-id": secret, "x-echo": secret } },
  ],
  ["in an error inside a 200", { status: 200, body: fields({ message: wrong, code: secret }) }],
  ["in text that is no answer", { status: 200, body: wrong }],
]

/** The kernel makes errors anew, so what the provider itself fails with is searched as well: its causes above all. */
const asItComes = Effect.fnUntraced(function* (suite: ProviderConformance, { provider, sending }: WireScene) {
  const { generate, stream, embed } = provider
  const request: LlmRequest = {
    model: suite.model,
    messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
  }
  const calls: ReadonlyArray<Effect.Effect<unknown, LlmError>> = [
    ...(generate === undefined ? [] : [generate(request)]),
    ...(stream === undefined ? [] : [Stream.runCollect(stream(request))]),
    ...(embed === undefined || !suite.capabilities.embeddings ? [] : [embed({ model: suite.model, inputs: ["one"] })]),
  ]
  sending(calls.length)
  // A stream may end without its finish: telling that this is a failure is the kernel's part.
  for (const call of calls) assertNoSecret(yield* Effect.result(call), "what the provider itself gives")
})

/** The key is in no failure, no trace and no log, even when the server repeats it. */
export const secrets = (suite: ProviderConformance): void =>
  group("the key stays secret when the server quotes it", () => {
    for (const [where, fault] of quotations) {
      check(suite, where, (scene) =>
        Effect.gen(function* () {
          scene.upstream.always({ fault })
          // `failure` searches the error, its causes, its JSON and what `util.inspect` shows of it.
          for (const way of ways) yield* failure(scene.ask(way, hello))
          if (suite.capabilities.embeddings) yield* failure(scene.embed(["one"]))
          yield* asItComes(suite, scene)
        }),
      )
    }

    check(suite, "in the middle of a stream", (scene) =>
      Effect.gen(function* () {
        // A chunk of its own, damaged: what could not be read must not be shown.
        scene.upstream.always({ chunks: ["One", ` ${secret}`, " three"], fault: { malformedChunkAt: 1 } })
        if (suite.capabilities.stream) yield* failure(scene.ask("stream", hello))
      }),
    )

    streamed(suite)
    ownHeaders(suite)
    traces(suite)
    check(suite, "the provider itself, printed", (scene) =>
      Effect.sync(() => {
        assertNoSecret(scene.provider, "the provider")
        assertNoSecret(Exit.succeed(scene.provider.describe(suite.model)), "its description of a model")
      }),
    )
  })

/** Errors in the middle of a stream take another way than those of a whole body. */
const streamed = (suite: ProviderConformance): void => {
  if (!suite.capabilities.stream) return
  const body = fields({ message: wrong, type: secret, code: secret, param: secret })
  for (const after of [0, 2]) {
    check(suite, `in an error event of a stream, after ${after} chunks`, (scene) =>
      Effect.gen(function* () {
        for (const fault of [
          { errorAfterChunks: after, body },
          { failedAfterChunks: after, body },
        ]) {
          scene.upstream.always({ text: "One two three four", fault })
          yield* failure(scene.ask("stream", hello))
          yield* asItComes(suite, scene)
        }
      }),
    )
  }
}

/** A header that only one request has. It looks like no key, so that only who sent it can know it. */
const ownSecret = "tok_0wn5ecret_of_one_request"

const ownHeaders = (suite: ProviderConformance): void =>
  check(suite, "in a header that the request brought itself", (scene) =>
    Effect.gen(function* () {
      const body = fields({ message: `No ${ownSecret}.`, type: ownSecret, code: ownSecret, param: ownSecret })
      const headers = { "x-request-id": ownSecret, "request-id": ownSecret }
      const request = { ...hello, headers: { "x-customer": `Bearer ${ownSecret}` } }
      for (const fault of [
        { status: 401, body, headers },
        { status: 200, body },
        { errorAfterChunks: 1, body },
      ]) {
        scene.upstream.always({ text: "One two three", fault })
        for (const way of ways) {
          const error = yield* failure(scene.ask(way, request))
          assertNoSecret(error, `the failure of ${way}`, ownSecret)
          assert.include(scene.upstream.requests.at(-1)?.headers["x-customer"], ownSecret, "the header was sent")
        }
      }
    }),
  )

const traces = (suite: ProviderConformance): void =>
  check(suite, "spans, logs and route traces of good and bad calls", (scene) =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const spans: Array<Tracer.Span> = []
      const logger = Logger.make((options) => void seen.push(inspect(options, { depth: 6 })))
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        },
      })
      const watched = Effect.gen(function* () {
        for (const fault of [{}, { status: 401, body: fields({ message: wrong }) }, { resetBeforeHeaders: true }]) {
          scene.upstream.always({ fault })
          for (const way of ways) seen.push(yield* Effect.exit(scene.ask(way, hello)))
        }
      })
      yield* watched.pipe(
        Effect.withTracer(tracer),
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(References.MinimumLogLevel, "Trace"),
      )
      assert.isAbove(spans.length, 0, "the calls were traced")
      const told = [...seen, ...spans.map(({ name, attributes, status }) => ({ name, attributes, status }))]
      for (const one of told) assertNoSecret(one, "a span, a log line or a result")
    }),
  )
