import * as Command from "effect/cli/Command"
import * as Option from "effect/Option"
import type { Explanation } from "switchyard"
import { action } from "../action.ts"
import { callFlags, configFlag, debugFlag, jsonFlag, toCallFlags } from "../flags.ts"
import { out, styled, table } from "../output.ts"
import { toRequest } from "../request.ts"
import { loadStack } from "../stack.ts"

/** Shows where a call would go and why, without calling. */
export const explain = Command.make(
  "explain",
  { ...callFlags, json: jsonFlag, config: configFlag, debug: debugFlag },
  ({ json, config, ...flags }) =>
    action(async () => {
      const stack = await loadStack(Option.getOrUndefined(config), flags.model)
      try {
        const explanation = await stack.switchyard.explain(await toRequest(toCallFlags(flags), false))
        out(json ? `${JSON.stringify(explanation)}\n` : `${describe(explanation)}\n`)
      } finally {
        await stack.switchyard.close()
      }
    }),
).pipe(
  Command.withDescription("Show where a call would go and why, without calling"),
  Command.withExamples([
    {
      command: `switchyard explain -m auto "Translate this"`,
      description: "The candidates, in order, and the reasons",
    },
  ]),
)

const describe = ({ strategy, reasons, models }: Explanation): string => {
  const tokens = (count: number | undefined) => (count === undefined ? "unknown" : count.toLocaleString("en-US"))
  const rows = models.map(({ candidate, info }, index) => [
    `${index + 1}.`,
    `${candidate.provider}/${candidate.model}`,
    `window ${tokens(info?.contextWindow)}`,
    `tools ${info === undefined ? "unknown" : info.tools ? "yes" : "no"}`,
    candidate.reason ?? "",
  ])
  return [`${styled("bold", "strategy")}  ${strategy}: ${reasons.join("; ")}`, table(rows)].join("\n")
}
