import { LlmError, type Provider } from "@switchyard/core"
import type { Upstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"

interface Answer {
  readonly data: ReadonlyArray<{ readonly embedding: ReadonlyArray<number> }>
}

/** A provider that embeds over HTTP, as small as one can be: a POST to an upstream that speaks OpenAI's wire. */
export const httpProvider = (id: string, { baseURL }: Upstream): Provider => ({
  id,
  models: ["small", "large"],
  describe: () => undefined,
  embed: ({ model, inputs, dimensions, providerData }) =>
    Effect.tryPromise({
      try: async (signal) => {
        const body = JSON.stringify({ model, input: inputs, ...(dimensions && { dimensions }), ...providerData?.[id] })
        const headers = { "content-type": "application/json", authorization: "Bearer none" }
        const response = await fetch(`${baseURL}/embeddings`, { method: "POST", headers, body, signal })
        if (!response.ok) throw new Error(`${response.status}`)
        const { data } = (await response.json()) as Answer // what the upstream is scripted to send
        return data.map(({ embedding }) => Float32Array.from(embedding))
      },
      catch: (error) => LlmError.make({ _tag: "ProviderInternal", message: String(error) }),
    }).pipe(
      Effect.map((vectors) => ({
        vectors,
        dimensions: vectors[0]?.length ?? 0,
        model,
        usage: { input: {}, output: {} },
      })),
    ),
})
