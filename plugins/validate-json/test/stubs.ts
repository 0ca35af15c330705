import {
  compose,
  definePlugin,
  Kernel,
  type LlmError,
  type LlmRequest,
  type LlmRequestInput,
  type Plugin,
  type Providers,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { validateJson } from "../src/index.ts"

export type Options = NonNullable<Parameters<typeof validateJson>[0]>

/** A provider that gives these answers, the last one for ever, and keeps what it was asked. */
export const answering = (...texts: ReadonlyArray<string>) => {
  const seen: Array<LlmRequest> = []
  const plugin = definePlugin({
    manifest: { name: "test-provider", kind: "provider", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) =>
      Layer.succeed(key, {
        id: "p",
        models: ["m"],
        describe: () => undefined,
        generate: (request) =>
          Effect.sync(() => {
            const text = texts[Math.min(seen.push(request), texts.length) - 1] ?? ""
            const content = [
              { type: "reasoning", text: "hm" },
              { type: "text", text },
            ] as const
            return {
              content,
              finish: { unified: "stop" },
              usage: { input: {}, output: {} },
              warnings: [],
              model: "m",
            } as const
          }),
      }),
  })()
  return { plugin, seen }
}

type Params = Record<string, unknown>

/** A call with these validators, of any JSON. */
export const checkedBy = (
  ...validators: ReadonlyArray<readonly [type: string, params?: Params | undefined]>
): LlmRequestInput => {
  const policy: unknown = {
    validators: validators.map(([type, params]) => ({ type, ...(params === undefined ? {} : { params }) })),
  }
  return { model: "p/m", prompt: "hi", policy: policy as NonNullable<LlmRequest["policy"]> } // any JSON is what the tests are about
}

interface TestPlugin extends Pick<Plugin, "manifest"> {
  readonly key: unknown
  readonly layer: Layer.Layer<never, LlmError, Providers>
}

export const generate = (
  provider: Plugin<"provider", never, never>,
  request: LlmRequestInput,
  options: Options = {},
  more: ReadonlyArray<TestPlugin> = [],
) =>
  Effect.provide(
    Kernel.use((kernel) => kernel.generate(request)),
    compose([provider, validateJson(options), ...more]),
  )

/** What becomes of one answer. */
export const judged = (text: string, name: string, params?: Params, options: Options = {}) =>
  generate(answering(text).plugin, checkedBy([name, params]), options)
