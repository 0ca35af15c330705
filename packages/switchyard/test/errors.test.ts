import { inspect } from "node:util"
import { definePlugin, LlmError, type ReasonTag, reasonTags } from "@switchyard/core"
import { extractive } from "@switchyard/provider-extractive"
import { openai } from "@switchyard/provider-openai"
import { errorBodies, type ErrorName, type Fault } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as front from "../src/index.ts"
import { collect, hello, rejection, secret, stage } from "./stacks.ts"

const documented: Readonly<Record<ErrorName, readonly [kind: typeof front.SwitchyardError, recovery: string]>> = {
  invalid_request: [front.InvalidRequestError, "none"],
  context_length_exceeded: [front.ContextTooLongError, "failover"],
  content_filter: [front.ContentFilteredError, "none"],
  invalid_api_key: [front.UnauthorizedError, "failover"],
  forbidden: [front.ForbiddenError, "failover"],
  model_not_found: [front.ModelNotFoundError, "failover"],
  request_too_large: [front.ContextTooLongError, "failover"],
  rate_limit_exceeded: [front.RateLimitedError, "retry"],
  insufficient_quota: [front.QuotaExhaustedError, "failover"],
  server_error: [front.ProviderInternalError, "failover"],
  bad_gateway: [front.ProviderInternalError, "failover"],
  overloaded: [front.OverloadedError, "failover"],
  gateway_timeout: [front.OverloadedError, "failover"],
  overloaded_error: [front.OverloadedError, "failover"],
}

const faults: ReadonlyArray<readonly [name: string, kind: typeof front.SwitchyardError, fault: Fault]> = [
  ["a page of HTML", front.InvalidResponseError, { html: true }],
  ["an empty body", front.InvalidResponseError, { emptyBody: true }],
  ["a reset", front.NetworkError, { resetBeforeHeaders: true }],
]

const names = Object.keys(errorBodies) as ReadonlyArray<ErrorName>

describe.each([
  ...names.map((name) => [name, documented[name][0], { error: name } satisfies Fault, documented[name][1]] as const),
  ...faults.map(([name, kind, fault]) => [name, kind, fault, "failover"] as const),
])("%s", (_, kind, fault, recovery) => {
  it("has its class, the facts, one line of message and no secret", async () => {
    await using at = await stage()
    at.upstream.always({ fault })
    const calls = [
      at.switchyard.generate(hello),
      collect(at.switchyard.stream(hello)),
      at.switchyard.embed({ model: "openai/embedder", inputs: ["a"] }),
    ]
    for (const error of await Promise.all(calls.map(rejection))) {
      expect(error).toBeInstanceOf(kind)
      expect(error).toBeInstanceOf(front.SwitchyardError)
      expect(error).toBeInstanceOf(Error)
      if (!(error instanceof front.SwitchyardError)) return
      expect(error.name).toBe(kind.name)
      expect(error.recovery).toBe(recovery)
      expect(error.message).not.toContain("\n")
      expect(error.message).toContain("openai/")
      expect(error.context.operation).toMatch(/generate|stream|embed/)
      expect(error.route?.attempts).toHaveLength(1)
      const shown = JSON.stringify(error)
      expect(JSON.parse(shown)).toMatchObject({ error: kind.name, reason: error.reason._tag, message: error.message })
      expect(shown).not.toContain("    at ")
      for (const text of [shown, inspect(error, { depth: 20, showHidden: true })]) expect(text).not.toContain(secret)
    }
  })
})

it("nobody at the address is a NetworkError that says so", async () => {
  await using switchyard = front.createSwitchyard({
    plugins: [openai({ baseURL: "http://127.0.0.1:9/v1", apiKey: "sk" })],
  })
  const error = await rejection(switchyard.generate(hello))
  expect(error).toBeInstanceOf(front.NetworkError)
  expect(error).toMatchObject({ message: expect.stringContaining("connection refused") })
})

