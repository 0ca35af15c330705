import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import {
  definePlugin,
  foldCall,
  Kernel,
  LlmError,
  type LlmRequestInput,
  type ModelInfo,
  textOf,
} from "@switchyard/core"
import { defineTool, runTools } from "@switchyard/tools"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { mcpToolset, openMcpToolset } from "../src/index.ts"
import { startHttpServer } from "./servers/http.ts"
import { asking, call, info, lastText, model, on, resultsIn, stdio, text, toolNames } from "./stack.ts"

/** Servers that all tests here share: over HTTP they need no process each. */
const shared: { [name: string]: Awaited<ReturnType<typeof startHttpServer>> } = {}

beforeAll(async () => {
  shared["plain"] = await startHttpServer()
  shared["searching"] = await startHttpServer({ more: ["search"] })
  shared["owning"] = await startHttpServer({ more: ["own", "x"] })
})
afterAll(() => Promise.all(Object.values(shared).map((server) => server.close())))

const web = (name = "plain") => ({ url: shared[name]?.url ?? "" })

const bringing = (mcp: object): LlmRequestInput => ({
  ...asking,
  providerData: { p: { tier: "x" }, mcp: JSON.parse(JSON.stringify(mcp)) },
})

const messages = (made: ReturnType<typeof model>) => made.requests.at(-1)?.messages ?? []

const toolWarnings = (response: { readonly warnings: ReadonlyArray<{ setting?: string; message: string }> }) =>
  response.warnings.filter(({ setting }) => setting !== "seed").map(({ message }) => message)

describe("what a call brings with it", () => {
  it.live("servers in either shape, and never a trace of them at the provider", () =>
    Effect.gen(function* () {
      for (const key of ["servers", "mcpServers"]) {
        const made = model([[call("echo", { text: "x" })], "done"])
        const mcp = { [key]: { mine: { ...stdio({ TOKEN: "s3cret-s3cret" }), autoApprove: [] } }, only: ["echo"] }
        const response = yield* on(made, {}, (kernel) => kernel.generate(bringing(mcp)))
        assert.strictEqual(lastText(made), "echo: x")
        assert.deepStrictEqual(toolNames(made.requests[0]), ["echo"])
        assert.deepStrictEqual(
          made.requests.map(({ providerData }) => providerData),
          [{ p: { tier: "x" } }, { p: { tier: "x" } }],
        )
        assert.deepStrictEqual(toolWarnings(response), [])
        assert.notInclude(JSON.stringify(response), "s3cret")
      }
    }),
  )

  it.live("the same servers are the same process in the next call", () =>
    Effect.gen(function* () {
      const made = model([[call("pid")], "done", [call("pid")], "done"])
      const brought = bringing({ servers: { mine: stdio() } })
      yield* on(made, {}, (kernel) =>
        Effect.gen(function* () {
          yield* kernel.generate(brought)
          const first = lastText(made)
          yield* kernel.generate(brought)
          assert.strictEqual(lastText(made), first)
        }),
      )
    }),
  )

  it.live("one too many takes the place of the one that was not used for longest", () =>
    Effect.gen(function* () {
      const steps = [[call("pid")], "done"]
      const made = model([...steps, ...steps, ...steps, ...steps])
      const pids = yield* on(made, { maxCallServers: 2 }, (kernel) =>
        Effect.forEach(["a", "b", "c", "b"], (name) =>
          Effect.map(kernel.generate(bringing({ servers: { [name]: stdio({ NAME: name }) } })), () => lastText(made)),
        ),
      )
      const [a, b, , again] = pids
      assert.strictEqual(again, b)
      assert.strictEqual(new Set(pids).size, 3)
      assert.throws(() => process.kill(Number(a), 0), /ESRCH/)
    }),
  )

  it.live("a choice among its servers, by tool or by server; what nobody has is a warning", () =>
    Effect.gen(function* () {
      const made = model(["done"])
      const response = yield* on(made, { servers: { global: web("owning") } }, (kernel) =>
        kernel.generate(bringing({ servers: { b: web("searching") }, only: ["search", "nope"] })),
      )
      assert.include(toolNames(made.requests[0]), "own")
      assert.include(toolNames(made.requests[0]), "search")
      assert.strictEqual(toolNames(made.requests[0]).length, 15)
      assert.deepStrictEqual(toolWarnings(response), [
        'no MCP server of this call has a tool or the name "nope" (only)',
      ])
      const all = model(["done"])
      yield* on(all, { servers: { global: web() } }, (kernel) => kernel.generate(bringing({ only: ["pid", "echo"] })))
      assert.deepStrictEqual(toolNames(all.requests[0]), ["echo", "pid"])
    }),
  )

  it.live("what is wrong with it is told with its path, and the rest is used", () =>
    Effect.gen(function* () {
      const made = model(["done"])
      const mcp = {
        servers: {
          a: { comand: "node" },
          b: { type: "sse", url: "http://127.0.0.1:1/" },
          c: { url: "ftp://x" },
          d: { command: "x", args: "y" },
          e: 5,
          f: { command: "x", env: { A: {} } },
          good: { ...stdio(), env: { PORT: 80, DEBUG: true } },
        },
        onyl: [],
      }
      const response = yield* on(made, {}, (kernel) => kernel.generate(bringing(mcp)))
      assert.deepStrictEqual(toolWarnings(response), [
        "providerData.mcp.servers.a has neither a command nor a url",
        `providerData.mcp.servers.b is of the type "sse", which MCP gave up in 2025: use the server's streamable HTTP URL`,
        "providerData.mcp.servers.c has a url that is neither http nor https",
        "providerData.mcp.servers.d has args that are no list of texts",
        "providerData.mcp.servers.e must be an object with a command or a url",
        "providerData.mcp.servers.f has an env that is not texts by name",
        "providerData.mcp.onyl is unknown and was ignored",
      ])
      assert.include(toolNames(made.requests[0]), "echo")
    }),
  )

  it.live("is refused with a warning where the stack does not allow it", () =>
    Effect.gen(function* () {
      const made = model(["done"])
      const response = yield* on(made, { perCall: false }, (kernel) =>
        kernel.generate(bringing({ servers: { mine: web() } })),
      )
      assert.deepStrictEqual(toolNames(made.requests[0]), [])
      assert.deepStrictEqual(toolWarnings(response), ["MCP servers of a call are not allowed in this stack (perCall)"])
      assert.deepStrictEqual(made.requests[0]?.providerData, { p: { tier: "x" } })
    }),
  )

  it.live("may come with a later attempt, as a retry that offers a tool does it", () =>
    Effect.gen(function* () {
      const made = model([
        LlmError.make({ _tag: "Overloaded", message: "full" }),
        [call("echo", { text: "now" })],
        "done",
      ])
      const retry = definePlugin({
        manifest: { name: "test-retry", kind: "retry", contract: 1, permissions: [] },
        options: Schema.Struct({}),
        layer: (_, key) =>
          Layer.succeed(key, {
            next: () =>
              Effect.succeed({
                _tag: "Retry",
                delayMs: 0,
                amend: (request) => ({
                  ...request,
                  providerData: bringing({ servers: { debug: web() } }).providerData ?? {},
                }),
              }),
          }),
      })
      const response = yield* on(made, {}, (kernel) => kernel.generate(asking), [retry()])
      assert.deepStrictEqual(toolNames(made.requests[0]), [])
      assert.strictEqual(lastText(made), "echo: now")
      assert.deepStrictEqual(
        response.route.attempts.map(({ outcome }) => outcome),
        ["failed", "ok"],
      )
      assert.strictEqual(response.route.attempts[1]?.usage?.input.total, 20)
    }),
  )
})

