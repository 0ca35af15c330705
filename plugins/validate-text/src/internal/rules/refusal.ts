import { accepted } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { findRefusal } from "../../Refusal.ts"
import { rule } from "../Rule.ts"
import { rejected } from "../verdicts.ts"

export const refusalRule = rule({
  names: ["no_refusal"],
  params: Schema.Struct({}),
  reads: "enough",
  make: (_, name) =>
    Effect.succeed(({ text, response }) => {
      const found = findRefusal(text)
      const suggestion = "Answer the question. If a part of it cannot be answered, say which and answer the rest."
      if (found !== undefined) {
        const { start, end } = found
        return rejected(name, 0, [{ message: "the answer is a refusal", start, end, suggestion }])
      }
      return response.finish.unified === "content-filter"
        ? rejected(name, 0, [
            { message: "the provider's filter ended the answer", start: 0, end: text.length, suggestion },
          ])
        : accepted
    }),
})
