import {
  compose,
  definePlugin,
  type JsonObject,
  Kernel,
  type LlmError,
  type LlmRequest,
  type Part,
  type Verdict,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { validateCode } from "../src/index.ts"

const isText = (part: Part): boolean => part.type === "text"

export type Options = NonNullable<Parameters<typeof validateCode>[0]>

/** A provider that answers with what it was asked, and counts how often. */
export const answering = () => {
  const calls: Array<LlmRequest> = []
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
            const asked = request.messages.at(-1)?.content ?? ""
            const content = typeof asked === "string" ? [{ type: "text" as const, text: asked }] : asked.filter(isText)
            const usage = { input: { total: 1 }, output: { total: 1 } }
            return { content, finish: { unified: "stop" as const }, usage, warnings: [], model: "m" }
          }),
      }),
  })()
  return { plugin, calls }
}

type Judged = Verdict & { readonly warnings: ReadonlyArray<string> }

/** The verdict of one named validator on an answer, through the whole kernel; other failures stay failures. */
export const judge = (
  answer: string,
  type: string,
  params: JsonObject = {},
  options?: Options,
): Effect.Effect<Judged, LlmError> => Effect.provide(verdict(type, params, answer), stack(options))

/** As `judge`, of many answers in one stack. */
export const judgeAll = (
  answers: ReadonlyArray<string>,
  type: string,
): Effect.Effect<ReadonlyArray<Judged>, LlmError> =>
  Effect.provide(
    Effect.forEach(answers, (answer) => verdict(type, {}, answer)),
    stack(),
  )

/** A provider that answers with the prompt, and the plugin. */
const stack = (options?: Options) => compose([answering().plugin, validateCode(options)])

const verdict = (type: string, params: JsonObject, prompt: string): Effect.Effect<Judged, LlmError, Kernel> => {
  const policy = { validators: [{ type, params }] }
  return Kernel.use((kernel) => kernel.generate({ model: "p/m", prompt, policy })).pipe(
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