describe("names", () => {
  it.live("a tool that two have gets its server's name, one that the caller has keeps the caller's", () =>
    Effect.gen(function* () {
      const made = model([[call("b__pid", {}, "1"), call("a__pid", {}, "2")], "done"])
      const echo = { type: "function" as const, name: "echo", inputSchema: { type: "object" } }
      const servers = { a: { ...web(), only: ["pid", "echo"] }, b: { ...web("owning"), only: ["pid", "x"] } }
      yield* on(made, { servers }, (kernel) => kernel.generate({ ...asking, tools: [echo] }))
      assert.deepStrictEqual(toolNames(made.requests[0]), ["echo", "a__echo", "a__pid", "b__pid", "x"])
      assert.deepStrictEqual(
        resultsIn(made.requests[1]).map(({ name, output }) => [name, output.type]),
        [
          ["b__pid", "text"],
          ["a__pid", "text"],
        ],
      )
    }),
  )

  it.live("more tools than a request may have are left out with a warning", () =>
    Effect.gen(function* () {
      const made = model(["done"])
      const response = yield* on(made, { servers: { test: web() }, maxTools: 3 }, (kernel) => kernel.generate(asking))
      assert.deepStrictEqual(toolNames(made.requests[0]), ["big", "cancelled", "crash"])
      assert.deepStrictEqual(toolWarnings(response), [
        '9 MCP tools are left out: a request may have 3 (maxTools); choose with "only"',
      ])
    }),
  )
})

