import {
  compose,
  definePlugin,
  Kernel,
  type LlmRequest,
  type LlmRequestInput,
  LlmError,
  type ModelInfo,
  type Part,
  type Plugin,
  type Provider,
  type ProviderResponse,
  type StreamPart,
  type ToolResultPart,
  unfold,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { fileURLToPath } from "node:url"
import { mcpTools } from "../src/index.ts"

export type Options = NonNullable<Parameters<typeof mcpTools>[0]>

const script = fileURLToPath(new URL("./servers/stdio.ts", import.meta.url))

const cache = fileURLToPath(new URL("../node_modules/.cache/test-servers", import.meta.url))

/** The test server as a process. */
export const stdio = (env: Record<string, string> = {}) => ({
  command: process.execPath,
  args: ["--no-warnings", script],
  // Else each process compiles the SDK anew.
  env: { NODE_COMPILE_CACHE: cache, ...env } as Record<string, string>,
})

export const call = (name: string, input: object | string = {}, id = `${name}-1`): Part => ({
  type: "tool-call",
  id,
  name,
  inputText: typeof input === "string" ? input : JSON.stringify(input),
})

export const text = (value: string): Part => ({ type: "text", text: value })

type Step =
  | string
  | ReadonlyArray<Part>
  | LlmError
  | ((request: LlmRequest) => string | ReadonlyArray<Part>)
  | Effect.Effect<never, LlmError>

const isEffect = (step: Step): step is Effect.Effect<never, LlmError> =>
  Effect.isEffect(step) && !(step instanceof LlmError)

const answer = (given: string | ReadonlyArray<Part>): ProviderResponse => {
  const content = typeof given === "string" ? [text(given)] : given
  const calls = content.some((part) => part.type === "tool-call")
  return {
    content,
    finish: { unified: calls ? "tool-calls" : "stop" },
    usage: { input: { total: 10 }, output: { total: 3 } },
    warnings: [{ type: "unsupported", setting: "seed", message: "seed is not sent" }],
    model: "vendor-model",
  }
}

export const info: ModelInfo = {
  inputMedia: ["text/plain", "image/*"],
  outputMedia: ["text/plain"],
  tools: true,
  structuredOutput: true,
  reasoning: false,
  acceptsPrefill: false,
  fetchesUrls: false,
}

/** A model that goes through these steps, the last one for ever, and remembers what it was sent. */
export const model = (steps: ReadonlyArray<Step>, describe: ModelInfo | undefined = info) => {
  const requests: Array<LlmRequest> = []
  const generate = (request: LlmRequest): Effect.Effect<ProviderResponse, LlmError> =>
    Effect.suspend(() => {
      const step = steps[Math.min(requests.length, steps.length - 1)] ?? ""
      requests.push(request)
      if (step instanceof LlmError) return Effect.fail(step)
      if (isEffect(step)) return step
      return Effect.succeed(answer(typeof step === "function" ? step(request) : step))
    })
  const provider: Provider = {
    id: "p",
    models: [],
    describe: () => describe,
    generate,
    stream: (request) =>
      Stream.unwrap(Effect.map(generate(request), (response) => Stream.fromArray<StreamPart>(unfold(response)))),
  }
  const plugin: Plugin<"provider", never, never> = definePlugin({
    manifest: { name: "test-provider", kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) => Layer.succeed(key, provider),
  })()
  return { plugin, requests }
}

type Model = ReturnType<typeof model>

const layerOf = (made: Model, options: Options, more: ReadonlyArray<Plugin<"retry", never, never>> = []) =>
  compose([made.plugin, mcpTools(options), ...more])

/** Runs something on a stack with MCP tools; the stack is closed when it is over. */
export const on = <A, E>(
  made: Model,
  options: Options,
  run: (kernel: Kernel["Service"]) => Effect.Effect<A, E>,
  more: ReadonlyArray<Plugin<"retry", never, never>> = [],
): Effect.Effect<A, E | LlmError> => Effect.provide(Kernel.use(run), layerOf(made, options, more))

export const asking: LlmRequestInput = { model: "p/m", prompt: "do it" }

/** The results that the model saw in the request at this place. */
export const resultsIn = (request: LlmRequest | undefined): ReadonlyArray<ToolResultPart> =>
  (request?.messages ?? []).flatMap((message) =>
    message.role === "tool" ? message.content.filter((part) => part.type === "tool-result") : [],
  )

/** What the last tool gave, as text. */
export const lastText = (made: Model): string => {
  const output = resultsIn(made.requests.at(-1)).at(-1)?.output
  return output === undefined || output.type === "denied"
    ? ""
    : typeof output.value === "string"
      ? output.value
      : JSON.stringify(output.value)
}

export const toolNames = (request: LlmRequest | undefined): ReadonlyArray<string> =>
  (request?.tools ?? []).map((tool) => (tool.type === "function" ? tool.name : tool.id))

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
