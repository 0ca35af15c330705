import { accepted, LlmError } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { outOfTime, withDeadline } from "../deadline.ts"
import { type Rule, rule, type Settings, wrongParam } from "../Rule.ts"
import { compileRegex, readFlags, type RegexFlags, type UserRegex } from "../UserRegex.ts"
import { quoted, rejected, whole } from "../verdicts.ts"

const Params = Schema.Struct({
  pattern: Schema.NonEmptyString.check(Schema.isMaxLength(10_000)),
  flags: Schema.optionalKey(Schema.Union([Schema.String, Schema.Natural])),
  caseSensitive: Schema.optionalKey(Schema.Boolean),
  shouldMatch: Schema.optionalKey(Schema.Boolean),
  fullMatch: Schema.optionalKey(Schema.Boolean),
})

const flagsOf = ({ flags, caseSensitive }: typeof Params.Type): RegexFlags | undefined => {
  const read = readFlags(flags ?? "")
  return read === undefined || caseSensitive !== false ? read : { ...read, ignoreCase: true }
}

const compiled = (params: typeof Params.Type, name: string, ms: number): Effect.Effect<UserRegex, LlmError> => {
  const flags = flagsOf(params)
  if (flags === undefined) {
    const problem = `${JSON.stringify(params.flags)} are no flags: use "i", "m" and "s", or the numbers of Python's re`
    return Effect.fail(wrongParam(name, "flags", problem))
  }
  const pattern = params.fullMatch === true ? `^(?:${params.pattern})$` : params.pattern
  const regex = withDeadline(ms, () => compileRegex(pattern, flags))
  if (regex === outOfTime) return Effect.fail(wrongParam(name, "pattern", `it takes more than ${ms} ms to compile`))
  return "problem" in regex ? Effect.fail(wrongParam(name, "pattern", regex.problem)) : Effect.succeed(regex)
}

const tooSlow = (name: string, pattern: string, ms: number): LlmError =>
  wrongParam(
    name,
    "pattern",
    `${quoted(pattern)} ran for more than ${ms} ms on the answer and was stopped; avoid repeats within repeats, or raise the plugin's regexMs`,
  )

const regexRuleOf = (ruleName: string, inverted: boolean): Rule =>
  rule({
    names: [ruleName],
    params: Params,
    also: { regex: "pattern" },
    make: (params, name, { regexMs }: Settings) => {
      const wanted = (params.shouldMatch ?? true) !== inverted
      const said = quoted(params.pattern)
      return Effect.map(compiled(params, name, regexMs), (regex) => ({ text }) => {
        const found = withDeadline(regexMs, () => regex.find(text))
        if (found === outOfTime) return Effect.fail(tooSlow(name, params.pattern, regexMs))
        if ((found !== undefined) === wanted) return accepted
        return found === undefined
          ? rejected(name, 0, [
              {
                message: `the answer does not match ${said}`,
                ...whole(text),
                suggestion: `Write an answer that matches the regular expression ${said}.`,
              },
            ])
          : rejected(name, 0, [
              {
                message: `the answer matches ${said}, which it must not`,
                ...found,
                suggestion: `Leave out what matches the regular expression ${said}.`,
              },
            ])
      })
    },
  })

export const regexRule = regexRuleOf("regex", false)
export const notRegexRule = regexRuleOf("not_regex", true)
