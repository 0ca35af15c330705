import { type JsonObject, LlmError, textOf, type Validator, type ValidatorFactory } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { Rule, Settings } from "./internal/Rule.ts"
import { containsRule, notContainsRule } from "./internal/rules/contains.ts"
import { endsWithRule, startsWithRule } from "./internal/rules/ends.ts"
import { formatRule, formatRules } from "./internal/rules/format.ts"
import { languageRule } from "./internal/rules/language.ts"
import { lengthRule } from "./internal/rules/length.ts"
import { notEmptyRule } from "./internal/rules/notEmpty.ts"
import { personalDataRule } from "./internal/rules/personalData.ts"
import { promptLeakRule } from "./internal/rules/promptLeak.ts"
import { refusalRule } from "./internal/rules/refusal.ts"
import { notRegexRule, regexRule } from "./internal/rules/regex.ts"
import { secretsRule } from "./internal/rules/secrets.ts"
import { similarityRule } from "./internal/rules/similarity.ts"
import { readParams, type UnknownParam } from "./internal/params.ts"
import { unchecked } from "./internal/verdicts.ts"

const rules: ReadonlyMap<string, Rule> = new Map(
  [
    notEmptyRule,
    lengthRule,
    containsRule,
    notContainsRule,
    startsWithRule,
    endsWithRule,
    regexRule,
    notRegexRule,
    languageRule,
    similarityRule,
    formatRule,
    ...formatRules,
    refusalRule,
    secretsRule,
    personalDataRule,
    promptLeakRule,
  ].flatMap((rule) => rule.names.map((name) => [name, rule] as const)),
)

/** Every name that a call can ask for. */
export const validatorNames: ReadonlyArray<string> = [...rules.keys()]

/** The validators of text. Parameters are checked by `make`; what is judged is the text of the answer. */
export const makeTextValidators = (settings: Settings): ValidatorFactory => ({
  names: validatorNames,
  make: (name, given) => {
    const rule = rules.get(name)
    return rule === undefined ? Effect.fail(noSuch(name)) : makeValidator(rule, name, given, settings)
  },
})

const noSuch = (name: string): LlmError =>
  LlmError.make({ _tag: "InvalidRequest", field: "policy.validators", message: `there is no text validator "${name}"` })

const makeValidator = Effect.fnUntraced(function* (rule: Rule, name: string, given: JsonObject, settings: Settings) {
  const { params, unknown } = readParams(rule, given)
  const check = yield* rule.make(name, params, settings)
  let untold: ReadonlyArray<UnknownParam> = unknown
  const validator: Validator = {
    validate: (response, request, context) =>
      Effect.suspend(() => {
        for (const { param, meant } of untold) {
          const message = `the validator "${name}" has no parameter "${param}", so it was ignored${meant}`
          context.warn({ type: "unsupported", setting: `policy.validators.${name}.${param}`, message })
        }
        untold = []
        const text = textOf(response.content)
        if (rule.reads === "everything" && text.length > settings.maxChars) {
          return Effect.succeed(tooLong(name, text.length, settings.maxChars))
        }
        return check({ text, response, request })
      }),
  }
  return validator
})

/** What was not read in full is not called good, nor is it called bad. */
const tooLong = (name: string, length: number, most: number) =>
  unchecked(name, {
    message: `the answer has ${length} characters, and ${name} reads at most ${most}`,
    start: most,
    end: length,
    suggestion: `Answer in at most ${most} characters.`,
  })
