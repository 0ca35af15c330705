import { LlmError, type LlmRequest, type Provider } from "@switchyard/core"
import { makeOpenAi, type OpenAiSettings } from "@switchyard/openai-wire"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, listed } from "./internal/models.ts"
import { explained } from "./internal/errors.ts"

/** What the provider is made from, once its options and the environment were read. */
export type ClaudeMaxSettings = Pick<OpenAiSettings, "id" | "apiKey" | "baseURL" | "models" | "headers" | "fetch">

/** Characters that an HTTP header may have: the model's name becomes one. */
const sendable = /^[\x21-\x7e]+$/

/** A Claude proxy as a provider: OpenAI's chat body, and the model's name in the header `X-Model-Type`. */
export const makeClaudeMax = (settings: ClaudeMaxSettings): Provider => {
  const { id, models, credentials, generate, stream } = makeOpenAi({
    ...settings,
    api: "chat",
    vendor: false,
    models: settings.models ?? listed,
    organization: undefined,
    project: undefined,
    query: {},
    headersOf: (model) => ({ "X-Model-Type": model }),
  })
  const explain = explained(settings.baseURL)
  return {
    id,
    models,
    credentials,
    describe,
    generate: (request) => Effect.mapError(Effect.andThen(named(request), generate(request)), explain),
    stream: (request) => Stream.mapError(Stream.unwrap(Effect.as(named(request), stream(request))), explain),
  }
}

const named = ({ model }: LlmRequest): Effect.Effect<void, LlmError> =>
  sendable.test(model)
    ? Effect.void
    : Effect.fail(
        LlmError.make({
          _tag: "InvalidRequest",
          field: "model",
          message: `"${model}" cannot be sent as X-Model-Type: the proxy's models are named in ASCII without spaces, such as text-general`,
        }),
      )
