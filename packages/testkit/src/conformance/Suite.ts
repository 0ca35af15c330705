import type { LlmRequestInput, Plugin } from "@switchyard/core"
import type { WireName } from "./wires/index.ts"

/** Where the provider sends its requests, and the key it sends. The key is the secret that the suite searches for. */
export interface ConformanceUpstream {
  readonly baseURL: string
  readonly apiKey: string
}

/** A provider plugin that needs nothing else to run. */
export type ProviderPlugin = Plugin<"provider", unknown, never>

/** A setting of the request that a provider honours or warns of. */
export type Setting =
  | "temperature"
  | "topP"
  | "topK"
  | "maxOutputTokens"
  | "stop"
  | "seed"
  | "presencePenalty"
  | "frequencyPenalty"
  | "reasoningEffort"

/** What the provider says it can do. `false` swaps the tests of a capability for one: "is refused clearly". */
export interface ProviderCapabilities {
  /** `generate` or `stream` may be left to the kernel, which derives it from the other. */
  readonly generate: boolean
  readonly stream: boolean
  readonly tools: boolean
  readonly structuredOutput: boolean
  /** Media that a user message may carry. */
  readonly files: { readonly image: boolean; readonly pdf: boolean; readonly audio: boolean; readonly text: boolean }
  readonly reasoning: boolean
  /** Citations in an answer become source parts. */
  readonly citations: boolean
  /** Images in an answer become file parts. */
  readonly imageOutput: boolean
  readonly embeddings: boolean
  /** Token counts are reported. */
  readonly usage: boolean
  /** The wire that the scripted upstream speaks; `false` for a provider that sends no HTTP requests. */
  readonly upstream: WireName | false
}

/** One run of the suite: a provider, a model of it, and what they can do. */
export interface ProviderConformance {
  /** Title of the group of tests. */
  readonly name: string
  /** Makes the plugin under test, with its own retries off. It is called once per test. */
  readonly provider: (upstream: ConformanceUpstream) => ProviderPlugin
  /** A model as the vendor names it. */
  readonly model: string
  /** Default: `model`. */
  readonly embeddingModel?: string
  /** A model whose reasoning is given back to it in the next request; without one that is not tested. */
  readonly reasoningModel?: string
  readonly capabilities: ProviderCapabilities
  /** Without an upstream only: a request that the provider answers. Default: one short question. */
  readonly sample?: Ask
  /** Without an upstream only, where it cannot be seen what was sent: the settings that the provider honours. */
  readonly honours?: ReadonlyArray<Setting>
}

/** A request without its model. */
export type Ask = Omit<LlmRequestInput, "model">

/** The two ways to ask. Both are tested with every promise that concerns both. */
export type Way = "generate" | "stream"

export const ways: ReadonlyArray<Way> = ["generate", "stream"]

/** The ways that the provider itself implements: what a broken wire does is tested on these. */
export const ownWays = ({ capabilities }: ProviderConformance): ReadonlyArray<Way> =>
  ways.filter((way) => capabilities[way])

export const hello: Ask = { prompt: "Hi" }
