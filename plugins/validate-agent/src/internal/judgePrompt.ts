import type { Question } from "./askJudge.ts"
import { type Example, showExamples, textsOf } from "./examples.ts"
import { makeFence } from "./fence.ts"
import { issuesField, issuesSchema, replyForm, rules } from "./instructions.ts"
import { isOpinion, type Measure, type Opinion, readOpinion } from "./rubric.ts"

/** What a rubric's judge is shown. */
export interface Case extends Measure {
  readonly model: string
  readonly rubric: string
  readonly examples: ReadonlyArray<Example>
  readonly question: string
  readonly passages: ReadonlyArray<string>
  readonly answer: string
}

const verdictSchema = {
  type: "object",
  properties: {
    id: { type: "string" },
    issues: issuesSchema,
    verdict: { type: "string", enum: ["pass", "fail"] },
    score: { type: "number" },
  },
  required: ["id", "issues", "verdict", "score"],
  additionalProperties: false,
} as const

const criteriaSchema = {
  type: "object",
  properties: {
    id: { type: "string" },
    criteria: {
      type: "array",
      items: {
        type: "object",
        properties: {
          criterion: { type: "string" },
          problem: { type: ["string", "null"] },
          quote: { type: ["string", "null"] },
          suggestion: { type: ["string", "null"] },
          score: { type: "number" },
        },
        required: ["criterion", "problem", "quote", "suggestion", "score"],
        additionalProperties: false,
      },
    },
  },
  required: ["id", "criteria"],
  additionalProperties: false,
} as const

/** Reasons come before the verdict, so that the verdict follows from them. */
const wholeForm = (scale: number) =>
  [
    issuesField,
    ["verdict", `"pass" or "fail"`],
    ["score", `a number from 0 (useless) to ${scale} (nothing to improve)`],
  ] as const

const partsForm = (scale: number) =>
  [
    [
      "criteria",
      `a list with one object for each criterion: "criterion" (its name), "problem" (what is wrong, or null), "quote" (the exact words of the answer where it stands, or null), "suggestion" (how to correct it, or null) and "score" (a number from 0 to ${scale})`,
    ],
  ] as const

const described = ({ rubric, criteria }: Case): string =>
  [rubric, ...criteria.map(({ name, description }) => `- ${name}${description ? `: ${description}` : ""}`)]
    .filter((line) => line !== "")
    .join("\n")

/** The question to a judge with a rubric. */
export const judgePrompt = (given: Case): Question<Opinion> => {
  const { model, examples, question, passages, answer, criteria, scale } = given
  const material = [question, answer, ...passages]
  const fence = makeFence([...material, ...textsOf(examples)])
  const { show } = fence
  const parts = criteria.length > 0
  const pieces = [
    `Judge the answer by this rubric:\n${described(given)}`,
    ...(examples.length === 0 ? [] : [`Examples of right verdicts:\n\n${showExamples(examples, fence)}`]),
    show({ label: "question", text: question }),
    ...passages.map((text, index) => show({ label: `source ${index + 1}`, text })),
    show({ label: "answer", text: answer }),
  ]
  return {
    model,
    fence,
    material,
    system: `${rules(fence)}\n${replyForm(fence, parts ? partsForm(scale) : wholeForm(scale))}`,
    prompt: pieces.join("\n\n"),
    schema: parts ? criteriaSchema : verdictSchema,
    isVerdict: isOpinion,
    read: readOpinion(given),
  }
}
