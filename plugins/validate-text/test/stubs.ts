import {
  compose,
  definePlugin,
  type JsonObject,
  Kernel,
  LlmError,
  type LlmRequestInput,
  type Part,
  type ProviderResponse,
  type Verdict,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { validateText } from "../src/index.ts"

export type Options = NonNullable<Parameters<typeof validateText>[0]>

/** A provider that gives this answer, and counts how often it was asked. */
export const answering = (content: string | ReadonlyArray<Part>, more: Partial<ProviderResponse> = {}) => {
  const calls: Array<unknown> = []
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
            calls.push(request)
            return {
              content: typeof content === "string" ? [{ type: "text" as const, text: content }] : content,
              finish: { unified: "stop" as const },
              usage: { input: { total: 1 }, output: { total: 1 } },
              warnings: [],
              model: "m",
              ...more,
            }
          }),
      }),
  })()
  return { plugin, calls }
}

export interface Asked {
  readonly options?: Options
  readonly request?: Partial<LlmRequestInput>
  readonly response?: Partial<ProviderResponse>
}

/** The verdict of one named validator on an answer, through the whole kernel; other failures stay failures. */
export const judge = (
  content: string | ReadonlyArray<Part>,
  type: string,
  params: JsonObject = {},
  { options, request, response }: Asked = {},
): Effect.Effect<Verdict & { readonly warnings: ReadonlyArray<string> }, LlmError> => {
  const { plugin } = answering(content, response)
  const call = Kernel.use((kernel) =>
    kernel.generate({ model: "p/m", prompt: "hi", ...request, policy: { validators: [{ type, params }] } }),
  )
  return Effect.provide(call, compose([plugin, validateText(options)])).pipe(
    Effect.map(({ verdict, warnings }) => ({
      ...(verdict ?? { ok: false, score: -1, issues: [] }),
      warnings: warnings.map((warning) => ("message" in warning ? String(warning.message) : "")),
    })),
    Effect.catchTag("LlmError", (error) => {
      const { reason } = error
      const verdict = reason._tag === "OutputInvalid" ? reason.verdicts[0] : undefined
      return verdict === undefined ? Effect.fail(error) : Effect.succeed({ ...verdict, warnings: [] })
    }),
  )
}

/** What the first issue is about. */
export const placeOf = (text: string, { issues }: Verdict): string | undefined => {
  const [issue] = issues
  return issue?.start === undefined || issue.end === undefined ? undefined : text.slice(issue.start, issue.end)
}
