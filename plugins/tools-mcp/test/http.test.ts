import { createServer } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { startHttpServer } from "./servers/http.ts"
import { asking, call, lastText, model, on, resultsIn, toolNames } from "./stack.ts"

type HttpOptions = Parameters<typeof startHttpServer>[0]

const withServer = <A, E>(
  use: (server: Awaited<ReturnType<typeof startHttpServer>>) => Effect.Effect<A, E>,
  options?: HttpOptions,
): Effect.Effect<A, E> =>
  Effect.acquireUseRelease(
    Effect.promise(() => startHttpServer(options)),
    use,
    (server) => Effect.promise(() => server.close()),
  )

describe("a server behind a URL", () => {
  it.live.each([{ json: false }, { json: true }])(
    "lists, is called and is told goodbye; its headers go with every request (%o)",
    (options) =>
      withServer((server) => {
        const made = model([[call("echo", { text: "a" }, "1"), call("echo", { text: "b" }, "2")], "done"])
        const headers = { authorization: Redacted.make("Bearer s3cret-s3cret") }
        return Effect.map(
          on(made, { servers: { web: { url: server.url, headers } } }, (kernel) => kernel.generate(asking)),
          (response) => {
            assert.strictEqual(textOf(response.content), "done")
            assert.deepStrictEqual(
              resultsIn(made.requests[1]).map(({ output }) => output),
              [
                { type: "text", value: "echo: a" },
                { type: "text", value: "echo: b" },
              ],
            )
            assert.isTrue(server.seen.every((seen) => seen.headers["authorization"] === "Bearer s3cret-s3cret"))
            assert.strictEqual(server.seen.at(-1)?.method, "DELETE")
            const rpc = server.seen.flatMap((seen) => (seen.rpc === undefined ? [] : [seen.rpc]))
            assert.deepStrictEqual(rpc.slice(0, 3), ["initialize", "notifications/initialized", "tools/list"])
            assert.notInclude(JSON.stringify(response), "s3cret")
          },
        )
      }, options),
  )

  it.live("a user in the URL goes as basic authentication, unless a header says otherwise", () =>
    withServer((server) =>
      Effect.gen(function* () {
        const url = server.url.replace("//", "//ann:pa%3Ass@")
        const own = { url, headers: { Authorization: "Bearer x" } }
        yield* on(model(["done"]), { servers: { web: { url } } }, (kernel) => kernel.generate(asking))
        yield* on(model(["done"]), { servers: { web: own } }, (kernel) => kernel.generate(asking))
        assert.deepStrictEqual(
          [...new Set(server.seen.map(({ headers }) => headers.authorization))],
          ["Basic YW5uOnBhOnNz", "Bearer x"],
        )
      }),
    ),
  )

  it.live("a server that forgot the session is asked again in a new one", () =>
    withServer((server) =>
      Effect.gen(function* () {
        const made = model([
          () => {
            server.forget()
            return [call("echo", { text: "again" })]
          },
          "done",
        ])
        yield* on(made, { servers: { web: { url: server.url } } }, (kernel) => kernel.generate(asking))
        assert.strictEqual(lastText(made), "echo: again")
        assert.strictEqual(server.seen.filter(({ rpc }) => rpc === "initialize").length, 2)
      }),
    ),
  )

  it.live.each([
    {
      json: false,
      says: /^The tool "crash" failed: the MCP server "web" (broke|ended) the connection before its answer$/,
    },
    { json: true, says: /^The tool "crash" failed: the MCP server "web" cannot be reached: fetch failed \(/ },
  ])("a connection that breaks in a call is an error for the model, at once (%o)", ({ json, says }) =>
    withServer(
      (server) =>
        Effect.gen(function* () {
          const made = model([[call("crash")], [call("echo", { text: "back" })], "done"])
          yield* on(made, { servers: { web: { url: server.url } } }, (kernel) => kernel.generate(asking))
          const [crash, echo] = resultsIn(made.requests.at(-1)).map(({ output }) => output)
          assert.match(crash?.type === "error-text" ? crash.value : "", says)
          assert.deepStrictEqual(echo, { type: "text", value: "echo: back" })
        }),
      { json },
    ),
  )

  it.live.each([{ json: false }, { json: true }])(
    "a call that is left gives its connection back, and the server is told (%o)",
    (options) =>
      withServer(
        (server) =>
          on(model([[call("hang")]]), { servers: { web: { url: server.url } } }, (kernel) =>
            Effect.gen(function* () {
              const fiber = yield* Effect.forkChild(kernel.generate(asking))
              yield* Effect.promise(() => server.hanging)
              yield* Fiber.interrupt(fiber)
              yield* Effect.promise(() => server.cancelled)
              yield* Effect.promise(() => server.released)
              assert.include(
                server.seen.map(({ rpc }) => rpc),
                "notifications/cancelled",
              )
            }),
          ),
        options,
      ),
  )

  it.live("tools that it adds while it runs are offered to the next call", () =>
    withServer((server) =>
      Effect.gen(function* () {
        const made = model(["hello", [call("grow")], "done"])
        yield* on(made, { servers: { web: { url: server.url } } }, (kernel) =>
          Effect.gen(function* () {
            yield* kernel.generate(asking)
            yield* Effect.promise(() => server.listened)
            yield* kernel.generate(asking)
            // The news come on a connection of their own.
            for (let calls = 0; calls < 100 && !toolNames(made.requests.at(-1)).includes("grown"); calls++) {
              yield* kernel.generate(asking)
            }
          }),
        )
        assert.notInclude(toolNames(made.requests[1]), "grown")
        assert.include(toolNames(made.requests.at(-1)), "grown")
      }),
    ),
  )

  it.live.each([{ json: false }, { json: true }])(
    "a message that is too large is an error for the model (%o)",
    (options) =>
      withServer(
        (server) =>
          Effect.gen(function* () {
            const made = model([[call("big", { chars: 300_000 })], [call("echo", { text: "on" })], "done"])
            yield* on(made, { servers: { web: { url: server.url } }, maxMessageBytes: 100_000 }, (kernel) =>
              kernel.generate(asking),
            )
            const [big, echo] = resultsIn(made.requests.at(-1)).map(({ output }) => output)
            assert.include(big?.type === "error-text" ? big.value : "", "sent a message of more than 100000 bytes")
            assert.deepStrictEqual(echo, { type: "text", value: "echo: on" })
          }),
        options,
      ),
  )
})

describe("a URL that does not serve", () => {
  it.live("is a warning without its secrets when nobody listens", () =>
    Effect.gen(function* () {
      const server = yield* Effect.promise(() => startHttpServer())
      yield* Effect.promise(() => server.close())
      const made = model(["done"])
      const url = `http://ann:pa55word@127.0.0.1:${server.port}/mcp?key=s3cret-s3cret`
      const response = yield* on(made, { servers: { web: { url } } }, (kernel) => kernel.generate(asking))
      assert.strictEqual(textOf(response.content), "done")
      const [warning] = response.warnings
      assert.include(
        warning?.message ?? "",
        `the MCP server "web" (http://127.0.0.1:${server.port}/mcp) is left out: it cannot be reached: `,
      )
      assert.include(warning?.message ?? "", "ECONNREFUSED")
      assert.notMatch(JSON.stringify(response), /pa55word|s3cret/)
    }),
  )

  it.live("is a warning with its status when something else is there", () =>
    Effect.gen(function* () {
      const other = createServer((_, response) => void response.writeHead(403).end("<h1>no</h1>"))
      yield* Effect.promise(() => new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve)))
      const address = other.address()
      const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`
      const made = model(["done"])
      const response = yield* on(made, { servers: { web: { url } } }, (kernel) => kernel.generate(asking))
      other.close()
      assert.include(response.warnings[0]?.message ?? "", "is left out: it answered with HTTP 403: <h1>no</h1>")
    }),
  )
})
