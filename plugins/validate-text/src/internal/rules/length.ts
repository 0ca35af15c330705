import { accepted, TokenCounter, type Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { rule, wrongParam } from "../Rule.ts"
import { type Fault, rejected, whole } from "../verdicts.ts"
import { charactersOf, wordsOf } from "../measure.ts"

const bound = Schema.optionalKey(Schema.Natural)
const units = ["characters", "words", "tokens"] as const
type Unit = (typeof units)[number]

const Params = Schema.Struct({
  unit: Schema.optionalKey(Schema.Literals(units)),
  min: bound,
  max: bound,
  minCharacters: bound,
  maxCharacters: bound,
  minWords: bound,
  maxWords: bound,
  minTokens: bound,
  maxTokens: bound,
})

interface Bound {
  readonly unit: Unit
  readonly min: number
  readonly max: number
}

const boundsOf = (params: typeof Params.Type): ReadonlyArray<Bound> => {
  const own = params.unit ?? "characters"
  const given: ReadonlyArray<readonly [Unit, number | undefined, number | undefined]> = [
    [own, params.min, params.max],
    ["characters", params.minCharacters, params.maxCharacters],
    ["words", params.minWords, params.maxWords],
    ["tokens", params.minTokens, params.maxTokens],
  ]
  return given.flatMap(([unit, min, max]) =>
    min === undefined && max === undefined ? [] : [{ unit, min: min ?? 0, max: max ?? Infinity }],
  )
}

/** How far a length is outside its bounds, 0..1: half of what was asked for is 0.5, twice as much too. */
const scoreOf = (length: number, { min, max }: Bound): number => (length < min ? length / min : max / length)

const faultOf = (text: string, length: number, exact: boolean, { unit, min, max }: Bound): Fault => {
  const said = `${exact ? "" : "about "}${length} ${unit}`
  return length < min
    ? {
        message: `the answer has ${said}, fewer than ${min}`,
        ...whole(text),
        suggestion: `Write at least ${min} ${unit}.`,
      }
    : {
        message: `the answer has ${said}, more than ${max}`,
        ...whole(text),
        suggestion: `Write at most ${max} ${unit}.`,
      }
}

export const lengthRule = rule({
  names: ["length"],
  params: Params,
  also: {
    minLength: "min",
    maxLength: "max",
    minimum: "min",
    maximum: "max",
    minChars: "minCharacters",
    maxChars: "maxCharacters",
  },
  reads: "enough",
  make: (params, name) => {
    const bounds = boundsOf(params)
    if (bounds.length === 0) return Effect.fail(wrongParam(name, "", "it needs a min or a max"))
    const impossible = bounds.find(({ min, max }) => min > max)
    if (impossible !== undefined) {
      return Effect.fail(
        wrongParam(name, "max", `no answer has at least ${impossible.min} and at most ${impossible.max}`),
      )
    }
    return Effect.map(TokenCounter, (counter) => ({ text, response }) => {
      const measured = (unit: Unit) =>
        unit === "characters"
          ? { tokens: charactersOf(text), exact: true }
          : unit === "words"
            ? { tokens: wordsOf(text), exact: true }
            : counter.count(text, response.model)
      return verdictOf(name, text, bounds, measured)
    })
  },
})

const verdictOf = (
  name: string,
  text: string,
  bounds: ReadonlyArray<Bound>,
  measured: (unit: Unit) => { readonly tokens: number; readonly exact: boolean },
): Verdict => {
  const faults: Array<Fault> = []
  let score = 1
  for (const bound of bounds) {
    const { tokens: length, exact } = measured(bound.unit)
    if (length >= bound.min && length <= bound.max) continue
    faults.push(faultOf(text, length, exact, bound))
    score = Math.min(score, scoreOf(length, bound))
  }
  return faults.length === 0 ? accepted : rejected(name, score, faults)
}
