import { accepted } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { rule } from "../Rule.ts"
import { rejected, whole } from "../verdicts.ts"

// White space, and signs that nobody sees.
const invisible = /^[\s\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]*$/

/** Calls of tools and files are an answer too: a model that asks for a tool says nothing beside. */
export const notEmptyRule = rule({
  names: ["response_not_empty", "not_empty"],
  params: Schema.Struct({}),
  reads: "enough",
  make: (_, name) =>
    Effect.succeed(({ text, response }) => {
      const says = response.content.some(
        ({ type }) => type === "tool-call" || type === "file" || type === "custom" || type === "approval-request",
      )
      return says || !invisible.test(text)
        ? accepted
        : rejected(name, 0, [{ message: "the answer is empty", ...whole(text), suggestion: "Write an answer." }])
    }),
})
