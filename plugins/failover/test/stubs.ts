import {
  compose,
  type Contributions,
  definePlugin,
  Kernel,
  LlmError,
  type LlmRequestInput,
  type ModelInfo,
  type Plugin,
  type PluginKind,
  type Provider,
  type ProviderResponse,
  type Providers,
  type Reason,
  type StreamPart,
  type Usage,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { failover, type FailoverOptions } from "../src/index.ts"

export const usage: Usage = { input: { total: 3 }, output: { total: 5 } }

export const plug = <K extends PluginKind>(
  kind: K,
  value: Contributions[K],
  name = `test-${kind}`,
): Plugin<K, never, never> =>
  definePlugin({
    manifest: { name, kind, contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) => Layer.succeed(key, value),
  })()

export const answer = (text: string, model = "m"): ProviderResponse => ({
  content: [{ type: "text", text }],
  finish: { unified: "stop" },
  usage,
  warnings: [],
  model,
})

/** A stream of these pieces of text; without `whole` it ends without its finish. */
export const parts = (pieces: ReadonlyArray<string>, whole = true): Array<StreamPart> => [
  { type: "stream-start", warnings: [] },
  { type: "text-start", id: "0" },
  ...pieces.map((text): StreamPart => ({ type: "text-delta", id: "0", text })),
  ...(whole
    ? ([
        { type: "text-end", id: "0" },
        { type: "finish", reason: { unified: "stop" }, usage },
      ] as const)
    : []),
]

type Plain = Extract<
  Reason["_tag"],
  | "Overloaded"
  | "RateLimited"
  | "Unauthorized"
  | "InvalidRequest"
  | "ContextTooLong"
  | "ContentFiltered"
  | "QuotaExhausted"
  | "Network"
  | "ProviderInternal"
  | "Forbidden"
>

export const ill = (tag: Plain = "Overloaded", more: { readonly retryAfterMs?: number } = {}): LlmError =>
  LlmError.make({ _tag: tag, message: `scripted ${tag}`, ...more })

export const info = (more: Partial<ModelInfo> = {}): ModelInfo => ({
  inputMedia: [],
  outputMedia: [],
  tools: false,
  structuredOutput: false,
  reasoning: false,
  acceptsPrefill: false,
  fetchesUrls: false,
  ...more,
})

/** What a scripted provider does with each request: how it answers, or fails. */
export type Script = (call: number) => Effect.Effect<string, LlmError>

export interface Scripted {
  readonly plugin: Plugin<"provider", never, never>
  /** How many requests it got, and how many of those were interrupted. */
  calls: number
  cancelled: number
}

/** A provider that answers by script, whole and streamed alike. */
export const scripted = (id: string, script: Script, more: Partial<Provider> = {}): Scripted => {
  const state = { calls: 0, cancelled: 0 }
  const said = Effect.suspend(() => {
    const call = state.calls++
    return Effect.onInterrupt(script(call), () => Effect.sync(() => void state.cancelled++))
  })
  const provider: Provider = {
    id,
    models: ["m"],
    describe: () => undefined,
    generate: () => Effect.map(said, (text) => answer(text)),
    stream: () => Stream.unwrap(Effect.map(said, (text) => Stream.fromArray(parts([text])))),
    ...more,
  }
  return Object.assign(state, { plugin: plug("provider", provider, `provider-${id}`) })
}

export const says =
  (text: string): Script =>
  () =>
    Effect.succeed(text)
export const fails =
  (error: LlmError = ill()): Script =>
  () =>
    Effect.fail(error)
export const silent: Script = () => Effect.never

export interface AnyTestPlugin {
  readonly manifest: Plugin["manifest"]
  readonly key: unknown
  readonly layer: Layer.Layer<never, LlmError, Providers>
}

export const routes = { all: ["a/m", "b/m", "c/m"], two: ["a/m", "b/m"], one: "a/m" }

/** The layer of a stack with failover, the test's routes and these plugins. */
export const stack = (
  plugins: ReadonlyArray<AnyTestPlugin>,
  options: FailoverOptions = {},
  only: Record<string, string | ReadonlyArray<string>> = {},
) => {
  const ids = new Set(plugins.map(({ manifest }) => manifest.name.replace("provider-", "")))
  const known = Object.entries(routes).filter(([, to]) =>
    [to].flat().every((name) => ids.has(name.split("/")[0] ?? "")),
  )
  return compose([...plugins, failover(options)], { routes: { ...Object.fromEntries(known), ...only } })
}

export const request: LlmRequestInput = { model: "two", prompt: "hi" }

export const generate = (input: LlmRequestInput = request) => Kernel.use((kernel) => kernel.generate(input))
export const collect = (input: LlmRequestInput = request) =>
  Kernel.use((kernel) => Stream.runCollect(kernel.stream(input)))

/** The kinds and order of what a call tried. */
export const tried = (
  attempts: ReadonlyArray<{ readonly candidate: { readonly provider: string }; readonly outcome: string }>,
) => attempts.map(({ candidate, outcome }) => `${candidate.provider} ${outcome}`)
