import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { textOf } from "@switchyard/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { event } from "./servers/event.ts"
import { asking, call, info, isAlive, lastText, model, on, resultsIn, stdio, toolNames } from "./stack.ts"

describe("a server that is a process", () => {
  it.live("its tools are offered and run, in parallel, and the model answers with their results", () =>
    Effect.gen(function* () {
      const made = model([[call("echo", { text: "a" }, "1"), call("echo", { text: "b" }, "2")], "done"])
      const response = yield* on(made, { servers: { test: stdio() } }, (kernel) => kernel.generate(asking))
      assert.strictEqual(textOf(response.content), "done")
      assert.strictEqual(response.content.length, 1)
      // What was said and done before stands beside the answer.
      const output = (value: string) => ({ type: "text", value })
      assert.deepStrictEqual<unknown>(response.providerData?.["mcp"]?.["earlier"], [
        call("echo", { text: "a" }, "1"),
        call("echo", { text: "b" }, "2"),
        { type: "tool-result", id: "1", name: "echo", output: output("echo: a") },
        { type: "tool-result", id: "2", name: "echo", output: output("echo: b") },
      ])
      assert.deepStrictEqual([response.usage.input.total, response.usage.output.total], [20, 6])
      assert.strictEqual(response.warnings.length, 1)
      assert.deepStrictEqual(
        resultsIn(made.requests[1]).map(({ id, output }) => [id, output]),
        [
          ["1", { type: "text", value: "echo: a" }],
          ["2", { type: "text", value: "echo: b" }],
        ],
      )
      const [echo] = (made.requests[0]?.tools ?? []).filter((tool) => tool.type === "function" && tool.name === "echo")
      assert.deepStrictEqual(echo, {
        type: "function",
        name: "echo",
        description: "does echo",
        inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
      })
      // Three pages, in the order of their names.
      assert.strictEqual(toolNames(made.requests[0]).length, 12)
      assert.deepStrictEqual(toolNames(made.requests[0]), toolNames(made.requests[0]).toSorted())
      const said = response.route.decisions.filter(({ by }) => by === "tools-mcp").map(({ what }) => what)
      assert.match(said[0] ?? "", /^offers big, cancelled/)
      assert.match(said[1] ?? "", /^test: echo: ok, \d+ ms$/)
      assert.strictEqual(said[3], "step 2: asks again with the results")
    }),
  )

  it.live("it is started once for many calls, and is gone when the stack is", () =>
    Effect.gen(function* () {
      const made = model([[call("pid")], "done", [call("pid")], "done"])
      yield* on(made, { servers: { test: stdio() } }, (kernel) =>
        Effect.gen(function* () {
          yield* kernel.generate(asking)
          const first = lastText(made)
          yield* kernel.generate(asking)
          assert.strictEqual(lastText(made), first)
          assert.isTrue(isAlive(Number(first)))
        }),
      )
      assert.isFalse(isAlive(Number(lastText(made))))
    }),
  )

  it.live("one that ignores the end of its input and SIGTERM is killed", () =>
    Effect.gen(function* () {
      const made = model([[call("pid")], "done"])
      const servers = { test: stdio({ MODE: "stubborn" }) }
      yield* on(made, { servers, stopTimeoutMs: 50 }, (kernel) => kernel.generate(asking))
      assert.isAbove(Number(lastText(made)), 0)
      assert.isFalse(isAlive(Number(lastText(made))))
    }),
  )

  it.live("what it started itself ends with it", () =>
    Effect.gen(function* () {
      const [born, gone] = [event(), event()]
      const listener = createServer((socket) => {
        born.happened()
        socket
          .resume()
          .on("error", () => {})
          .on("close", () => gone.happened())
      })
      yield* Effect.promise(() => new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve)))
      const address = listener.address()
      const port = typeof address === "object" ? address?.port : 0
      const made = model([[call("grandchild", { port })], "done"])
      yield* on(made, { servers: { test: stdio() }, stopTimeoutMs: 50 }, (kernel) =>
        Effect.andThen(
          kernel.generate(asking),
          Effect.promise(() => born.promise),
        ),
      )
      yield* Effect.promise(() => gone.promise)
      listener.close()
    }),
  )

  it.live("one that dies in a call is an error for the model, without its secrets, and runs again for the next", () =>
    Effect.gen(function* () {
      const made = model([[call("pid")], [call("crash")], [call("pid", {}, "2")], "done"])
      const servers = { test: stdio({ TOKEN: "hunter2-hunter2" }) }
      const response = yield* on(made, { servers }, (kernel) => kernel.generate(asking))
      assert.strictEqual(textOf(response.content), "done")
      const results = resultsIn(made.requests.at(-1)).map(({ output }) => output)
      assert.deepStrictEqual(results[1], {
        type: "error-text",
        value:
          'The tool "crash" failed: the MCP server "test" exited with code 7; its stderr ends: fatal: lost the connection of [redacted]',
      })
      const [before, , after] = results.map((output) => (output.type === "text" ? Number(output.value) : 0))
      assert.isAbove(after ?? 0, 0)
      assert.notStrictEqual(before, after)
      assert.isFalse(isAlive(before ?? 0))
      assert.notInclude(JSON.stringify([response, made.requests]), "hunter2")
    }),
  )

  it.live("killed from outside between two calls, it runs again", () =>
    Effect.gen(function* () {
      const made = model([[call("pid")], "done", [call("pid")], "done"])
      yield* on(made, { servers: { test: stdio() } }, (kernel) =>
        Effect.gen(function* () {
          yield* kernel.generate(asking)
          const first = Number(lastText(made))
          process.kill(first, "SIGKILL")
          yield* kernel.generate(asking)
          assert.notInclude([0, first], Number(lastText(made)))
        }),
      )
    }),
  )

  it.live("it gets its own environment and a few harmless variables of ours, and no others", () =>
    Effect.gen(function* () {
      const made = model([[call("env")], "done"])
      yield* on(made, { servers: { test: stdio({ TOKEN: "abc" }) } }, (kernel) => kernel.generate(asking))
      const env: Record<string, string> = JSON.parse(lastText(made))
      assert.strictEqual(env["TOKEN"], "abc")
      assert.strictEqual(env["PATH"], process.env["PATH"])
      assert.isUndefined(env["VITEST"])
      const allowed = ["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "TOKEN", "NODE_COMPILE_CACHE"]
      assert.deepStrictEqual(
        Object.keys(env).filter((key) => !allowed.includes(key)),
        [],
      )
    }),
  )

  it.live("what it prints beside the protocol is passed over", () =>
    Effect.gen(function* () {
      const made = model([[call("echo", { text: "x" })], "done"])
      const response = yield* on(made, { servers: { test: stdio({ MODE: "noisy" }) } }, (kernel) =>
        kernel.generate(asking),
      )
      assert.strictEqual(lastText(made), "echo: x")
      assert.strictEqual(response.warnings.length, 1)
    }),
  )

  it.live("an answer that is no JSON-RPC is an error for the model, at once", () =>
    Effect.gen(function* () {
      const made = model([[call("echo", { text: "x" })], [call("pid")], "done"])
      yield* on(made, { servers: { test: stdio({ MODE: "mangles" }) } }, (kernel) => kernel.generate(asking))
      const [mangled, pid] = resultsIn(made.requests[2]).map(({ output }) => JSON.stringify(output))
      assert.match(mangled ?? "", /answered with an error: its answer has neither a result nor an error/)
      assert.match(pid ?? "", /"\d+"/)
    }),
  )

  it.live("tools that it adds while it runs are offered to the next call", () =>
    Effect.gen(function* () {
      const made = model([[call("grow")], "done", "done"])
      yield* on(made, { servers: { test: stdio() } }, (kernel) =>
        Effect.andThen(kernel.generate(asking), kernel.generate(asking)),
      )
      assert.notInclude(toolNames(made.requests[0]), "grown")
      assert.include(toolNames(made.requests[2]), "grown")
    }),
  )
})

