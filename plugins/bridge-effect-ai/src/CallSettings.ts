import type { LlmRequest } from "@switchyard/core"
import * as Context from "effect/Context"

/**
 * What a call may say beyond prompt and tools, in the words of a request of Switchyard; effect/ai has no place for it.
 * `output` takes the place of the format that effect/ai asks for, so that JSON can be streamed. `dimensions` is for
 * embeddings, which take `providerData`, `tenant`, `tags` and the policy's `deadline` besides.
 */
export interface CallSettings extends Partial<
  Pick<
    LlmRequest,
    | "model"
    | "output"
    | "maxOutputTokens"
    | "temperature"
    | "topP"
    | "topK"
    | "presencePenalty"
    | "frequencyPenalty"
    | "seed"
    | "stop"
    | "reasoningEffort"
    | "headers"
    | "providerData"
    | "policy"
    | "tenant"
    | "tags"
  >
> {
  readonly dimensions?: number
}

const none: CallSettings = {}

/**
 * The settings of the calls inside an effect. They win over those that the layer was made with, field by field.
 *
 * ```ts
 * LanguageModel.generateText({ prompt: "Hi" }).pipe(Effect.provideService(CallSettings, { temperature: 0 }))
 * ```
 */
export const CallSettings: Context.Reference<CallSettings> = Context.Reference<CallSettings>(
  "@switchyard/bridge-effect-ai/CallSettings",
  { defaultValue: () => none },
)

/** A setting that a request of Switchyard may have and that effect/ai has no place for. */
export type Setting = Exclude<keyof CallSettings, "model" | "policy" | "tenant" | "tags">

/**
 * How settings reach a language model that comes from elsewhere: vendors' packages read their own service around a call.
 * What is not in `honours` comes back as a warning and is not given to `context`.
 */
export interface SettingsCarrier {
  readonly honours: ReadonlyArray<Setting>
  /** What is provided around the call. */
  readonly context: (settings: CallSettings) => Context.Context<never>
}

/** For models that are a Switchyard stack themselves: everything arrives. */
export const switchyardSettings: SettingsCarrier = {
  honours: [
    "output",
    "maxOutputTokens",
    "temperature",
    "topP",
    "topK",
    "presencePenalty",
    "frequencyPenalty",
    "seed",
    "stop",
    "reasoningEffort",
    "headers",
    "providerData",
    "dimensions",
  ],
  context: (settings) => Context.make(CallSettings, settings),
}
