import type { LlmError, Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { askJudge, type Question } from "./internal/askJudge.ts"
import { makeFence } from "./internal/fence.ts"
import { asText, firstOf } from "./internal/fields.ts"
import { replyForm, rules } from "./internal/instructions.ts"
import { issueOf, reasonOf, unknown } from "./internal/issues.ts"
import { answerText, questionOf } from "./internal/material.ts"
import { makeReader } from "./internal/params.ts"
import type { Session } from "./internal/Session.ts"
import { own } from "./internal/settings.ts"
import type { JudgeKind } from "./JudgeKind.ts"

const fields = {
  ...own,
  /** The answer to compare with. */
  against: Schema.NonEmptyString,
  /** What makes one answer better. Default: how well it answers the question. */
  rubric: Schema.optionalKey(Schema.NonEmptyString),
  /** Is an answer that is no better good enough? Default: "fail". */
  tie: Schema.optionalKey(Schema.Literals(["pass", "fail"])),
}
const Params = Schema.Struct(fields)
const read = makeReader(fields, Params)

type Winner = "first" | "second" | "tie"
interface Preference {
  readonly winner: Winner
  readonly reason: string | undefined
}

const words: Readonly<Record<string, Winner>> = {
  first: "first",
  a: "first",
  "1": "first",
  second: "second",
  b: "second",
  "2": "second",
  tie: "tie",
  draw: "tie",
  equal: "tie",
  neither: "tie",
  both: "tie",
}
const places = ["winner", "better", "preferred", "preference", "verdict"]

const readPreference = (reply: Readonly<Record<string, unknown>>): Result.Result<Preference, string> => {
  const given = firstOf(reply, places)
  const word = typeof given === "number" ? String(given) : (asText(given)?.toLowerCase() ?? "")
  const winner = Object.hasOwn(words, word) ? words[word] : undefined
  if (winner === undefined) return Result.fail(`"winner" must be "first", "second" or "tie"`)
  return Result.succeed({ winner, reason: reasonOf(reply) })
}

const schema = {
  type: "object",
  properties: {
    id: { type: "string" },
    reason: { type: "string" },
    winner: { type: "string", enum: ["first", "second", "tie"] },
  },
  required: ["id", "reason", "winner"],
  additionalProperties: false,
} as const

const form = [
  ["reason", "why, in a sentence or two"],
  ["winner", `"first", "second", or "tie" where neither is better`],
] as const

const questionFor = (session: Session, first: string, second: string, rubric: string): Question<Preference> => {
  const question = questionOf(session.account)
  const material = [question, first, second]
  const fence = makeFence(material)
  const { show } = fence
  return {
    model: session.settings.model ?? "",
    fence,
    material,
    system: `${rules(fence)}\nWhich stands first means nothing.\n${replyForm(fence, form)}`,
    prompt: [
      `Which of two answers to the same question is better, by this measure: ${rubric}`,
      show({ label: "question", text: question }),
      show({ label: "first answer", text: first }),
      show({ label: "second answer", text: second }),
    ].join("\n\n"),
    schema,
    isVerdict: (reply) => firstOf(reply, places) !== undefined,
    read: readPreference,
  }
}

/** 1 for the answer under test, -1 for the other one, 0 for a tie. */
const points = (winner: Winner, mine: Winner): number => (winner === "tie" ? 0 : winner === mine ? 1 : -1)

const outcomes = ["worse in both orders", "no better: the orders do not agree on a winner", "better in both orders"]

const judge = Effect.fnUntraced(function* (session: Session, { against, rubric, tie }: typeof Params.Type) {
  const { validator, settings, response } = session
  const answer = answerText(response.content)
  const measure = rubric ?? "how well it answers the question: right, complete, to the point"
  const [front, back] = yield* Effect.all(
    [
      askJudge(session, questionFor(session, answer, against, measure)),
      askJudge(session, questionFor(session, against, answer, measure)),
    ],
    { concurrency: settings.concurrency },
  )
  if (front._tag === "Unknown") return unknown(validator, front.why)
  if (back._tag === "Unknown") return unknown(validator, back.why)
  const sum = points(front.verdict.winner, "first") + points(back.verdict.winner, "second")
  // A win counts only where both orders agree on it (Zheng et al. 2023, arXiv:2306.05685, section 3.4).
  const won = sum === 2 ? 1 : sum === -2 ? -1 : 0
  const ok = won === 1 || (won === 0 && tie === "pass")
  const reasons = [front.verdict.reason, back.verdict.reason].filter((reason) => reason !== undefined)
  const message = `${outcomes[won + 1] ?? ""} than the answer it is compared with${reasons.length > 0 ? `: ${reasons.join(" / ")}` : ""}`
  const issues =
    won === 1 ? [] : [issueOf(validator, { message, suggestion: `Answer better by this measure: ${measure}` }, answer)]
  return { ok, score: (sum + 2) / 4, issues } satisfies Verdict as Verdict
})

/** The answer against another one, in both orders. */
export const pairwise: JudgeKind = {
  names: ["pairwise"],
  make: (validator, given) =>
    Effect.map(read(validator, given), ({ params, warnings }) => ({
      own: params,
      warnings,
      needsModel: true,
      judge: (session): Effect.Effect<Verdict, LlmError> => judge(session, params),
    })),
}