describe("when nothing is to be offered", () => {
  it.live("a model without tools, or a call that wants none, is asked as if there were no servers", () =>
    Effect.gen(function* () {
      const without: ModelInfo = { ...info, tools: false }
      const made = model(["done"], without)
      const response = yield* on(made, { servers: { test: web() } }, (kernel) => kernel.generate(asking))
      assert.deepStrictEqual(toolWarnings(response), [
        "p/m cannot call tools: it is not offered those of the MCP servers",
      ])
      const free = model(["done"])
      yield* on(free, { servers: { test: web() } }, (kernel) => kernel.generate({ ...asking, toolChoice: "none" }))
      assert.deepStrictEqual([toolNames(made.requests[0]), toolNames(free.requests[0])], [[], []])
    }),
  )
})

describe("the loop", () => {
  it.live("the last step that is allowed forbids tools", () =>
    Effect.gen(function* () {
      const made = model([[call("pid", {}, "1")], [call("pid", {}, "2")], "at last"])
      const response = yield* on(made, { servers: { test: web() }, maxSteps: 3 }, (kernel) => kernel.generate(asking))
      assert.deepStrictEqual(
        made.requests.map(({ toolChoice }) => toolChoice),
        [undefined, undefined, "none"],
      )
      assert.strictEqual(textOf(response.content), "at last")
      assert.match(toolWarnings(response)[0] ?? "", /called tools in each of 2 steps/)
    }),
  )

  it.live("a failing step is the failure of the attempt, for retry and failover to see", () =>
    Effect.gen(function* () {
      const made = model([[call("pid")], LlmError.make({ _tag: "Overloaded", message: "full" })])
      const error = yield* Effect.flip(on(made, { servers: { test: web() } }, (kernel) => kernel.generate(asking)))
      assert.strictEqual(error.reason._tag, "Overloaded")
      assert.deepStrictEqual([error.context.provider, error.context.model], ["p", "m"])
    }),
  )

  it.live("a tool that nobody has is answered, and the caller's own are handed over", () =>
    Effect.gen(function* () {
      const made = model([[call("nobody")], [call("mine")]])
      const mine = { type: "function" as const, name: "mine", inputSchema: { type: "object" } }
      const response = yield* on(made, { servers: { test: web() } }, (kernel) =>
        kernel.generate({ ...asking, tools: [mine] }),
      )
      assert.match(lastText(made), /There is no tool "nobody"/)
      assert.deepStrictEqual(response.content, [call("mine")])
      assert.strictEqual(response.finish.unified, "tool-calls")
    }),
  )

  it.live(
    "calls of both kinds in one answer: ours are run, the caller runs its own, and the model sees all results",
    () =>
      Effect.gen(function* () {
        const made = model([[text("let me see"), call("echo", { text: "x" }), call("mine")], "done"])
        const mine = defineTool({ name: "mine", input: { type: "object" }, execute: () => "of mine" })
        const run = yield* on(made, { servers: { test: web() } }, (kernel) =>
          Effect.provideService(runTools(asking, { tools: [mine] }), Kernel, kernel),
        )
        assert.strictEqual(textOf(run.response.content), "done")
        assert.strictEqual(made.requests.length, 2)
        const [, assistant, results] = messages(made)
        assert.deepStrictEqual(assistant?.role === "assistant" ? assistant.content : [], [
          text("let me see"),
          call("echo", { text: "x" }),
          call("mine"),
        ])
        assert.deepStrictEqual(results, {
          role: "tool",
          content: [
            { type: "tool-result", id: "echo-1", name: "echo", output: { type: "text", value: "echo: x" } },
            { type: "tool-result", id: "mine-1", name: "mine", output: { type: "text", value: "of mine" } },
          ],
        })
      }),
  )
})

const conversation = [[text("I look it up. "), call("echo", { text: "x" })], [text("It is x.")]]

