import {
  definePlugin,
  LlmError,
  type LlmRequest,
  type Provider,
  type ProviderResponse,
  textOf,
  unfold,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { providerConformance, type ProviderConformance } from "../src/conformance/index.ts"

/** A provider without HTTP: it says the last words back, and cannot do anything else. */
const unhonoured = [
  "temperature",
  "topP",
  "topK",
  "seed",
  "stop",
  "presencePenalty",
  "frequencyPenalty",
  "reasoningEffort",
  "tools",
  "output",
] as const

const answer = (request: LlmRequest): Effect.Effect<ProviderResponse, LlmError> => {
  const message = request.messages.findLast((candidate) => candidate.role === "user")
  const file = message?.content.find((part) => part.type === "file")
  if (file !== undefined) {
    const why = `echo cannot read ${file.mediaType}`
    return Effect.fail(LlmError.make({ _tag: "Unsupported", feature: `input of ${file.mediaType}`, message: why }))
  }
  const words = textOf(message?.content ?? [])
    .split(" ")
    .slice(0, request.maxOutputTokens)
  return Effect.succeed({
    content: [{ type: "text", text: words.join(" ") }],
    finish: { unified: "stop" },
    usage: { input: { total: words.length }, output: { total: words.length } },
    warnings: unhonoured
      .filter((setting) => request[setting] !== undefined)
      .map((setting) => ({ type: "unsupported", setting, message: `echo does not honour ${setting}` })),
    model: request.model,
  })
}

const echo = (ways: { readonly generate: boolean; readonly stream: boolean }) =>
  definePlugin({
    manifest: { name: "provider-echo", kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) => {
      const provider: Provider = {
        id: "echo",
        models: ["words"],
        describe: () => undefined,
        ...(ways.generate ? { generate: answer } : {}),
        ...(ways.stream
          ? {
              stream: (request) =>
                Stream.unwrap(Effect.map(answer(request), (whole) => Stream.fromArray(unfold(whole)))),
            }
          : {}),
      }
      return Layer.succeed(key, provider)
    },
  })

const suite = (generate: boolean, stream: boolean): ProviderConformance => ({
  name: `a provider without HTTP: ${[generate ? "generate" : "", stream ? "stream" : ""].filter(Boolean).join(" and ")}`,
  provider: () => echo({ generate, stream })(),
  model: "words",
  capabilities: {
    generate,
    stream,
    tools: false,
    structuredOutput: false,
    files: { image: false, pdf: false, audio: false, text: false },
    reasoning: false,
    citations: false,
    imageOutput: false,
    embeddings: false,
    usage: true,
    upstream: false,
  },
  sample: { prompt: "say this back" },
  honours: ["maxOutputTokens"],
})

providerConformance(suite(true, true))
providerConformance(suite(true, false))
providerConformance(suite(false, true))
