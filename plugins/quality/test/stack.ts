import {
  compose,
  definePlugin,
  Kernel,
  type LlmError,
  type LlmRequestInput,
  type LlmResponse,
  type Plugin,
  type PluginKind,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** What a provider says: a text, or something made of the request's text. */
export type Script = string | ((asked: string) => string)

/** A provider that answers as it is told, and remembers what it was asked. */
export const scripted = (id: string, script: Script) => {
  const seen: Array<string> = []
  const plugin = definePlugin({
    manifest: { name: `scripted-${id}`, kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.succeed(key, {
        id,
        models: ["one"],
        describe: () => undefined,
        generate: (request) =>
          Effect.sync(() => {
            const asked = JSON.stringify(request.messages)
            seen.push(asked)
            const text = typeof script === "string" ? script : script(asked)
            return {
              content: text === "" ? [] : [{ type: "text" as const, text }],
              finish: { unified: "stop" as const },
              usage: { input: {}, output: {} },
              warnings: [],
              model: "one",
            }
          }),
      }),
  })
  return { plugin: plugin(), seen }
}

type TestPlugin = { [K in PluginKind]: Plugin<K, LlmError, never> }[PluginKind]

/** One call through a stack of these plugins. */
export const generate = (
  plugins: ReadonlyArray<TestPlugin>,
  request: LlmRequestInput,
): Effect.Effect<LlmResponse, LlmError> =>
  Effect.provide(
    Kernel.use((kernel) => kernel.generate(request)),
    compose(plugins),
  )

/** A question with passages. */
export const asking = (question: string, ...passages: ReadonlyArray<string>): LlmRequestInput => ({
  model: "p/one",
  messages: [
    {
      role: "user",
      content: [
        ...passages.map((text) => ({
          type: "file" as const,
          mediaType: "text/plain",
          source: { type: "text" as const, text },
        })),
        { type: "text", text: question },
      ],
    },
  ],
})