describe("streams", () => {
  it.live("the last step is the answer; folding the stream gives what generate gives", () =>
    Effect.gen(function* () {
      for (const stream of ["fail", "hold"] as const) {
        const [streamed, whole] = [model(conversation), model(conversation)]
        const parts = yield* on(streamed, { servers: { test: web() } }, (kernel) =>
          Stream.runCollect(kernel.stream({ ...asking, policy: { stream } })),
        )
        const response = yield* on(whole, { servers: { test: web() } }, (kernel) => kernel.generate(asking))
        assert.deepStrictEqual(foldCall(parts).content, [text("It is x.")])
        assert.deepStrictEqual(foldCall(parts).content, response.content)
        assert.deepStrictEqual(foldCall(parts).usage, response.usage)
        assert.deepStrictEqual(foldCall(parts).warnings, response.warnings)
      }
    }),
  )

  it.live("with all steps, what was said and done before flows as it comes; the law holds too", () =>
    Effect.gen(function* () {
      const options = { servers: { test: web() }, steps: "all" } as const
      const [streamed, whole] = [model(conversation), model(conversation)]
      const parts = yield* on(streamed, options, (kernel) => Stream.runCollect(kernel.stream(asking)))
      const response = yield* on(whole, options, (kernel) => kernel.generate(asking))
      const done = { providerExecuted: true, providerData: { mcp: { server: "test", tool: "echo" } } }
      assert.deepStrictEqual(response.content, [
        text("I look it up. "),
        Object.assign(call("echo", { text: "x" }), done),
        {
          type: "tool-result",
          id: "echo-1",
          name: "echo",
          output: { type: "text", value: "echo: x" },
          ...done,
        },
        text("It is x."),
      ])
      assert.deepStrictEqual(foldCall(parts).content, response.content)
      assert.deepStrictEqual(foldCall(parts).usage, response.usage)
      assert.deepStrictEqual(foldCall(parts).warnings, response.warnings)
      assert.strictEqual(parts.filter(({ type }) => type === "stream-start").length, 1)
      assert.strictEqual(parts.filter(({ type }) => type === "finish").length, 1)
    }),
  )

  it.live("such an answer goes back to the model as the steps that it was made of", () =>
    Effect.gen(function* () {
      const made = model([...conversation, "you are welcome"])
      yield* on(made, { servers: { test: web() }, steps: "all" }, (kernel) =>
        Effect.gen(function* () {
          const { content, provider, model: origin } = yield* kernel.generate(asking)
          const said = { role: "assistant" as const, content, origin: { provider, model: origin } }
          yield* kernel.generate({
            model: "p/m",
            messages: [{ role: "user", content: "do it" }, said],
            prompt: "thanks",
          })
        }),
      )
      assert.deepStrictEqual(
        messages(made).map(({ role }) => role),
        ["user", "assistant", "tool", "assistant", "user"],
      )
      const [, first, results, second] = messages(made)
      assert.deepStrictEqual(first?.content, conversation[0])
      assert.deepStrictEqual(second?.content, conversation[1])
      assert.deepInclude(results, {
        content: [{ type: "tool-result", id: "echo-1", name: "echo", output: { type: "text", value: "echo: x" } }],
      })
    }),
  )

  it.live("the first step that fails is a failure before any content; a later one cuts the stream", () =>
    Effect.gen(function* () {
      const full = LlmError.make({ _tag: "Overloaded", message: "full" })
      for (const [steps, reason] of [
        [[full], "Overloaded"],
        [[[text("I look"), call("pid")], full], "Truncated"],
      ] as const) {
        const made = model(steps)
        const error = yield* Effect.flip(
          on(made, { servers: { test: web() }, steps: "all" }, (kernel) => Stream.runDrain(kernel.stream(asking))),
        )
        assert.strictEqual(error.reason._tag, reason)
      }
    }),
  )
})

describe("a toolset", () => {
  it.live("gives tools for a loop of one's own, and says what is missing", () =>
    Effect.gen(function* () {
      const made = model([[call("echo", { text: "x" }), call("crash")], "done"])
      const both = { test: web(), none: { command: "no-such-command-here" } }
      const program = Effect.gen(function* () {
        const { tools, warnings, refresh } = yield* mcpToolset({ servers: both })
        assert.strictEqual(tools.length, 12)
        assert.match(warnings[0]?.message ?? "", /"none" .*ENOENT/)
        const run = yield* runTools(asking, { tools })
        assert.strictEqual(textOf(run.response.content), "done")
        assert.strictEqual((yield* refresh).tools.length, 12)
        return run.steps[0]?.results.map(({ output }) => output.type)
      })
      const results = yield* on(made, {}, (kernel) => Effect.scoped(Effect.provideService(program, Kernel, kernel)))
      assert.deepStrictEqual(results, ["text", "error-text"])
    }),
  )

  it.live("does so for programs without Effect", () =>
    Effect.gen(function* () {
      const made = model([[call("pid")], "done"])
      const toolset = yield* Effect.promise(() => openMcpToolset({ servers: { test: stdio() } }))
      yield* on(made, {}, (kernel) => Effect.provideService(runTools(asking, { tools: toolset.tools }), Kernel, kernel))
      yield* Effect.promise(() => toolset.close())
      assert.throws(() => process.kill(Number(lastText(made)), 0), /ESRCH/)
    }),
  )

  it.live("refuses wrong options with the path of the field", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.scoped(mcpToolset({ servers: { a: { command: "" } } })))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.match(error.message, /servers.*a.*command/)
    }),
  )
})
