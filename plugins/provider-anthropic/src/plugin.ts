import { definePlugin } from "@switchyard/core"
import { addressOf, scopedTransport } from "@switchyard/transport/provider"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type AnthropicSettings, makeAnthropic } from "./AnthropicProvider.ts"

const name = "@switchyard/provider-anthropic"
const vendorURL = "https://api.anthropic.com"

const isFetch = (value: unknown): value is typeof globalThis.fetch => typeof value === "function"

const Options = Schema.Struct({
  /** First segment of `"provider/model"`. Default "anthropic". */
  id: Schema.optionalKey(Schema.NonEmptyString),
  /** Default: ANTHROPIC_API_KEY, which is sent to Anthropic and to ANTHROPIC_BASE_URL only, never to a `baseURL` given here. */
  apiKey: Schema.optionalKey(Schema.Union([Schema.NonEmptyString, Schema.Redacted(Schema.String)])),
  /** With or without `/v1`. Default: ANTHROPIC_BASE_URL, else Anthropic's own endpoint. */
  baseURL: Schema.optionalKey(Schema.NonEmptyString),
  /** Models to list, the default one first. Needed by `"auto"` where the endpoint is not Anthropic's. */
  models: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  /** Sent with every request. */
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Beta features of the API, sent as `anthropic-beta` with every request. */
  beta: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  /** Default: `@switchyard/transport`. */
  fetch: Schema.optionalKey(Schema.declare(isFetch)),
})

const key = Config.option(Config.Redacted("ANTHROPIC_API_KEY"))
const base = Config.option(Config.NonEmptyString("ANTHROPIC_BASE_URL"))
const custom = Config.option(Config.NonEmptyString("ANTHROPIC_CUSTOM_HEADERS"))

const settings = Effect.fnUntraced(function* (options: typeof Options.Type, fetch: typeof globalThis.fetch) {
  const fromEnvironment = Option.getOrUndefined(yield* base)
  const keyInEnvironment = Option.getOrUndefined(yield* key)
  // The client adds `/v1` itself; other libraries want it in the base URL, so both are understood.
  const baseURL = (options.baseURL ?? fromEnvironment ?? vendorURL).replace(/\/+$/, "").replace(/\/v1$/, "")
  yield* addressOf(name, baseURL, options.baseURL === undefined ? "ANTHROPIC_BASE_URL" : "baseURL")
  const vendor = /^https:\/\/api\.anthropic\.com(\/|$)/.test(baseURL)
  const trusted = vendor || options.baseURL === undefined
  const given = typeof options.apiKey === "string" ? Redacted.make(options.apiKey) : options.apiKey
  return {
    id: options.id ?? "anthropic",
    apiKey: given ?? (trusted ? keyInEnvironment : undefined),
    vendor,
    baseURL,
    models: options.models,
    headers: options.headers ?? {},
    environmentHeaders: headersIn(Option.getOrUndefined(yield* custom) ?? ""),
    trusted,
    beta: options.beta ?? [],
    fetch: options.fetch ?? fetch,
  } satisfies AnthropicSettings
})

/** `Name: value` lines, read as the client reads them. */
const headersIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split("\n").flatMap((line) => {
      const colon = line.indexOf(":")
      return colon < 0 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]]
    }),
  )

/** Anthropic's Messages API, and servers that speak its wire. */
export const anthropic = definePlugin({
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
        const { fetch } = options.fetch === undefined ? yield* scopedTransport(name) : { fetch: options.fetch }
        return makeAnthropic(yield* settings(options, fetch))
      }),
    ),
})
