import { Kernel, type LlmError, Providers } from "@switchyard/core"
import { makeOpenAi, type OpenAiSettings } from "@switchyard/openai-wire"
import { makeTransport } from "@switchyard/transport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** A stack that speaks OpenAI's wire to a scripted server. */
export const stackOn = (
  { baseURL, apiKey }: { readonly baseURL: string; readonly apiKey: string },
  api: OpenAiSettings["api"],
): Layer.Layer<Kernel | Providers, LlmError> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { fetch } = yield* Effect.acquireRelease(
        Effect.sync(() => makeTransport()),
        (made) => Effect.promise(() => made.close()),
      )
      const provider = makeOpenAi({
        id: "openai",
        api,
        apiKey: Redacted.make(apiKey),
        vendor: false,
        baseURL,
        models: undefined,
        organization: undefined,
        project: undefined,
        headers: {},
        query: {},
        fetch,
      })
      return Layer.provideMerge(Kernel.layer, Providers.layer(provider))
    }),
  )
