import { definePlugin } from "@switchyard/core"
import { makeOpenAi, type OpenAiSettings } from "@switchyard/openai-wire"
import { addressOf, scopedTransport } from "@switchyard/transport/provider"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

const name = "@switchyard/provider-openai"
const vendorURL = "https://api.openai.com/v1"

const isFetch = (value: unknown): value is typeof globalThis.fetch => typeof value === "function"

const Options = Schema.Struct({
  /** First segment of `"provider/model"`. Default "openai". */
  id: Schema.optionalKey(Schema.NonEmptyString),
  /** Default: OPENAI_API_KEY, which is sent to OpenAI and to OPENAI_BASE_URL only, never to a `baseURL` given here. */
  apiKey: Schema.optionalKey(Schema.Union([Schema.NonEmptyString, Schema.Redacted(Schema.String)])),
  /** Default: OPENAI_BASE_URL, else OpenAI's own endpoint. */
  baseURL: Schema.optionalKey(Schema.NonEmptyString),
  /** Default: "responses" for OpenAI's own endpoint, "chat" for any other. */
  api: Schema.optionalKey(Schema.Literals(["responses", "chat"])),
  /** Models to list, the default one first. Needed by `"auto"` where the endpoint is not OpenAI's. */
  models: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  organization: Schema.optionalKey(Schema.String),
  project: Schema.optionalKey(Schema.String),
  /** Sent with every request. */
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Added to every URL, as Azure wants it: `{ "api-version": "2025-04-01" }`. */
  query: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Default: `@switchyard/transport`. */
  fetch: Schema.optionalKey(Schema.declare(isFetch)),
})

const key = Config.option(Config.Redacted("OPENAI_API_KEY"))
const base = Config.option(Config.NonEmptyString("OPENAI_BASE_URL"))

const settings = Effect.fnUntraced(function* (options: typeof Options.Type, fetch: typeof globalThis.fetch) {
  const fromEnvironment = Option.getOrUndefined(yield* base)
  const keyInEnvironment = Option.getOrUndefined(yield* key)
  const baseURL = (options.baseURL ?? fromEnvironment ?? vendorURL).replace(/\/+$/, "")
  yield* addressOf(name, baseURL, options.baseURL === undefined ? "OPENAI_BASE_URL" : "baseURL")
  const vendor = /^https:\/\/([a-z]+\.)?api\.openai\.com(\/|$)/.test(baseURL)
  const given = typeof options.apiKey === "string" ? Redacted.make(options.apiKey) : options.apiKey
  const sendable = vendor || options.baseURL === undefined ? keyInEnvironment : undefined
  return {
    id: options.id ?? "openai",
    api: options.api ?? (vendor ? "responses" : "chat"),
    apiKey: given ?? sendable,
    vendor,
    baseURL,
    models: options.models,
    organization: options.organization,
    project: options.project,
    headers: options.headers ?? {},
    query: options.query ?? {},
    fetch: options.fetch ?? fetch,
  } satisfies OpenAiSettings
})

/** OpenAI, and every server that speaks its wire: Ollama, vLLM, llama.cpp, Groq, Together, DeepSeek, OpenRouter, Azure. */
export const openai = definePlugin({
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
        return makeOpenAi(yield* settings(options, fetch))
      }),
    ),
})
