import {
  Kernel,
  type LlmError,
  type LlmRequest,
  type Provider,
  type ProviderResponse,
  Providers,
  unfold,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { LanguageModel, type Response } from "effect/ai"

export const answer = (response: Partial<ProviderResponse>): ProviderResponse => ({
  content: [{ type: "text", text: "Hello." }],
  finish: { unified: "stop" },
  usage: { input: {}, output: {} },
  warnings: [],
  model: "one-2026-01-02",
  ...response,
})

/** A provider of Switchyard that keeps what it is asked and answers the same each time. */
export const scripted = (response: Partial<ProviderResponse> | LlmError, id = "stub") => {
  const requests: Array<LlmRequest> = []
  const given = (request: LlmRequest) =>
    Effect.suspend(() => {
      requests.push(request)
      return "reason" in response ? Effect.fail(response) : Effect.succeed(answer(response))
    })
  const provider: Provider = {
    id,
    models: ["one"],
    describe: () => undefined,
    generate: given,
    stream: (request) => Stream.unwrap(Effect.map(given(request), (whole) => Stream.fromArray(unfold(whole)))),
  }
  return { requests, provider }
}

export const kernelOf = (...providers: ReadonlyArray<Provider>): Layer.Layer<Kernel | Providers, LlmError> =>
  Layer.provideMerge(Kernel.layer, Providers.layer(...providers))

export const nothingUsed = {
  inputTokens: { total: undefined, uncached: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
}

export const stopped: Response.FinishPartEncoded = {
  type: "finish",
  reason: "stop",
  usage: nothingUsed,
  response: undefined,
}

/** A language model of effect/ai, made as vendors' packages make theirs, that keeps what it is asked. */
export const foreign = (
  parts: ReadonlyArray<Response.PartEncoded>,
  streamed: ReadonlyArray<Response.StreamPartEncoded> = [],
) => {
  const calls: Array<LanguageModel.ProviderOptions> = []
  const layer = Layer.effect(
    LanguageModel.LanguageModel,
    LanguageModel.make({
      generateText: (options) =>
        Effect.sync(() => {
          calls.push(options)
          return [...parts]
        }),
      streamText: (options) => {
        calls.push(options)
        return Stream.fromArray(streamed)
      },
    }),
  )
  return { calls, layer }
}
