import Anthropic, { APIError } from "@anthropic-ai/sdk"
import {
  LlmError,
  type LlmRequest,
  type Provider,
  type ProviderResponse,
  type StreamPart,
  type TellHeaders,
  tellHeaders,
  unfold,
} from "@switchyard/core"
import { isStream, PartReader, pullParts, readJson, redactor } from "@switchyard/transport/provider"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Reading } from "./internal/content.ts"
import { fromClient, fromSerialising, fromTranslation } from "./internal/errors.ts"
import { describe, listed } from "./internal/models.ts"
import { toMessages, type Translated } from "./internal/request.ts"
import { fromMessage } from "./internal/response.ts"
import { decoder } from "./internal/stream.ts"

/** What a provider is made from, once its options and the environment were read. */
export interface AnthropicSettings {
  readonly id: string
  readonly apiKey: Redacted.Redacted | undefined
  /** The vendor's own endpoint, and not another server that speaks its wire. */
  readonly vendor: boolean
  /** Without `/v1`. */
  readonly baseURL: string
  readonly models: ReadonlyArray<string> | undefined
  readonly headers: Readonly<Record<string, string>>
  /** What ANTHROPIC_CUSTOM_HEADERS holds. The client sends it by itself, so it must be told when not to. */
  readonly environmentHeaders: Readonly<Record<string, string>>
  /** May what the environment holds be sent to this endpoint? */
  readonly trusted: boolean
  readonly beta: ReadonlyArray<string>
  readonly fetch: typeof globalThis.fetch
}

// The kernel bounds every wait. The client's own limit only has to be longer than any deadline a user may set.
const oneDayMs = 86_400_000

/** The last version of the API that has sampling settings, for models up to 4.6. The client's own is later. */
const samplingVersion = "2023-06-01"

const makeClient = (settings: AnthropicSettings): Anthropic => {
  const { apiKey, trusted, environmentHeaders, headers } = settings
  const withheld = trusted ? [] : Object.keys(environmentHeaders).map((name) => [name, null] as const)
  return new Anthropic({
    // Never absent: the client would look for credentials by itself, in files and in the environment.
    apiKey: apiKey === undefined ? "none" : Redacted.value(apiKey),
    baseURL: settings.baseURL,
    defaultHeaders: {
      ...(apiKey === undefined ? { Authorization: null } : {}),
      ...Object.fromEntries(withheld),
      ...headers,
    },
    fetch: settings.fetch,
    maxRetries: 0,
    timeout: oneDayMs,
    logLevel: "off",
    // The kernel's spans cover the call; those of the client could carry its content.
    openTelemetry: false,
  })
}

type Send<A = Response> = (signal: AbortSignal, tell: TellHeaders) => Promise<A>

