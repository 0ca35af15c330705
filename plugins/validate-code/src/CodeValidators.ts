import { type JsonObject, LlmError, textOf, type ValidatorFactory, type Verdict } from "@switchyard/core"
import * as Effect from "effect/Effect"
import type { CodeChecker } from "./CodeChecker.ts"
import type { CodeIssue, CodeReport } from "./CodeReport.ts"
import { codeParts } from "./internal/codeParts.ts"
import { type Language, languageOf, languages } from "./internal/languages.ts"
import { type Limits, runnable, runProgram } from "./internal/sandbox.ts"

/** Named as languages are. JSON is left to the validators of JSON: `code` with `language: "json"` parses it too. */
const own: ReadonlyArray<Language> = [
  "python",
  "javascript",
  "typescript",
  "go",
  "rust",
  "java",
  "c",
  "cpp",
  "sql",
  "bash",
  "html",
  "css",
  "yaml",
  "toml",
]

interface Params {
  readonly language: string | undefined
  readonly require: boolean
  readonly tests: string | undefined
  readonly unknown: ReadonlyArray<string>
}

const wrong = (name: string, field: string, message: string): LlmError =>
  LlmError.make({
    _tag: "InvalidRequest",
    field: `policy.validators.${name}.${field}`,
    message: `${name}: ${field} ${message}`,
  })

const known = ["language", "require", "tests"]

const read = (name: string, params: JsonObject, canRun: boolean): Effect.Effect<Params, LlmError> => {
  const { language = name === "code" ? undefined : name, require = name !== "code", tests } = params
  if (language !== undefined && (typeof language !== "string" || languageOf(language) === undefined)) {
    return Effect.fail(wrong(name, "language", `is none of ${languages.join(", ")}`))
  }
  if (typeof require !== "boolean") return Effect.fail(wrong(name, "require", "is neither true nor false"))
  if (tests !== undefined) {
    if (typeof tests !== "string") return Effect.fail(wrong(name, "tests", "is no text"))
    if (!canRun) return Effect.fail(wrong(name, "tests", "can be run only where the plugin's option run allows it"))
    const tested = language === undefined ? undefined : languageOf(language)
    if (tested === undefined || !runnable(tested)) {
      return Effect.fail(wrong(name, "tests", "need a language that can be run: python, javascript or typescript"))
    }
  }
  const unknown = Object.keys(params).filter((key) => !known.includes(key))
  return Effect.succeed({ language, require, tests, unknown })
}

/** What a model is told of an issue. */
const told = (issue: CodeIssue): string => {
  const language = issue.language === undefined ? "" : `${issue.language}: `
  return `${language}${issue.message} (line ${issue.line}, column ${issue.column})`
}

const verdictOf = (name: string, { issues, checked }: CodeReport): Verdict => {
  const sound =
    issues.length === 0
      ? 1
      : 1 - new Set(issues.map(({ language }) => language)).size / Math.max(1, new Set(checked).size)
  return {
    ok: issues.length === 0,
    score: Math.max(0, sound),
    issues: issues.map((issue) => ({
      validator: name,
      message: told(issue),
      start: issue.start,
      end: issue.end,
      suggestion: issue.suggestion ?? "Correct the code at this place",
    })),
  }
}

const missing = (text: string, language: string | undefined): CodeIssue => ({
  kind: "missing",
  message: `The answer holds no ${language ?? "code"}${language === undefined ? "" : " code"}`,
  suggestion: `Give the code in a fenced block${language === undefined ? " that names its language" : ` that begins with \`\`\`${language}`}`,
  line: 1,
  column: 1,
  start: 0,
  end: text.length,
})

const testIssue = (text: string, language: string, code: number | "timeout", output: string): CodeIssue => ({
  kind: "test",
  language,
  message:
    code === "timeout"
      ? "The tests did not end in time"
      : `The tests failed with exit code ${code}: ${output.trim().split("\n").slice(-8).join("\n").slice(-1000)}`,
  suggestion: "Correct the code so that the tests pass",
  line: 1,
  column: 1,
  start: 0,
  end: text.length,
})

/** Runs the tests behind the answer's code; code that does not parse is not run. */
const tested = (text: string, { language = "", tests }: Params, report: CodeReport, limits: Limits | undefined) => {
  const parsed = languageOf(language)
  if (tests === undefined || limits === undefined || parsed === undefined || !report.ok) return Effect.succeed(report)
  const program = `${codeParts(text, language).join("\n\n")}\n\n${tests}\n`
  return Effect.map(runProgram(parsed, program, limits), ({ code, output }): CodeReport => {
    if (code === 0) return report
    return { ...report, ok: false, issues: [...report.issues, testIssue(text, parsed, code, output)] }
  })
}

/** The validators `code` and one per language: the code of an answer must parse. */
export const codeValidators = (checker: CodeChecker, limits: Limits | undefined): ValidatorFactory => ({
  names: ["code", ...own],
  make: (name, given) =>
    Effect.map(read(name, given, limits !== undefined), (params) => ({
      validate: (response, _request, context) =>
        Effect.gen(function* () {
          for (const key of params.unknown) {
            context.warn({
              type: "other",
              message: `the validator ${name} has no parameter "${key}" (it has ${known.join(", ")})`,
            })
          }
          const text = textOf(response.content)
          const only = name !== "code"
          const report = yield* checker.check(text, { language: params.language, only })
          if (params.require && report.checked.length === 0 && report.ok) {
            const issues = [missing(text, only ? params.language : undefined)]
            return { ...verdictOf(name, { ...report, ok: false, issues }), score: 0 }
          }
          return verdictOf(name, yield* tested(text, params, report, limits))
        }),
    })),
})
