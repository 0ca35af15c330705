import { type LlmRequest, textOf } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { similarity, similarityMethods } from "../../Similarity.ts"
import { rule, wrongParam } from "../Rule.ts"
import { acceptedWith, rejected, whole } from "../verdicts.ts"

const share = Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })))

/** Without a target: the last thing the user said, for `max`, so that an answer does not only repeat the question. */
const lastUserText = ({ messages }: LlmRequest): string => {
  const last = messages.findLast(({ role }) => role === "user")
  return last?.role === "user" ? textOf(last.content) : ""
}

export const similarityRule = rule({
  names: ["similarity"],
  params: Schema.Struct({
    target: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(1_000_000))),
    min: share,
    max: share,
    method: Schema.optionalKey(Schema.Literals(similarityMethods)),
  }),
  also: {
    to: "target",
    expected: "target",
    reference: "target",
    text: "target",
    threshold: "min",
    minSimilarity: "min",
    minScore: "min",
    maxSimilarity: "max",
  },
  make: ({ target, min, max, method }, name) => {
    const least = min ?? (max === undefined ? 0.8 : 0)
    const most = max ?? 1
    if (least > most) return Effect.fail(wrongParam(name, "max", `it is below min (${least})`))
    return Effect.succeed(({ text, request }) => {
      const to = target ?? lastUserText(request)
      const what = target === undefined ? "the question" : "the expected text"
      const found = similarity(text, to, method)
      const said = `the answer and ${what} are ${found.toFixed(2)} alike`
      if (found < least) {
        const suggestion = `Write an answer that is closer to ${what}.`
        return rejected(name, found, [{ message: `${said}, less than ${least}`, ...whole(text), suggestion }])
      }
      if (found > most) {
        const suggestion = `Write an answer that repeats less of ${what}.`
        return rejected(name, 1 - found, [{ message: `${said}, more than ${most}`, ...whole(text), suggestion }])
      }
      return acceptedWith(min === undefined && max !== undefined ? 1 : found)
    })
  },
})