describe("a server that cannot be used", () => {
  const without = (
    server: ReturnType<typeof stdio>,
    says: string | RegExp,
    options: { readonly alone?: boolean; readonly startTimeoutMs?: number } = {},
  ) =>
    Effect.gen(function* () {
      const { alone = false, ...rest } = options
      const made = model(["done"])
      const servers = alone ? { broken: server } : { broken: server, test: stdio() }
      const response = yield* on(made, { servers, ...rest }, (kernel) => kernel.generate(asking))
      assert.strictEqual(textOf(response.content), "done")
      assert.strictEqual(toolNames(made.requests[0]).includes("echo"), !alone)
      const [warning] = response.warnings.filter(({ setting }) => setting === "tools")
      assert.match(warning?.message ?? "", /^the MCP server "broken" \(command ".*"\) is left out: it /)
      if (typeof says === "string") assert.include(warning?.message ?? "", says)
      else assert.match(warning?.message ?? "", says)
      return response
    })

  it.live("a command that does not exist is a warning", () =>
    without(
      { command: "no-such-command-here", args: [], env: {} },
      '(command "no-such-command-here") is left out: it could not be started: spawn no-such-command-here ENOENT',
    ),
  )

  it.live("one that ends at once is a warning with its last words, without its secrets", () =>
    Effect.gen(function* () {
      const response = yield* without(
        stdio({ MODE: "exits", TOKEN: "hunter2-hunter2" }),
        "exited with code 3; its stderr ends: starting | Error: the token [redacted] is not valid",
      )
      assert.notInclude(JSON.stringify(response), "hunter2")
      assert.notInclude(JSON.stringify(response), "Node.js v24")
    }),
  )

  it.live("one that does not answer in time is a warning, and is gone", () =>
    without(stdio({ MODE: "silent" }), /did not start within 1000 ms; its stderr ends: waiting for a database$/, {
      alone: true,
      startTimeoutMs: 1_000,
    }),
  )

  it.live("a call's deadline ends the wait for one that hangs, without waiting for its end", () =>
    Effect.gen(function* () {
      const made = model(["done"])
      // With this much time to end by itself the test would not end in its own.
      const options = { servers: { broken: stdio({ MODE: "silent" }) }, stopTimeoutMs: 600_000 }
      const error = yield* Effect.flip(
        on(made, options, (kernel) => kernel.generate({ ...asking, policy: { deadline: 200 } })),
      )
      assert.strictEqual(error.reason._tag, "Timeout")
      assert.strictEqual(made.requests.length, 0)
    }),
  )

  it.live("one that failed is not started again before a growing wait", () =>
    Effect.gen(function* () {
      const made = model(["done"])
      const servers = { broken: stdio({ MODE: "exits", TOKEN: "x" }) }
      const [first, second] = yield* on(made, { servers, restartDelayMs: 60_000 }, (kernel) =>
        Effect.all([kernel.generate(asking), kernel.generate(asking)]),
      )
      assert.match(first.warnings[0]?.message ?? "", /exited with code 3/)
      assert.match(second.warnings[0]?.message ?? "", /is not tried again for (60|59) s: exited with code 3/)
    }),
  )
})

