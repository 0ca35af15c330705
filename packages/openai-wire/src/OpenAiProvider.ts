import {
  type EmbedRequest,
  LlmError,
  type LlmRequest,
  type Provider,
  type ProviderEmbedResponse,
  type ProviderResponse,
  type StreamPart,
  type TellHeaders,
  tellHeaders,
  unfold,
  type Warning,
} from "@switchyard/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import OpenAI, { APIError } from "openai"
import { isStream, PartReader, pullParts, readJson, redactor, type Wire } from "@switchyard/transport/provider"
import { type Target, toChat } from "./internal/chat/request.ts"
import { fromChat } from "./internal/chat/response.ts"
import { fromEmbeddings } from "./internal/embeddings.ts"
import { fromClient, untranslatable } from "./internal/errors.ts"
import { describe, listed } from "./internal/models.ts"
import { chatDecoder, responsesDecoder } from "./internal/decoders.ts"
import { toResponses } from "./internal/responses/request.ts"
import { fromResponses } from "./internal/responses/response.ts"

/** What a provider is made from, once its options and the environment were read. */
export interface OpenAiSettings {
  readonly id: string
  readonly api: "responses" | "chat"
  readonly apiKey: Redacted.Redacted | undefined
  /** The vendor's own endpoint, and not another server that speaks its wire. */
  readonly vendor: boolean
  readonly baseURL: string
  readonly models: ReadonlyArray<string> | undefined
  readonly organization: string | undefined
  readonly project: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Headers that depend on the model, as a proxy may want them. A request's own win. */
  readonly headersOf?: (model: string) => Readonly<Record<string, string>>
  readonly fetch: typeof globalThis.fetch
}

// The kernel bounds every wait. The client's own limit only has to be longer than any deadline a user may set.
const oneDayMs = 86_400_000

const makeClient = (settings: OpenAiSettings): OpenAI =>
  new OpenAI({
    apiKey: settings.apiKey === undefined ? "none" : Redacted.value(settings.apiKey),
    baseURL: settings.baseURL,
    organization: settings.organization ?? null,
    project: settings.project ?? null,
    defaultHeaders: { ...(settings.apiKey === undefined ? { Authorization: null } : {}), ...settings.headers },
    defaultQuery: { ...settings.query },
    fetch: settings.fetch,
    maxRetries: 0,
    timeout: oneDayMs,
    logLevel: "off",
  })

type Send<A = Response> = (signal: AbortSignal, tell: TellHeaders) => Promise<A>

/** A provider on the official client: one HTTP request per call, failures as `LlmError`, secrets kept out of them. */
export const makeOpenAi = (settings: OpenAiSettings): Required<Provider> => {
  const client = makeClient(settings)
  const target: Target = { id: settings.id, vendor: settings.vendor }
  const redact = redactor([
    ...(settings.apiKey === undefined ? [] : [Redacted.value(settings.apiKey)]),
    ...Object.values(settings.headers),
    ...Object.values(settings.query),
  ])
  const missing = settings.vendor && settings.apiKey === undefined ? noKey(settings.id) : undefined

  const chat = settings.api === "chat"
  const path = chat ? "/chat/completions" : "/responses"

  const post = (path: string, body: string, { model, headers }: Pick<LlmRequest, "model" | "headers">): Send => {
    const all = { "content-type": "application/json", ...settings.headersOf?.(model), ...headers }
    return async (signal, tell) => {
      const response = await client.post(path, { body, signal, headers: all }).asResponse()
      tell(response.headers)
      return response
    }
  }

  /** Sends, and turns whatever goes wrong into an `LlmError`. Interruption aborts the request. */
  const send = <A>(request: Send<A>, headers?: LlmRequest["headers"]): Effect.Effect<A, LlmError> => {
    if (missing !== undefined) return Effect.fail(missing)
    return Effect.flatMap(tellHeaders, (tell) =>
      Effect.flatMap(Clock.Clock, (clock) =>
        Effect.tryPromise({
          try: (signal) => request(signal, tell),
          catch: (error) => {
            if (error instanceof APIError && error.headers !== undefined) tell(error.headers)
            return redact(fromClient(error, clock.currentTimeMillisUnsafe()), headers)
          },
        }),
      ),
    )
  }

  const read = (answer: Wire, model: string, warnings: ReadonlyArray<Warning>): ProviderResponse =>
    chat ? fromChat(answer, model, warnings) : fromResponses(answer, model, settings.id, warnings)

  // Written out here, and not by the client, so that what cannot be written is told from what cannot be sent.
  const translate = (request: LlmRequest, streamed: boolean) =>
    Effect.suspend(() => {
      try {
        const { body, warnings } = (chat ? toChat : toResponses)(request, target, streamed)
        return Effect.succeed({ text: JSON.stringify(body), warnings })
      } catch (error) {
        const failure = untranslatable(error)
        if (failure === undefined) throw error
        return Effect.fail(redact(failure, request.headers))
      }
    })

  const generate = (request: LlmRequest): Effect.Effect<ProviderResponse, LlmError> =>
    Effect.flatMap(translate(request, false), ({ text, warnings }) => {
      const sendIt = post(path, text, request)
      return send(async (signal, tell) => {
        return read(await readJson(await sendIt(signal, tell)), request.model, warnings)
      }, request.headers)
    })

  const stream = (request: LlmRequest): Stream.Stream<StreamPart, LlmError> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const { headers } = request
        const { text, warnings } = yield* translate(request, true)
        const response = yield* send(post(path, text, request), headers)
        if (!isStream(response)) {
          // Whole though it was asked to stream: as good as a stream of one piece, or an error that says what it is.
          const answer = yield* send(async () => read(await readJson(response), request.model, warnings), headers)
          return Stream.fromArray(unfold(answer))
        }
        const decoder = chat ? chatDecoder() : responsesDecoder(settings.id)
        const { parts } = yield* pullParts(new PartReader(response, warnings, decoder), (error) =>
          redact(error, headers),
        )
        return Stream.fromPull(Effect.succeed(parts))
      }),
    )

  const embed = (request: EmbedRequest): Effect.Effect<ProviderEmbedResponse, LlmError> => {
    const body = {
      model: request.model,
      input: [...request.inputs],
      encoding_format: "base64",
      ...(request.dimensions === undefined ? {} : { dimensions: request.dimensions }),
      ...request.providerData?.[settings.id],
    }
    const sendIt = post("/embeddings", JSON.stringify(body), { model: request.model })
    return send(async (signal, tell) =>
      fromEmbeddings(await readJson(await sendIt(signal, tell)), request.model, request.inputs.length),
    )
  }

  return {
    id: settings.id,
    models: settings.models ?? (settings.vendor ? listed : []),
    credentials: credentialsOf(settings),
    describe,
    generate,
    stream,
    embed,
  }
}

/** Another server may need no key: then none is missing. */
const credentialsOf = ({ vendor, apiKey }: OpenAiSettings): NonNullable<Provider["credentials"]> =>
  vendor || apiKey !== undefined ? [{ name: vendor ? "OPENAI_API_KEY" : "apiKey", present: apiKey !== undefined }] : []

const noKey = (id: string): LlmError =>
  LlmError.make(
    { _tag: "Unauthorized", message: "no API key: set OPENAI_API_KEY, or pass apiKey to openai()" },
    { provider: id },
  )
