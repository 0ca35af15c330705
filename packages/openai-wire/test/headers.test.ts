import { assert, it } from "@effect/vitest"
import { hearingHeaders, type LlmRequest, LlmError, makeRequest, type ResponseHeaders } from "@switchyard/core"
import { startUpstream } from "@switchyard/testkit"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { makeOpenAi } from "../src/index.ts"

const asked = (): LlmRequest => {
  const request = makeRequest({ model: "gpt-4o-mini", prompt: "Hi" })
  if (request instanceof LlmError) throw request
  return request
}

const handedOn = {
  "x-ratelimit-remaining-requests": "7",
  "x-ratelimit-reset-tokens": "6m0s",
  "x-request-id": "req_7",
  "retry-after": "2",
}
const kept = {
  "set-cookie": "session=s3cret",
  "openai-organization": "acme",
  authorization: "Bearer sk-echoed",
  "x-ratelimit-note": "n".repeat(300),
}

it.live.each(["chat", "responses"] as const)("%s: the headers that matter are told, of all kinds of answers", (api) =>
  Effect.gen(function* () {
    const upstream = yield* Effect.acquireRelease(
      Effect.promise(() => startUpstream()),
      (started) => Effect.promise(() => started.close()),
    )
    const { generate, stream, embed } = makeOpenAi({
      id: "openai",
      api,
      apiKey: Redacted.make("sk-headers"),
      vendor: false,
      baseURL: upstream.baseURL,
      models: undefined,
      organization: undefined,
      project: undefined,
      headers: {},
      query: {},
      fetch: globalThis.fetch,
    })
    const heard: Array<ResponseHeaders> = []
    const hear = <A>(effect: Effect.Effect<A, LlmError>) =>
      hearingHeaders(
        hearingHeaders(Effect.result(effect), (headers) => heard.push(headers)),
        (headers) => heard.push(headers),
      )
    upstream.always({ headers: { ...handedOn, ...kept } })
    yield* hear(generate(asked()))
    yield* hear(Stream.runDrain(stream(asked())))
    yield* hear(embed({ model: "text-embedding-3-small", inputs: ["Hi"] }))
    upstream.always({ fault: { status: 429, headers: { ...handedOn, ...kept } } })
    yield* hear(generate(asked()))
    // Of each answer by both who hear.
    assert.deepStrictEqual(
      heard,
      Array.from({ length: 8 }, () => handedOn),
    )
    // With nobody to hear, nothing is different.
    upstream.always({})
    yield* generate(asked())
  }).pipe(Effect.scoped),
)