describe("a call that takes too long", () => {
  it.live("is an error for the model, and the server is told to stop", () =>
    Effect.gen(function* () {
      const made = model([[call("hang")], [call("cancelled")], "done"])
      const servers = { test: stdio() }
      const response = yield* on(made, { servers, callTimeoutMs: 100 }, (kernel) => kernel.generate(asking))
      const [hang, cancelled] = resultsIn(made.requests.at(-1)).map(({ output }) => output)
      assert.deepStrictEqual(hang, { type: "error-text", value: 'The tool "hang" did not answer within 100 ms' })
      assert.deepStrictEqual(cancelled, { type: "text", value: "1" })
      const said = response.route.decisions.map(({ what }) => what)
      assert.isTrue(said.some((what) => /^test: hang: was cancelled, 1\d\d ms$/.test(what)))
    }),
  )

  it.live("ends when the caller leaves, and the server lives on", () =>
    Effect.gen(function* () {
      const called = yield* Deferred.make<void>()
      const made = model([
        () => {
          Deferred.doneUnsafe(called, Effect.void)
          return [call("hang")]
        },
        [call("pid")],
        "done",
      ])
      yield* on(made, { servers: { test: stdio() } }, (kernel) =>
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(kernel.generate(asking))
          yield* Deferred.await(called)
          yield* Fiber.interrupt(fiber)
          yield* kernel.generate(asking)
          assert.isTrue(isAlive(Number(lastText(made))))
        }),
      )
    }),
  )

  it.live("ends with the call's deadline", () =>
    Effect.gen(function* () {
      const made = model(["ready", [call("hang")]])
      const error = yield* on(made, { servers: { test: stdio() } }, (kernel) =>
        Effect.andThen(kernel.generate(asking), Effect.flip(kernel.generate({ ...asking, policy: { deadline: 200 } }))),
      )
      assert.strictEqual(error.reason._tag, "Timeout")
      assert.strictEqual(made.requests.length, 2)
    }),
  )
})

