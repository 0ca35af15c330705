import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { dataKinds, findPersonalData } from "../../PersonalData.ts"
import { rule } from "../Rule.ts"
import { judged } from "../verdicts.ts"

const Kinds = Schema.Array(Schema.Literals(dataKinds))

/** An allowed value, or an address at an allowed domain (`@example.com`). */
const isAllowed = (value: string, allow: ReadonlyArray<string>): boolean => {
  const folded = value.toLowerCase()
  return allow.some((one) => (one.startsWith("@") ? folded.endsWith(one.toLowerCase()) : folded === one.toLowerCase()))
}

export const personalDataRule = rule({
  names: ["no_pii", "no_personal_data"],
  params: Schema.Struct({
    kinds: Schema.optionalKey(Kinds),
    allow: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  }),
  also: { allowed: "allow", types: "kinds" },
  make: ({ kinds, allow = [] }, name) =>
    Effect.succeed(({ text }) =>
      judged(
        name,
        0,
        findPersonalData(text, kinds)
          .filter(({ start, end }) => !isAllowed(text.slice(start, end), allow))
          .map(({ kind, start, end }) => ({
            message: `the answer holds personal data (${kind})`,
            start,
            end,
            suggestion: "Leave personal data out, or write a placeholder such as [email] in its place.",
          })),
      ),
    ),
})
