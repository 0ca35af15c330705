import type { LlmResponse } from "@switchyard/core"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const score = Schema.optionalKey(Schema.Finite)

/** One thing that is wrong with an answer. `start`, `end`: UTF-16 positions in it, `end` exclusive. */
export const QualityIssue = Schema.Struct({
  kind: Schema.Literals([
    "empty",
    "off-topic",
    "unanswered",
    "contradicted",
    "ungrounded",
    "unsafe",
    "code",
    "refusal",
    "repetition",
    "truncated",
    "judge",
  ]),
  message: Schema.String,
  start: Schema.optionalKey(Schema.Natural),
  end: Schema.optionalKey(Schema.Natural),
})
export interface QualityIssue extends Schema.Schema.Type<typeof QualityIssue> {}

/** What the judge model said. `unknown`: it could not be asked, or what it said is no judgement. */
export const Judgement = Schema.Struct({
  verdict: Schema.Literals(["judged", "unknown"]),
  /** 0..1, where it judged. */
  score,
  reason: Schema.optionalKey(Schema.String),
})
export interface Judgement extends Schema.Schema.Type<typeof Judgement> {}

/**
 * How good an answer is. All scores are 0..1, higher is better; one that is missing could not be told: no question, no
 * passages, no code. `confidence` is all of them together, see the README for how.
 */
export const Assessment = Schema.Struct({
  confidence: Schema.Finite,
  relevance: score,
  completeness: score,
  groundedness: score,
  safety: Schema.Finite,
  repetition: Schema.Finite,
  code: score,
  refusal: Schema.Boolean,
  /** What the answer says, compared with the passages; where there are any. */
  claims: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        text: Schema.String,
        label: Schema.Literals(["supported", "contradicted", "absent"]),
        passage: Schema.optionalKey(Schema.Natural),
        why: Schema.String,
      }),
    ),
  ),
  judge: Schema.optionalKey(Judgement),
  /** The method behind `groundedness`. */
  method: Schema.Literals(["lexical", "lexical+embedding"]),
  issues: Schema.Array(QualityIssue),
  /** Feedback is given under this id; only where the middleware assessed the answer. */
  id: Schema.optionalKey(Schema.String),
})
export type Assessment = typeof Assessment.Type

const decode = Schema.decodeUnknownOption(Assessment)

/** The assessment that the plugin put into an answer. */
export const assessmentOf = (response: Pick<LlmResponse, "providerData">): Assessment | undefined =>
  Option.getOrUndefined(decode(response.providerData?.["quality"]))