it("a key that is missing is an UnauthorizedError that names the variable, before anything is sent", async () => {
  const switchyard = front.createSwitchyard({
    plugins: [openai({ baseURL: "https://api.openai.com/v1", fetch: () => Promise.reject(new Error("was sent")) })],
  })
  await using _ = switchyard
  if (process.env["OPENAI_API_KEY"] !== undefined) return
  const error = await rejection(switchyard.generate(hello))
  expect(error).toBeInstanceOf(front.UnauthorizedError)
  expect(error).toMatchObject({ message: expect.stringContaining("OPENAI_API_KEY") })
})

it("every reason of the kernel has a class of its own", () => {
  for (const tag of reasonTags) {
    const reason = { _tag: tag, message: "so" } as LlmError["reason"]
    const error = front.toSwitchyardError(LlmError.make(reason))
    expect(error.name).toBe(`${tag}Error`)
    expect(error.constructor.name).toBe(`${tag}Error`)
    expect(Object.entries(front).find(([name]) => name === `${tag}Error`)?.[1]).toBe(error.constructor)
  }
})

describe("a wrong stack rejects every call before anything is sent", () => {
  const single = definePlugin({
    manifest: { name: "a-cache", kind: "cache", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) => Layer.succeed(key, undefined),
  })
  const dying = definePlugin({
    manifest: { name: "dying", kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) => Layer.effect(key, Effect.die(new Error("boom"))),
  })
  const other = (contract: number, kind = "provider") => ({
    ...extractive(),
    manifest: { name: "odd", kind, contract },
  })

  const stacks: ReadonlyArray<readonly [what: string, options: unknown, tag: ReasonTag, says: string]> = [
    ["no options at all", undefined, "InvalidRequest", "a list of plugins"],
    ["no list", { plugins: extractive() }, "InvalidRequest", "a list of plugins"],
    ["an unknown field", { plugins: [], plugin: 1 }, "InvalidRequest", 'a field "plugin"'],
    ["bad routes", { plugins: [], routes: { fast: 5 } }, "InvalidRequest", "routes.fast"],
    ["an empty route", { plugins: [], routes: { fast: [] } }, "InvalidRequest", "routes.fast"],
    ["a bad option", { plugins: [openai({ api: "x" as "chat" })] }, "InvalidRequest", '["api"]'],
    ["an unknown option", { plugins: [openai({ apikey: "x" } as object)] }, "InvalidRequest", "apikey"],
    ["two of one id", { plugins: [extractive(), extractive()] }, "InvalidRequest", "another id"],
    ["two caches", { plugins: [single(), single()] }, "InvalidRequest", "one cache"],
    ["a plugin that was not called", { plugins: [openai] }, "PluginIncompatible", "parentheses"],
    ["no plugin", { plugins: [null] }, "PluginIncompatible", "not a plugin"],
    ["a newer contract", { plugins: [other(99)] }, "PluginIncompatible", "install a newer @switchyard/core"],
    ["an older contract", { plugins: [other(-1)] }, "PluginIncompatible", "install a newer odd"],
    ["an unknown kind", { plugins: [other(1, "wand")] }, "PluginIncompatible", '"wand"'],
    ["a plugin that dies", { plugins: [dying()] }, "PluginFailure", "boom"],
  ]
  it.each(stacks)("%s", async (_, options, tag, says) => {
    const switchyard = front.createSwitchyard(options as front.SwitchyardOptions)
    const error = await rejection(switchyard.generate(hello))
    const expected = tag === "InvalidRequest" ? front.ConfigurationError : front.SwitchyardError
    expect(error).toBeInstanceOf(expected)
    expect(error).toMatchObject({ reason: { _tag: tag }, message: expect.stringContaining(says) })
    if (error instanceof Error) {
      expect(error.message).not.toContain("\n")
      expect(error.message).not.toContain("sending it again")
    }
    expect(await rejection(collect(switchyard.stream(hello)))).toMatchObject({ reason: { _tag: tag } })
    expect(await rejection(switchyard.providers())).toMatchObject({ reason: { _tag: tag } })
    await switchyard.close()
  })
})
