import { definePlugin, LlmError } from "@switchyard/core"
import { makeTransport, TransportError } from "@switchyard/transport"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { makeClaudeMax } from "./ClaudeMaxProvider.ts"

const isFetch = (value: unknown): value is typeof globalThis.fetch => typeof value === "function"

const Options = Schema.Struct({
  /** First segment of `"provider/model"`. Default "max". */
  id: Schema.optionalKey(Schema.NonEmptyString),
  /** Default: CLAUDE_MAX_BASE_URL, else `http://localhost:8002`. Without a path, `/v1` is meant. */
  baseURL: Schema.optionalKey(Schema.NonEmptyString),
  /** Sent as a bearer token, for a proxy that asks for one. Default: none. */
  apiKey: Schema.optionalKey(Schema.Union([Schema.NonEmptyString, Schema.Redacted(Schema.String)])),
  /** Models to list, the default one first. Default: text-general, code-expert. Any other name works too. */
  models: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  /** Sent with every request. */
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Default: `@switchyard/transport`. */
  fetch: Schema.optionalKey(Schema.declare(isFetch)),
})

const base = Config.option(Config.NonEmptyString("CLAUDE_MAX_BASE_URL"))

const wrong = (message: string): LlmError =>
  LlmError.make(
    { _tag: "InvalidRequest", field: "baseURL", message: `@switchyard/provider-claude-max: ${message}` },
    { operation: "compose" },
  )

/** Where the proxy is. */
const addressOf = Effect.fnUntraced(function* (option: string | undefined) {
  const given = option ?? Option.getOrElse(yield* base, () => "http://localhost:8002")
  const url = URL.parse(given)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return yield* wrong(`${option === undefined ? "CLAUDE_MAX_BASE_URL" : "baseURL"} is not an http or https URL`)
  }
  if (url.username !== "" || url.password !== "") {
    return yield* wrong("the address holds a name or a password: give them as apiKey or in headers")
  }
  if (url.pathname === "/") url.pathname = "/v1"
  return url
})

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** One pool of connections per plugin, closed with the stack. A server on this machine is reached without HTTP_PROXY. */
const transportTo = (url: URL) =>
  Effect.acquireRelease(
    Effect.try({
      try: () => makeTransport(loopback.test(url.hostname) ? { proxy: false } : {}),
      catch: (error) => wrong(error instanceof TransportError ? error.message : String(error)),
    }),
    (made) => Effect.promise(() => made.close()),
  )

/** The `max/*` models of a Claude proxy on this machine or elsewhere: `max/text-general`, `max/code-expert`. */
export const claudeMax = definePlugin({
  manifest: {
    name: "@switchyard/provider-claude-max",
    kind: "provider",
    contract: 1,
    permissions: ["network", "environment"],
  },
  options: Options,
  layer: (options, key) =>
    Layer.effect(
      key,
      Effect.gen(function* () {
        const url = yield* addressOf(options.baseURL)
        const { fetch } = options.fetch === undefined ? yield* transportTo(url) : { fetch: options.fetch }
        return makeClaudeMax({
          id: options.id ?? "max",
          apiKey: typeof options.apiKey === "string" ? Redacted.make(options.apiKey) : options.apiKey,
          baseURL: url.href.replace(/\/+$/, ""),
          models: options.models,
          headers: options.headers ?? {},
          fetch,
        })
      }),
    ),
})
