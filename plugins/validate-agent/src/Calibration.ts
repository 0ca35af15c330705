import type { CallContext, JsonObject } from "@switchyard/core"
import * as Effect from "effect/Effect"
import { Account } from "./internal/Account.ts"
import { type Agreement, fitThreshold } from "./internal/agreement.ts"
import { askJudge } from "./internal/askJudge.ts"
import { judgePrompt } from "./internal/judgePrompt.ts"
import type { Session } from "./internal/Session.ts"
import { settingsOf } from "./internal/settings.ts"
import { measureOf, readRubric, type RubricParams } from "./RubricJudge.ts"

export { type Agreement, fitThreshold, type Labelled } from "./internal/agreement.ts"

export interface CalibrationOptions {
  /** How to ask: `kernel.generate`, or a call's `ask`. */
  readonly ask: CallContext["ask"]
  /** The params of the validator `judge`, with `model` and at least three `examples`, of both verdicts. */
  readonly params: JsonObject
  /** Asks at once. Default: 4. */
  readonly concurrency?: number
}

const request = (example: string) => ({
  model: "none",
  messages: [{ role: "user" as const, content: [{ type: "text" as const, text: example }] }],
})

const sessionFor = (ask: CallContext["ask"], params: RubricParams): Session => {
  const empty = request("")
  return {
    validator: "judge",
    settings: { ...settingsOf({ maxAsks: Number.MAX_SAFE_INTEGER }, params), allowSelf: true },
    context: { ask, warn: () => undefined, tags: {}, providers: { all: [], get: () => undefined } },
    account: new Account(empty),
    request: empty,
    response: {
      content: [],
      finish: { unified: "stop" },
      usage: { input: {}, output: {} },
      warnings: [],
      model: "none",
    },
  }
}

/** What a judge said of each example when it was shown only the others. */
export interface Calibration {
  /** The threshold that fits, and how well; `undefined` when not both verdicts were among the judged examples. */
  readonly fit: Agreement | undefined
  readonly judged: ReadonlyArray<{ readonly pass: boolean; readonly score: number; readonly said: boolean }>
  /** Examples that the judge gave no verdict on. */
  readonly unknown: number
}

/**
 * Has a judge grade the examples of its own rubric, each one shown only the others (leave one out), and fits the
 * threshold to what it said. Two asks per example at most. Fails with `InvalidRequest` for wrong params.
 */
export const calibrateJudge = Effect.fnUntraced(function* ({ ask, params, concurrency = 4 }: CalibrationOptions) {
  const { params: read } = yield* readRubric("judge", params)
  const examples = read.examples ?? []
  const session = sessionFor(ask, read)
  const measure = measureOf(read)
  const rulings = yield* Effect.forEach(
    examples,
    ({ answer, question }, index) => {
      const others = examples.filter((_, other) => other !== index)
      const model = read.model ?? ""
      // A threshold that is given already must not decide what is said here.
      const open = { ...measure, threshold: undefined }
      return askJudge(
        session,
        judgePrompt({ ...open, model, examples: others, question: question ?? "", passages: [], answer }),
      )
    },
    { concurrency },
  )
  const judged = rulings.flatMap((ruling, index) =>
    ruling._tag === "Unknown"
      ? []
      : [{ pass: examples[index]?.verdict === "pass", score: ruling.verdict.score, said: ruling.verdict.ok }],
  )
  const calibration: Calibration = { fit: fitThreshold(judged), judged, unknown: examples.length - judged.length }
  return calibration
})
