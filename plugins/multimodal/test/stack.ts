import {
  compose,
  definePlugin,
  type Failover,
  type FilePart,
  Kernel,
  type LlmRequest,
  type LlmRequestInput,
  type ModelInfo,
  type Provider,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { LlmError } from "@switchyard/core"
import { multimodal } from "../src/index.ts"

export const seeing: ModelInfo = {
  inputMedia: ["text/plain", "image/*"],
  outputMedia: ["text/plain"],
  tools: true,
  structuredOutput: true,
  reasoning: false,
  acceptsPrefill: false,
  fetchesUrls: false,
}

/** A provider that keeps what reaches it: what a vendor would have been sent. */
export const recorder = (id: string, info: ModelInfo | undefined = seeing, fails = false) => {
  const requests: Array<LlmRequest> = []
  const provider: Provider = {
    id,
    models: [],
    describe: () => info,
    generate: (request) =>
      Effect.suspend(() => {
        requests.push(request)
        if (fails) return Effect.fail(LlmError.make({ _tag: "Overloaded", message: `${id} is full` }))
        return Effect.succeed({
          content: [{ type: "text", text: "seen" }],
          finish: { unified: "stop" },
          usage: { input: {}, output: {} },
          warnings: [],
          model: request.model,
        })
      }),
  }
  const plugin = definePlugin({
    manifest: { name: `provider-${id}`, kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) => Layer.succeed(key, provider),
  })
  return { plugin: plugin(), requests }
}

/** Every candidate in turn, each twice. */
const inTurn: Failover = {
  run: (candidates, dispatch) =>
    [...candidates, ...candidates.slice(1)].reduce(
      (before, candidate) => Effect.catch(before, () => dispatch(candidate)),
      dispatch(candidates[0]),
    ),
  rescue: () => Effect.succeed({ _tag: "Fail" }),
}

export const failover = definePlugin({
  manifest: { name: "failover-in-turn", kind: "failover", contract: 1, permissions: [] },
  options: Schema.Struct({}),
  layer: (_, key) => Layer.succeed(key, inTurn),
})

export const stackOf = (
  recorders: ReadonlyArray<ReturnType<typeof recorder>>,
  options: Parameters<typeof multimodal>[0] = {},
  more: ReadonlyArray<ReturnType<typeof failover>> = [],
  routes: Record<string, ReadonlyArray<string>> = {},
) => compose([...recorders.map(({ plugin }) => plugin), multimodal(options), ...more], { routes })

export const ask = (input: LlmRequestInput) => Kernel.use((kernel) => kernel.generate(input))

export const image = (bytes: Uint8Array, mediaType = "image/png"): FilePart => ({
  type: "file",
  mediaType,
  source: { type: "bytes", bytes },
})

export const asking = (model: string, ...content: ReadonlyArray<FilePart>): LlmRequestInput => ({
  model,
  messages: [{ role: "user", content: [{ type: "text", text: "what is it?" }, ...content] }],
})

export const partsOf = (request: LlmRequest | undefined): ReadonlyArray<FilePart> =>
  (request?.messages ?? []).flatMap((message) =>
    message.role === "user" ? message.content.filter((part) => part.type === "file") : [],
  )
