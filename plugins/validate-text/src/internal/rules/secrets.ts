import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { findSecrets, secretKinds } from "../../Secrets.ts"
import { rule } from "../Rule.ts"
import { judged } from "../verdicts.ts"

const Kinds = Schema.Array(Schema.Literals(secretKinds))

/** What was found is not repeated in the message: it goes back to the model and into logs. */
export const secretsRule = rule({
  names: ["no_secrets"],
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
        findSecrets(text, kinds)
          .filter(({ start, end }) => !allow.includes(text.slice(start, end)))
          .map(({ kind, start, end }) => ({
            message: `the answer holds a secret (${kind})`,
            start,
            end,
            suggestion: "Write a placeholder such as YOUR_API_KEY in place of the secret.",
          })),
      ),
    ),
})
