import { createServer } from "node:net"
import { once } from "node:events"
import { assert, it } from "@effect/vitest"
import { compose, definePlugin, isLlmError, Kernel, type LlmRequestInput, textOf } from "@switchyard/core"
import { startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { claudeMax } from "../src/index.ts"

const upstream = Effect.acquireRelease(
  Effect.promise(() => startUpstream()),
  (server) => Effect.promise(() => server.close()),
)

/** A port at which nothing listens. */
const deadPort = Effect.promise(async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  server.close()
  await once(server, "close")
  return port
})

const generate = (options: Parameters<typeof claudeMax>[0], request: LlmRequestInput) =>
  Effect.provide(
    Kernel.use((kernel) => kernel.generate(request)),
    compose([claudeMax(options)]),
  )

/** Asks the next candidate, whatever the failure. */
const tryNext = definePlugin({
  manifest: { name: "try-next", kind: "failover", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_, key) =>
    Layer.succeed(key, {
      run: ([first, ...rest], dispatch) =>
        rest.reduce((asked, candidate) => Effect.catch(asked, () => dispatch(candidate)), dispatch(first)),
      rescue: () => Effect.succeed({ _tag: "Fail" }),
    }),
})

it.live("the model's name goes into X-Model-Type, in both ways to ask", () =>
  Effect.gen(function* () {
    const server = yield* upstream
    server.always({ text: "Hi" })
    const stack = compose([claudeMax({ baseURL: new URL(server.baseURL).origin })])
    const request = { model: "max/code-expert", prompt: "Hello" }
    yield* Effect.provide(
      Kernel.use((kernel) =>
        Effect.andThen(kernel.generate(request), Stream.runDrain(kernel.stream({ ...request, model: "max/my-agent" }))),
      ),
      stack,
    )
    const [generated, streamed] = server.requests
    assert.strictEqual(generated?.path, "/v1/chat/completions")
    assert.strictEqual(generated?.headers["x-model-type"], "code-expert")
    assert.strictEqual(generated?.body.model, "code-expert")
    assert.isUndefined(generated?.headers.authorization)
    assert.strictEqual(streamed?.headers["x-model-type"], "my-agent")
    assert.strictEqual(streamed?.body.stream, true)
  }).pipe(Effect.scoped),
)

it.live("a request's own headers win, and a path in the address is kept", () =>
  Effect.gen(function* () {
    const server = yield* upstream
    server.always({ text: "Hi" })
    const baseURL = `${new URL(server.baseURL).origin}/proxy/v1`
    const headers = { "X-Model-Type": "chosen" }
    yield* generate({ baseURL, headers: { "x-team": "a" } }, { model: "max/text-general", prompt: "Hi", headers })
    assert.strictEqual(server.requests[0]?.path, "/proxy/v1/chat/completions")
    assert.strictEqual(server.requests[0]?.headers["x-model-type"], "chosen")
    assert.strictEqual(server.requests[0]?.headers["x-team"], "a")
  }).pipe(Effect.scoped),
)

it.live("a proxy that is not running is a Network error that says where and what to do", () =>
  Effect.gen(function* () {
    const port = yield* deadPort
    const request = { model: "max/text-general", prompt: "Hi" }
    for (const failed of [
      generate({ baseURL: `http://localhost:${port}` }, request),
      Effect.provide(
        Kernel.use((kernel) => Stream.runDrain(kernel.stream(request))),
        compose([claudeMax({ baseURL: `http://localhost:${port}` })]),
      ),
    ]) {
      const error = yield* Effect.flip(failed)
      if (!isLlmError(error)) throw error
      assert.strictEqual(error.reason._tag, "Network")
      assert.strictEqual(error.recovery, "failover")
      assert.include(error.message, `no Claude proxy answers at http://localhost:${port}/v1`)
      assert.include(error.message, "Start the proxy there")
      assert.include(error.message, "claudeMax({ baseURL })")
      assert.include(error.message, "CLAUDE_MAX_BASE_URL")
    }
  }),
)

it.live("it fails over like any other", () =>
  Effect.gen(function* () {
    const port = yield* deadPort
    const server = yield* upstream
    server.always({ text: "from the second" })
    const plugins = [
      claudeMax({ baseURL: `http://localhost:${port}` }),
      claudeMax({ id: "spare", baseURL: server.baseURL }),
      tryNext(),
    ] as const
    const routes = { auto: ["max/text-general", "spare/text-general"] }
    const response = yield* Effect.provide(
      Kernel.use((kernel) => kernel.generate({ model: "auto", prompt: "Hi" })),
      compose(plugins, { routes }),
    )
    assert.strictEqual(textOf(response.content), "from the second")
    assert.deepStrictEqual(
      response.route.attempts.map(({ candidate, outcome }) => [candidate.provider, outcome]),
      [
        ["max", "failed"],
        ["spare", "ok"],
      ],
    )
  }).pipe(Effect.scoped),
)

it.live("a name that no header can carry is refused before anything is sent", () =>
  Effect.gen(function* () {
    const server = yield* upstream
    for (const name of ["modèle", "two words", "a\nb"]) {
      const error = yield* Effect.flip(generate({ baseURL: server.baseURL }, { model: `max/${name}`, prompt: "Hi" }))
      if (!isLlmError(error)) throw error
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.include(error.message, "X-Model-Type")
    }
    assert.strictEqual(server.requests.length, 0)
  }).pipe(Effect.scoped),
)

it.live("an address that is none fails when the stack is built", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(generate({ baseURL: "localhost:8002" }, { model: "max/x", prompt: "Hi" }))
    assert.include(String(error), "baseURL is not an http or https URL")
    const secret = { baseURL: "http://me:secret-word@localhost:8002" }
    const refused = String(yield* Effect.flip(generate(secret, { model: "max/x", prompt: "Hi" })))
    assert.include(refused, "holds a user name or a password")
    assert.notInclude(refused, "secret-word")
  }),
)
