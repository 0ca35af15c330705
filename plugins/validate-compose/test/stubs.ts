import {
  compose,
  definePlugin,
  Kernel,
  LlmError,
  type LlmRequestInput,
  type LlmResponse,
  textOf,
  type ValidatorFactory,
  type Verdict,
} from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { validateCompose } from "../src/index.ts"

export type Options = NonNullable<Parameters<typeof validateCompose>[0]>

/** A provider that gives the text "answer", and how often it was asked. */
export const provider = () => {
  const seen: Array<unknown> = []
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
            seen.push(request)
            return {
              content: [{ type: "text" as const, text: "answer" }],
              finish: { unified: "stop" as const },
              usage: { input: { total: 1 }, output: { total: 1 } },
              warnings: [],
              model: "m",
            }
          }),
      }),
  })()
  return { plugin, seen }
}

export const wrongScore = (): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field: "params.score", message: "params.score is above 1" })

/**
 * Validators for the tests, and the order in which they were asked: `yes` and `no` with a `score` and an `id`, `slow` (one
 * hour), `throws`, `dies`, `fails`, `nonsense`, `over` (a score of 50), `untold` (undecided), `repairs` (says "by ID"),
 * `same` (good when the answer still is "answer").
 */
export const judges = () => {
  const asked: Array<string> = []
  const stopped: Array<string> = []
  const verdicts: Readonly<
    Record<string, (id: string, score: number | undefined, text: string) => Effect.Effect<Verdict, LlmError>>
  > = {
    yes: (id, score = 1) =>
      Effect.succeed({ ok: true, score, issues: score < 1 ? [{ validator: id, message: `${id} is unsure` }] : [] }),
    no: (id, score = 0) => Effect.succeed({ ok: false, score, issues: [{ validator: id, message: `${id} says no` }] }),
    slow: (id) =>
      Effect.onInterrupt(Effect.as(Effect.sleep("1 hour"), { ok: true, score: 1, issues: [] }), () =>
        Effect.sync(() => void stopped.push(id)),
      ),
    throws: () => {
      throw new TypeError("broken")
    },
    over: () => Effect.succeed({ ok: false, score: 50, issues: [] }),
    untold: (id, score = 0) =>
      Effect.succeed({ ok: false, undecided: true, score, issues: [{ validator: id, message: `${id} cannot tell` }] }),
    same: (id, _, text) =>
      Effect.succeed(
        text === "answer"
          ? { ok: true, score: 1, issues: [] }
          : { ok: false, score: 0, issues: [{ validator: id, message: `${id} saw ${text}` }] },
      ),
    dies: () => Effect.die("dead"),
    fails: () => Effect.fail(LlmError.make({ _tag: "Network", message: "no judge there" })),
    nonsense: () => {
      const nothing: unknown = { ok: "yes" }
      return Effect.succeed(nothing as Verdict) // as an author without types may give it
    },
    repairs: (id) =>
      Effect.succeed({ ok: true, score: 0.9, issues: [], repaired: [{ type: "text", text: `by ${id}` }] }),
  }
  const factory: ValidatorFactory = {
    names: Object.keys(verdicts),
    make: (name, params) => {
      const id = typeof params["id"] === "string" ? params["id"] : name
      const score = typeof params["score"] === "number" ? params["score"] : undefined
      if (score !== undefined && score > 1) return Effect.fail(wrongScore())
      return Effect.succeed({
        validate: ({ content }) => {
          asked.push(id)
          return verdicts[name]?.(id, score, textOf(content)) ?? Effect.die("no such")
        },
      })
    },
  }
  const plugin = definePlugin({
    manifest: { name: "test-judges", kind: "validator", contract: 1, permissions: [] },
    options: Schema.Struct({}),
    layer: (_, key) => Layer.succeed(key, factory),
  })()
  return { plugin, asked, stopped }
}

interface Judged extends Verdict {
  readonly text: string
  readonly decisions: ReadonlyArray<string>
}

const seenBy = ({ verdict, content, route }: LlmResponse): Judged => ({
  ...(verdict ?? { ok: false, score: -1, issues: [] }),
  text: content.map((part) => (part.type === "text" ? part.text : "")).join(""),
  decisions: route.decisions.map(({ what }) => what),
})

/** The verdict of one composition on the answer, through the whole kernel; other failures stay failures. */
export const judge = (type: string, params: unknown, options: Options = {}) => {
  const { plugin, seen } = provider()
  const all = judges()
  const validators: unknown = [{ type, params }]
  const policy = { validators } as NonNullable<LlmRequestInput["policy"]> // any JSON is what the tests are about
  const call = Kernel.use((kernel) => kernel.generate({ model: "p/m", prompt: "hi", policy }))
  const verdict = Effect.provide(call, compose([plugin, all.plugin, validateCompose(options)])).pipe(
    Effect.map(seenBy),
    Effect.catchTag("LlmError", (error): Effect.Effect<Judged, LlmError> => {
      const { reason, context } = error
      const rejected = reason._tag === "OutputInvalid" ? reason.verdicts[0] : undefined
      if (rejected === undefined) return Effect.fail(error)
      const decisions = context.route?.decisions.map(({ what }) => what) ?? []
      return Effect.succeed({ ...rejected, text: "", decisions })
    }),
  )
  return { verdict, asked: all.asked, stopped: all.stopped, seen }
}

export const of = (...types: ReadonlyArray<string | Readonly<Record<string, unknown>>>) => ({ of: types })
/** A member with an id of its own. */
export const one = (type: string, id: string, more: Readonly<Record<string, unknown>> = {}) => {
  const { score, ...settings } = more
  return { type, params: { id, ...(score === undefined ? {} : { score }) }, ...settings }
}
