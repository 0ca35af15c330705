import { accepted } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { foldCase } from "../foldCase.ts"
import { type Rule, rule } from "../Rule.ts"
import { quoted, rejected } from "../verdicts.ts"
import { listOf, textNames, Texts } from "./contains.ts"

const Params = Schema.Struct({
  text: Texts,
  caseSensitive: Schema.optionalKey(Schema.Boolean),
  trim: Schema.optionalKey(Schema.Boolean),
})

interface End {
  readonly name: string
  readonly verb: string
  readonly has: (text: string, wanted: string) => boolean
  /** The part of the answer that ought to be the text. */
  readonly place: (text: string, length: number) => readonly [start: number, end: number]
}

/** The answer begins, or ends, with one of the texts. White space around the answer does not count. */
const endRule = ({ name: ruleName, verb, has, place }: End): Rule =>
  rule({
    names: [ruleName],
    params: Params,
    also: { ...textNames, prefix: "text", suffix: "text", any: "text", anyOf: "text" },
    reads: "enough",
    make: (params, name) => {
      const texts = listOf(params.text)
      const fold = params.caseSensitive === true ? (text: string) => text : foldCase
      const longest = Math.max(...texts.map(({ length }) => length))
      return Effect.succeed(({ text }) => {
        const read = params.trim === false ? text : text.trim()
        const offset = params.trim === false ? 0 : text.length - text.trimStart().length
        const [start, end] = place(read, longest)
        const folded = fold(read.slice(start, end))
        if (texts.some((one) => has(folded, fold(one)))) return accepted
        const what = texts.length === 1 ? quoted(texts[0] ?? "") : `one of ${texts.map(quoted).join(", ")}`
        return rejected(name, 0, [
          {
            message: `the answer does not ${verb} with ${what}`,
            start: start + offset,
            end: end + offset,
            suggestion: `Write an answer that ${verb}s with ${what}.`,
          },
        ])
      })
    },
  })

export const startsWithRule = endRule({
  name: "starts_with",
  verb: "start",
  has: (text, wanted) => text.startsWith(wanted),
  place: (text, length) => [0, Math.min(text.length, length)],
})

export const endsWithRule = endRule({
  name: "ends_with",
  verb: "end",
  has: (text, wanted) => text.endsWith(wanted),
  place: (text, length) => [Math.max(0, text.length - length), text.length],
})