describe("a result that is too large", () => {
  it.live("is cut, with a note", () =>
    Effect.gen(function* () {
      const made = model([[call("big", { chars: 1_000_000 })], "done"])
      yield* on(made, { servers: { test: stdio() }, maxResultChars: 100 }, (kernel) => kernel.generate(asking))
      assert.strictEqual(lastText(made), `${"x".repeat(100)}\n[cut: 100 of 1000000 characters are shown]`)
    }),
  )

  it.live("ends the connection when not even the message may be that large", () =>
    Effect.gen(function* () {
      const made = model([[call("big", { chars: 1_000_000 })], [call("pid")], "done"])
      const servers = { test: stdio() }
      yield* on(made, { servers, maxMessageBytes: 100_000 }, (kernel) => kernel.generate(asking))
      const [big, pid] = resultsIn(made.requests.at(-1)).map(({ output }) => output)
      assert.deepInclude(big, {
        value: 'The tool "big" failed: the MCP server "test" sent a message of more than 100000 bytes',
      })
      assert.strictEqual(pid?.type, "text")
    }),
  )

  it.live("images are passed on as files, or left out with a note where the model is blind", () =>
    Effect.gen(function* () {
      const seeing = model([[call("image")], "done"])
      yield* on(seeing, { servers: { test: stdio() } }, (kernel) => kernel.generate(asking))
      const output = resultsIn(seeing.requests.at(-1))[0]?.output
      assert.strictEqual(output?.type, "content")
      assert.deepInclude(output?.type === "content" ? output.value[0] : {}, { type: "file", mediaType: "image/png" })
      const blind = model([[call("image")], "done"], { ...info, inputMedia: ["text/plain"] })
      yield* on(blind, { servers: { test: stdio() } }, (kernel) => kernel.generate(asking))
      assert.strictEqual(lastText(blind), "[image/png of 70 bytes was left out: this model cannot look at it]\na dot")
    }),
  )
})

describe("a tool that fails", () => {
  it.live("tells the model what it said", () =>
    Effect.gen(function* () {
      const made = model([[call("fail"), call("refuse"), call("echo", "[1]")], "done"])
      yield* on(made, { servers: { test: stdio() } }, (kernel) => kernel.generate(asking))
      const [fail, refuse, list] = resultsIn(made.requests.at(-1)).map(({ output }) => output)
      assert.deepStrictEqual(fail, { type: "error-text", value: "the disk is full" })
      assert.deepInclude(refuse, {
        value: 'The tool "refuse" failed: the MCP server "test" answered with an error: no such thing',
      })
      assert.strictEqual(list?.type, "error-json")
    }),
  )
})
