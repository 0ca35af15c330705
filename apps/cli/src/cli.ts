import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { cache } from "./commands/cache.ts"
import { call } from "./commands/call.ts"
import { cost } from "./commands/cost.ts"
import { demo } from "./commands/demo.ts"
import { doctor } from "./commands/doctor.ts"
import { explain } from "./commands/explain.ts"
import { plugins } from "./commands/plugins.ts"
import { rag } from "./commands/rag.ts"
import { report } from "./commands/report.ts"
import { review } from "./commands/review.ts"
import { tokens } from "./commands/tokens.ts"
import { validate } from "./commands/validate.ts"
import { note, oneLine } from "./output.ts"

/** The whole command line. */
export const cli = Command.make("switchyard").pipe(
  Command.withDescription(
    "Call large language models: an answer you can use, or a clear error.\n\nExit codes: 0 ok, 1 the call failed, 2 wrong usage, 3 wrong configuration, 130 interrupted.",
  ),
  Command.withExamples([
    { command: "switchyard demo", description: "See it work, with no key" },
    { command: `switchyard call "What is a circuit breaker?"`, description: "Ask" },
    { command: "switchyard doctor", description: "Check the setup" },
    { command: "switchyard --completions bash", description: "Print a completion script (bash, zsh, fish)" },
  ]),
  Command.withSubcommands([call, explain, plugins, report, review, doctor, demo, validate, tokens, cost, cache, rag]),
)

/** Wrong usage is one line on stderr that says what is wrong and where help is; help that was asked for goes to stdout. */
export const presenter: CliOutput.Presenter = {
  ...CliOutput.defaultPresenter,
  present: (document) => {
    if (document._tag !== "InvalidInvocation") return CliOutput.defaultPresenter.present(document)
    const problems = document.errors.map((error) =>
      oneLine(error.message.replace(/\s+Did you mean this\?\s+/, ", did you mean ")).replace(/\.$/, ""),
    )
    return Effect.sync(() => note(`${problems.join("; ")}; see ${document.commandPath.join(" ")} --help`))
  },
}
