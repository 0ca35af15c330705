import { definePlugin } from "@switchyard/core"
import { addressOf, scopedTransport } from "@switchyard/transport/provider"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { makeClaudeMax } from "./ClaudeMaxProvider.ts"

const name = "@switchyard/provider-claude-max"

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

/** Where the proxy is. */
const proxyAddress = Effect.fnUntraced(function* (option: string | undefined) {
  const given = option ?? Option.getOrElse(yield* base, () => "http://localhost:8002")
  const url = yield* addressOf(name, given, option === undefined ? "CLAUDE_MAX_BASE_URL" : "baseURL")
  if (url.pathname === "/") url.pathname = "/v1"
  return url
})

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** A server on this machine is reached without HTTP_PROXY. */
const transportTo = (url: URL) => scopedTransport(name, loopback.test(url.hostname) ? { proxy: false } : {})

/** The `max/*` models of a Claude proxy on this machine or elsewhere: `max/text-general`, `max/code-expert`. */
export const claudeMax = definePlugin({
  manifest: {
    name,
    kind: "provider",
    contract: 1,
    permissions: ["network", "environment"],
  },
  options: Options,
  layer: (options, key) =>
    Layer.effect(
      key,
      Effect.gen(function* () {
        const url = yield* proxyAddress(options.baseURL)
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
