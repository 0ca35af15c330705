import { assert, describe, it } from "@effect/vitest"
import { contracts } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as plugin from "../src/index.ts"
import { asking, model, on } from "./stack.ts"

describe("the plugin", () => {
  it("says what it is, and is what config files look for", () => {
    assert.deepStrictEqual(plugin.mcpTools.manifest, {
      name: "@switchyard/tools-mcp",
      kind: "middleware",
      contract: contracts.middleware,
      permissions: ["network", "process", "environment"],
    })
    assert.strictEqual(plugin.plugin, plugin.mcpTools)
  })

  it.effect("stands at one stage, takes part in attempts only, and starts nothing by itself", () =>
    Effect.map(Effect.scoped(plugin.makeMcpTools({ servers: { a: { command: "no-such-command" } } })), (middleware) => {
      assert.deepStrictEqual(Object.keys(middleware).toSorted(), ["attempt", "name", "stage"])
      assert.strictEqual(middleware.stage, "tools")
    }),
  )

  it.effect("without servers a call passes untouched", () =>
    Effect.gen(function* () {
      const made = model(["done"])
      const response = yield* on(made, {}, (kernel) => kernel.generate(asking))
      assert.deepStrictEqual(response.route.decisions, [])
      assert.isUndefined(made.requests[0]?.tools)
    }),
  )

  const nonsense: ReadonlyArray<readonly [options: Record<string, unknown>, says: ReadonlyArray<string>]> = [
    [{ servers: { a: { command: "" } } }, ["servers", "a", "command"]],
    [{ servers: { a: { url: "ftp://x" } } }, ["servers", "a", "url", "http://"]],
    [{ servers: { a: {} } }, ["servers", "a", "needs a command or a url"]],
    [{ servers: { a: { command: 5 } } }, ["servers", "a", "command"]],
    [{ servers: { a: { command: "x", args: [3] } } }, ["servers", "a", "args", "0"]],
    [{ servers: { a: { command: "x", url: "http://x" } } }, ["servers", "a", "url", "does not go with a command"]],
    [{ servers: { a: { url: "http://x", env: {} } } }, ["servers", "a", "env", "does not go with a url"]],
    [{ servers: { a: { command: "x", type: "http" } } }, ["servers", "a", "type", '"http" does not go with a command']],
    [{ servers: { a: { command: "x", arg: [] } } }, ["servers", "a", "arg"]],
    [{ servers: { a: { command: "x", env: { A: 1 } } } }, ["servers", "a", "env"]],
    [{ servers: [] }, ["servers"]],
    [{ startTimeoutMs: 0 }, ["startTimeoutMs"]],
    [{ listTimeoutMs: -1 }, ["listTimeoutMs"]],
    [{ callTimeoutMs: Number.NaN }, ["callTimeoutMs"]],
    [{ stopTimeoutMs: "1s" }, ["stopTimeoutMs"]],
    [{ maxResultChars: 0 }, ["maxResultChars"]],
    [{ maxResultBytes: 1.5 }, ["maxResultBytes"]],
    [{ maxMessageBytes: 0 }, ["maxMessageBytes"]],
    [{ maxSteps: 1 }, ["maxSteps"]],
    [{ concurrency: 0 }, ["concurrency"]],
    [{ steps: "some" }, ["steps"]],
    [{ perCall: "yes" }, ["perCall"]],
    [{ maxCallServers: 0 }, ["maxCallServers"]],
    [{ timeout: 5 }, ["timeout"]],
  ]
  it.effect.each(nonsense.map(([options, says]) => ({ options, says, name: JSON.stringify(options) })))(
    "refuses $name when the stack is composed, with the path of the field",
    ({ options, says }) =>
      Effect.gen(function* () {
        const made = model(["done"])
        const error = yield* Effect.flip(on(made, options, (kernel) => kernel.generate(asking)))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
        for (const said of says) assert.include(error.message, said)
        // One mistake in a server is one message.
        if ("servers" in options) assert.lengthOf(error.message.match(/ at \["/g) ?? [], 1, error.message)
        assert.strictEqual(made.requests.length, 0)
      }),
  )
})
