import * as Schema from "effect/Schema"
import type { Fence, Material } from "./fence.ts"

/** An answer whose verdict is known: it shows a judge where the line is. */
export const Example = Schema.Struct({
  answer: Schema.String,
  question: Schema.optionalKey(Schema.String),
  verdict: Schema.Literals(["pass", "fail"]),
  /** 0 to the rubric's scale. */
  score: Schema.optionalKey(Schema.Finite),
  reason: Schema.optionalKey(Schema.String),
})
export type Example = typeof Example.Type

export const textsOf = (examples: ReadonlyArray<Example>): ReadonlyArray<string> =>
  examples.flatMap(({ answer, question }) => (question === undefined ? [answer] : [question, answer]))

/** The examples as a judge is shown them. Their verdicts are told in words, so that none can be taken for its own. */
export const showExamples = (examples: ReadonlyArray<Example>, { show }: Fence): string =>
  examples
    .map(({ answer, question, verdict, score, reason }, index) => {
      const label = (what: string): string => `example ${index + 1}, ${what}`
      const material: ReadonlyArray<Material> = [
        ...(question === undefined ? [] : [{ label: label("question"), text: question }]),
        { label: label("answer"), text: answer },
      ]
      const said = score === undefined ? verdict : `${verdict}, score ${score}`
      const why = reason === undefined ? "" : ` Reason: ${reason}`
      return `${material.map(show).join("\n")}\nThe right verdict on example ${index + 1}: ${said}.${why}`
    })
    .join("\n\n")
