import { accepted, hint } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { detectLanguage } from "../../Language.ts"
import { codeOfLanguage, nameOfLanguage, supportedLanguages } from "../languageNames.ts"
import { rule, wrongParam } from "../Rule.ts"
import { acceptedWith, rejected, whole } from "../verdicts.ts"
import { listOf, Texts } from "./contains.ts"

/** Neighbours such as Bulgarian and Russian are this close in a short text: then the wanted one has the benefit. */
const closeEnough = 0.97
const fewLetters = 60
/** With fewer letters than this there is nothing to tell: "42", "OK". */
const leastLetters = 4

export const languageRule = rule({
  names: ["language"],
  params: Schema.Struct({ language: Texts }),
  also: { languages: "language", expectedLanguage: "language", lang: "language", code: "language" },
  reads: "enough",
  make: ({ language }, name) => {
    const given = listOf(language)
    const wrong = given.find((one) => codeOfLanguage(one) === undefined)
    if (wrong !== undefined) {
      const problem = `${JSON.stringify(wrong)} is no language that can be told${hint(wrong, supportedLanguages)}`
      return Effect.fail(wrongParam(name, "language", problem))
    }
    const wanted = given.flatMap((one) => codeOfLanguage(one) ?? [])
    const said = wanted.map(nameOfLanguage).join(" or ")
    return Effect.succeed(({ text }) =>
      Effect.map(detectLanguage(text), (found) => {
        if (wanted.includes(found.language)) return accepted
        if (found.letters < leastLetters || found.language === "") return acceptedWith(0.5)
        const fit = Math.max(...wanted.map((one) => found.fit[one] ?? 0))
        if (found.letters < fewLetters && fit >= closeEnough) return acceptedWith(fit)
        const message = `the answer is in ${nameOfLanguage(found.language)}, and not in ${said}`
        return rejected(name, 0, [{ message, ...whole(text), suggestion: `Answer in ${said}.` }])
      }),
    )
  },
})
