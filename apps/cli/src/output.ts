import { styleText } from "node:util"
import { type RouteTrace, SwitchyardError, type Usage } from "switchyard"

/** The program's own output. */
export const out = (text: string): void => void process.stdout.write(text)

/** One line for people: notes, progress, errors. Never on stdout, which belongs to the answer. */
export const note = (text: string): void => void process.stderr.write(`switchyard: ${text}\n`)

/** A text without its line breaks: a failure is one line. */
export const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, " ")

/** What a failure says; where the kernel advises to write code, the flag that does it. */
export const messageOf = (failure: unknown): string => {
  if (!(failure instanceof Error)) return String(failure)
  if (!(failure instanceof SwitchyardError) || failure.reason._tag !== "Timeout") return failure.message
  return failure.message.replace("in policy.timeouts or policy.deadline", "with --timeout")
}

export const isTerminal = (): boolean => process.stdout.isTTY === true

type Style = "bold" | "dim" | "green" | "red" | "yellow" | "cyan"

/** Styled where the stream is a terminal that shows colours, plain elsewhere. */
export const styled = (style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string =>
  styleText(style, text, { stream, validateStream: true })

/** `1,234 in + 56 out`, or what of it is known. */
export const tokensText = ({ input, output }: Usage): string => {
  const number = (count: number | undefined) => (count === undefined ? "?" : count.toLocaleString("en-US"))
  return `${number(input.total)} in + ${number(output.total)} out`
}

/** Every decision of a call, a line each. */
export const traceLines = (route: RouteTrace): ReadonlyArray<string> => [
  `route     ${route.strategy}: ${route.candidates.map(({ provider, model }) => `${provider}/${model}`).join(", ") || "none"}${
    route.reasons.length === 0 ? "" : ` (${route.reasons.join("; ")})`
  }`,
  ...route.attempts.map(({ candidate, outcome, ms, usage, error }, index) => {
    const what = error === undefined ? "" : `: ${error.reason}: ${error.message}`
    const tokens = usage === undefined ? "" : `, tokens ${tokensText(usage)}`
    return `attempt ${index + 1} ${candidate.provider}/${candidate.model} ${outcome} in ${ms} ms${tokens}${what}`
  }),
  ...route.decisions.map(({ atMs, by, what }) => `decided   ${by} at ${atMs} ms: ${what}`),
]

/** Rows as columns that line up. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
}
