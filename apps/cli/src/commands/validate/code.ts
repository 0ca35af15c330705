import type { CodeChecker, CodeReport } from "@switchyard/validate-code"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { action } from "../../action.ts"
import { Ended, ExitCode } from "../../ExitCode.ts"
import { extension } from "../../extension.ts"
import { debugFlag, toggle } from "../../flags.ts"
import { inputLines, inputText, writeLine } from "../../lines.ts"

const Line = Schema.fromJsonString(
  Schema.Struct({
    id: Schema.optionalKey(Schema.Json),
    text: Schema.String,
    language: Schema.optionalKey(Schema.NullOr(Schema.String)),
  }),
)
const decode = Schema.decodeUnknownOption(Line)
const decodeId = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ id: Schema.Json })))

const wrong = 'no line of the form {"id": …, "text": "…", "language"?: "…"}'

/** What is told of one text. `unchecked` names blocks in languages that are not parsed. */
const shown = ({ ok, issues, unchecked }: CodeReport) => ({
  ok,
  issues: issues.map(({ line, column, message, kind, language, start, end, suggestion }) => ({
    line,
    column,
    message,
    kind,
    language,
    start,
    end,
    suggestion,
  })),
  ...(unchecked.length === 0 ? {} : { unchecked }),
})

const answerTo = async (checker: CodeChecker, line: string, given: string | undefined, signal: AbortSignal) => {
  const input = Option.getOrUndefined(decode(line))
  if (input === undefined) {
    const id = Option.getOrUndefined(decodeId(line))?.id
    return { ...(id === undefined ? {} : { id }), ok: false, issues: [], error: wrong }
  }
  const { id, text, language } = input
  const report = await Effect.runPromise(checker.check(text, { language: language ?? given }), { signal })
  return { ...(id === undefined ? {} : { id }), ...shown(report) }
}

const load = () => extension("@switchyard/validate-code", () => import("@switchyard/validate-code"))

/** `switchyard validate code`: the code in texts must parse. */
export const validateCode = Command.make(
  "code",
  {
    jsonl: toggle("jsonl", 'Read lines {"id", "text", "language"?} and answer each with {"id", "ok", "issues"}'),
    file: Flag.String("file").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("Read this file instead of standard input"),
      Flag.optional,
    ),
    language: Flag.String("language").pipe(
      Flag.withAlias("l"),
      Flag.withDescription("The language of code that does not name its own"),
      Flag.optional,
    ),
    debug: debugFlag,
  },
  ({ jsonl, file, language }) =>
    action(async (signal) => {
      const { CodeChecker } = await load()
      const given = Option.getOrUndefined(language)
      const from = Option.getOrUndefined(file)
      const work = async (checker: CodeChecker): Promise<void> => {
        if (!jsonl) {
          const report = await Effect.runPromise(checker.check(await inputText(from), { language: given }), { signal })
          await writeLine(JSON.stringify(shown(report)))
          if (!report.ok) throw new Ended(ExitCode.callFailed)
          return
        }
        for await (const { line } of inputLines(from)) {
          await writeLine(JSON.stringify(await answerTo(checker, line, given, signal)))
        }
      }
      const scope = Scope.makeUnsafe()
      try {
        await work(Effect.runSync(Scope.provide(CodeChecker.make(), scope)))
      } finally {
        await Effect.runPromise(Scope.close(scope, Exit.void))
      }
    }),
).pipe(
  Command.withDescription("Parse the code in answers, and say where it is wrong. Exit code 1 when one text is not ok."),
  Command.withExamples([
    { command: "switchyard validate code --jsonl < answers.jsonl", description: "An answer a line" },
    { command: "switchyard validate code --language python < answer.py", description: "One text" },
  ]),
)
