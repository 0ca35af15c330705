import {
  compose,
  definePlugin,
  Kernel,
  type KernelShape,
  type LlmError,
  type Plugin,
  type PluginKind,
  type Providers,
} from "@switchyard/core"
import { openai } from "@switchyard/provider-openai"
import { type Reply, startUpstream, type Upstream } from "@switchyard/testkit"
import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

type TestPlugin = { [K in PluginKind]: Plugin<K, LlmError | Config.ConfigError, Providers> }[PluginKind]

export interface Scene {
  readonly upstream: Upstream
  readonly kernel: KernelShape
}

/** A kernel with these plugins and OpenAI's official client, against a scripted server. */
export const withStack = <A, E>(
  plugins: ReadonlyArray<TestPlugin>,
  use: (scene: Scene) => Effect.Effect<A, E>,
  replies: ReadonlyArray<Reply> = [],
): Effect.Effect<A, E | LlmError> =>
  Effect.acquireUseRelease(
    Effect.promise(() => startUpstream()),
    (upstream) => {
      upstream.reply(...replies)
      const provider = openai({ apiKey: "sk-test", baseURL: upstream.baseURL, api: "chat" })
      return Effect.provide(
        Kernel.use((kernel) => use({ upstream, kernel })),
        compose([provider, ...plugins]),
      )
    },
    (upstream) => Effect.promise(() => upstream.close()),
  ) as Effect.Effect<A, E | LlmError> // the key of the environment is never asked for: `apiKey` is given

interface WireMessage {
  readonly role: string
  readonly content: string | ReadonlyArray<{ readonly type: string; readonly text?: string }>
}

/** The messages that a request on the wire holds, as text. */
export const messagesOf = (body: unknown): ReadonlyArray<{ readonly role: string; readonly text: string }> => {
  const { messages = [] } = (body ?? {}) as { readonly messages?: ReadonlyArray<WireMessage> } // what the server was sent
  return messages.map(({ role, content }) => ({
    role,
    text: typeof content === "string" ? content : content.map(({ text = "" }) => text).join("\n"),
  }))
}

interface Window {
  readonly contextWindow: number
  readonly maxOutput: number
}

/** A catalogue that says the same of every model. */
export const windowOf = (known: Window) => windowsOf({ openai: known })

/** A catalogue by provider. */
export const windowsOf = (known: Readonly<Record<string, Window>>) =>
  definePlugin({
    manifest: { name: "windows", kind: "catalog", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.succeed(key, {
        describe: ({ provider }) => ({
          ...known[provider],
          inputMedia: [],
          outputMedia: [],
          tools: true,
          structuredOutput: true,
          reasoning: false,
          acceptsPrefill: false,
          fetchesUrls: false,
        }),
      }),
  })()
