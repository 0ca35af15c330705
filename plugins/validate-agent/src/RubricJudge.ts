import type { LlmError, Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { askJudge } from "./internal/askJudge.ts"
import { Example } from "./internal/examples.ts"
import { issueOf, unknown } from "./internal/issues.ts"
import { judgePrompt } from "./internal/judgePrompt.ts"
import { answerText, passagesOf, questionOf } from "./internal/material.ts"
import { makeReader } from "./internal/params.ts"
import { Criterion } from "./internal/rubric.ts"
import type { Session } from "./internal/Session.ts"
import { own } from "./internal/settings.ts"
import type { JudgeKind } from "./JudgeKind.ts"

const fields = {
  ...own,
  /** What a good answer is: in words, or as criteria that are scored one by one. */
  rubric: Schema.Union([Schema.NonEmptyString, Schema.NonEmptyArray(Criterion)]),
  /** The least score, 0..1. Criteria have 0.5 as their default; a rubric in words has the judge's verdict alone. */
  threshold: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  /** The judge scores from 0 to this. Default: 1. */
  scale: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0))),
  /** Answers with known verdicts. */
  examples: Schema.optionalKey(Schema.Array(Example)),
}
export const Params = Schema.Struct(fields)
export type RubricParams = typeof Params.Type

export const readRubric = makeReader(fields, Params)

/** The rubric as a judge measures by it. */
export const measureOf = ({ rubric, threshold, scale }: RubricParams) => ({
  rubric: typeof rubric === "string" ? rubric : "",
  criteria: typeof rubric === "string" ? [] : rubric,
  threshold,
  scale: scale ?? 1,
})

const judge = Effect.fnUntraced(function* (session: Session, params: RubricParams) {
  const { validator, settings, response, account, request } = session
  const answer = answerText(response.content)
  const question = judgePrompt({
    ...measureOf(params),
    model: settings.model ?? "",
    examples: params.examples ?? [],
    question: questionOf(account),
    passages: passagesOf(request),
    answer,
  })
  const ruling = yield* askJudge(session, question)
  if (ruling._tag === "Unknown") return unknown(validator, ruling.why)
  const { ok, score, faults } = ruling.verdict
  const verdict: Verdict = { ok, score, issues: faults.map((fault) => issueOf(validator, fault, answer)) }
  return verdict
})

/** A judge measures the answer by a rubric: pass or fail with reasons, or criteria with scores. */
export const rubricJudge: JudgeKind = {
  names: ["judge", "llm_judge"],
  make: (validator, given) =>
    Effect.map(readRubric(validator, given), ({ params, warnings }) => ({
      own: params,
      warnings,
      needsModel: true,
      judge: (session): Effect.Effect<Verdict, LlmError> => judge(session, params),
    })),
}