/** A provider on the official client: one HTTP request per call, failures as `LlmError`, secrets kept out of them. */
export const makeAnthropic = (settings: AnthropicSettings): Provider => {
  const { id } = settings
  const client = makeClient(settings)
  const redact = redactor([
    ...(settings.apiKey === undefined ? [] : [Redacted.value(settings.apiKey)]),
    ...Object.values(settings.headers),
    ...Object.values(settings.environmentHeaders),
  ])
  const always = betasOf(settings)
  const missing = hasCredentials(settings) ? undefined : noKey(id)

  /** Sends, and turns whatever goes wrong into an `LlmError`. Interruption aborts the request. */
  const send = <A>(request: LlmRequest, ask: Send<A>): Effect.Effect<A, LlmError> => {
    if (missing !== undefined) return Effect.fail(missing)
    return Effect.flatMap(tellHeaders, (tell) =>
      Effect.flatMap(Clock.Clock, (clock) =>
        Effect.tryPromise({
          try: (signal) => ask(signal, tell),
          catch: (error) => {
            if (error instanceof APIError && error.headers !== undefined) tell(error.headers)
            return redact(fromClient(error, clock.currentTimeMillisUnsafe()), request.headers)
          },
        }),
      ),
    )
  }

  const post =
    (request: LlmRequest, translated: Translated): Send =>
    async (signal, tell) => {
      const headers = headersOf(request, translated, always)
      try {
        const response = await client.post("/v1/messages", { body: translated.body, signal, headers }).asResponse()
        tell(response.headers)
        return response
      } catch (error) {
        throw fromSerialising(error)
      }
    }

  const translate = (request: LlmRequest, streamed: boolean) =>
    Effect.try({
      try: () => toMessages(request, id, streamed),
      catch: (error) => redact(fromTranslation(error), request.headers),
    })

  const readingOf = ({ answerTool }: Translated): Reading => ({ provider: id, answerTool })

  const read = async (response: Response, request: LlmRequest, translated: Translated): Promise<ProviderResponse> =>
    fromMessage(await readJson(response), request.model, readingOf(translated), translated.warnings)

  const generate = (request: LlmRequest): Effect.Effect<ProviderResponse, LlmError> =>
    Effect.flatMap(translate(request, false), (translated) => {
      const sendIt = post(request, translated)
      return send(request, async (signal, tell) => read(await sendIt(signal, tell), request, translated))
    })

  const stream = (request: LlmRequest): Stream.Stream<StreamPart, LlmError> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const translated = yield* translate(request, true)
        const response = yield* send(request, post(request, translated))
        if (!isStream(response)) {
          // Whole though it was asked to stream: as good as a stream of one piece, or an error that says what it is.
          return Stream.fromArray(unfold(yield* send(request, () => read(response, request, translated))))
        }
        const reader = new PartReader(
          response,
          translated.warnings,
          decoder(readingOf(translated), translated.warnings),
        )
        const { parts } = yield* pullParts(reader, (error) => redact(error, request.headers))
        return Stream.fromPull(Effect.succeed(parts))
      }),
    )

  return {
    id,
    models: settings.models ?? (settings.vendor ? listed : []),
    credentials: credentialsOf(settings),
    describe,
    generate,
    stream,
  }
}

const isBeta = ([name]: readonly [string, string]): boolean => name.toLowerCase() === "anthropic-beta"

/** The beta features that headers name: a list, separated by commas. */
const betasIn = (headers: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  Object.entries(headers)
    .filter(isBeta)
    .flatMap(([, value]) => value.split(","))

/** The beta features of every request, wherever they were set. */
const betasOf = ({ headers, environmentHeaders, trusted, beta }: AnthropicSettings): ReadonlyArray<string> => [
  ...(trusted ? betasIn(environmentHeaders) : []),
  ...betasIn(headers),
  ...beta,
]

/** The request's own headers win, but beta features add up. */
const headersOf = (
  { headers = {} }: LlmRequest,
  { betas, sampled }: Translated,
  always: ReadonlyArray<string>,
): Record<string, string> => {
  const named = [...always, ...betas, ...betasIn(headers)].map((feature) => feature.trim())
  const beta = [...new Set(named.filter((feature) => feature !== ""))].join(",")
  return {
    ...(sampled ? { "anthropic-version": samplingVersion } : {}),
    ...Object.fromEntries(Object.entries(headers).filter((header) => !isBeta(header))),
    ...(beta === "" ? {} : { "anthropic-beta": beta }),
  }
}

/** Another server may need no key, and a header may hold it. */
const hasCredentials = ({ vendor, apiKey, headers, environmentHeaders }: AnthropicSettings): boolean => {
  if (!vendor || apiKey !== undefined) return true
  const names = [...Object.keys(headers), ...Object.keys(environmentHeaders)].map((name) => name.toLowerCase())
  return names.includes("x-api-key") || names.includes("authorization")
}

const credentialsOf = ({ vendor, apiKey }: AnthropicSettings): NonNullable<Provider["credentials"]> =>
  vendor || apiKey !== undefined
    ? [{ name: vendor ? "ANTHROPIC_API_KEY" : "apiKey", present: apiKey !== undefined }]
    : []

const noKey = (id: string): LlmError =>
  LlmError.make(
    { _tag: "Unauthorized", message: "no API key: set ANTHROPIC_API_KEY, or pass apiKey to anthropic()" },
    { provider: id },
  )
