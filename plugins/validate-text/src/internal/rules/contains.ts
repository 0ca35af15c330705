import { accepted, LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { foldCase } from "../foldCase.ts"
import { rule, wrongParam } from "../Rule.ts"
import { type Fault, judged, quoted, rejected, whole } from "../verdicts.ts"

export const Texts = Schema.Union([
  Schema.NonEmptyString,
  Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1)),
])

export const listOf = (texts: typeof Texts.Type): ReadonlyArray<string> => (typeof texts === "string" ? [texts] : texts)

const Params = Schema.Struct({
  text: Schema.optionalKey(Texts),
  any: Schema.optionalKey(Texts),
  caseSensitive: Schema.optionalKey(Schema.Boolean),
})

export const textNames = {
  requiredText: "text",
  expectedText: "text",
  texts: "text",
  substring: "text",
  substrings: "text",
  value: "text",
  values: "text",
  all: "text",
  anyOf: "any",
}

const wanted = (
  { text, any }: typeof Params.Type,
  name: string,
): Effect.Effect<{ readonly all: ReadonlyArray<string>; readonly any: ReadonlyArray<string> }, LlmError> =>
  text === undefined && any === undefined
    ? Effect.fail(wrongParam(name, "text", "it needs a text, or a list of them"))
    : Effect.succeed({ all: text === undefined ? [] : listOf(text), any: listOf(any ?? []) })

const folding = (caseSensitive: boolean | undefined) => (caseSensitive === true ? (text: string) => text : foldCase)

/** All of `text` must stand in the answer, and one of `any`. */
export const containsRule = rule({
  names: ["contains"],
  params: Params,
  also: textNames,
  reads: "enough",
  make: (params, name) => {
    const fold = folding(params.caseSensitive)
    return Effect.map(wanted(params, name), ({ all, any }) => ({ text }) => {
      const folded = fold(text)
      const missing = all.filter((one) => !folded.includes(fold(one)))
      const oneOf = any.length > 0 && !any.some((one) => folded.includes(fold(one)))
      if (missing.length === 0 && !oneOf) return accepted
      const faults: ReadonlyArray<Fault> = [
        ...missing.map((one) => absent(text, quoted(one))),
        ...(oneOf ? [absent(text, `any of ${any.map(quoted).join(", ")}`)] : []),
      ]
      const asked = all.length + (any.length > 0 ? 1 : 0)
      return rejected(name, 1 - faults.length / asked, faults)
    })
  },
})

const absent = (text: string, what: string): Fault => ({
  message: `the answer does not contain ${what}`,
  ...whole(text),
  suggestion: `Write an answer that contains ${what}.`,
})

const maxPlaces = 50

/** None of the texts may stand in the answer. */
export const notContainsRule = rule({
  names: ["not_contains"],
  params: Params,
  also: { ...textNames, forbiddenText: "text" },
  reads: "enough",
  make: (params, name) => {
    const fold = folding(params.caseSensitive)
    return Effect.map(wanted(params, name), ({ all, any }) => ({ text }) => {
      const folded = fold(text)
      const banned = [...all, ...any]
      const faults = banned.flatMap((one) => places(folded, fold(one), one))
      const kinds = new Set(faults.map(({ message }) => message)).size
      return judged(name, 1 - kinds / banned.length, faults)
    })
  },
})

const places = (folded: string, text: string, asWritten: string): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  for (
    let at = folded.indexOf(text);
    at !== -1 && faults.length < maxPlaces;
    at = folded.indexOf(text, at + text.length)
  ) {
    faults.push({
      message: `the answer contains ${quoted(asWritten)}`,
      start: at,
      end: at + text.length,
      suggestion: `Leave ${quoted(asWritten)} out.`,
    })
  }
  return faults
}
