import { type Issue, type Part, textOf, type Verdict } from "@switchyard/core"

const most = 20
const longest = 600

const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length)}…`)

/** `a.b[0]`, as people write a place in JSON. */
const pathText = (path: ReadonlyArray<string | number>): string =>
  path.reduce<string>(
    (before, step) => (typeof step === "number" ? `${before}[${step}]` : before === "" ? step : `${before}.${step}`),
    "",
  )

const place = ({ path, start, end }: Issue, answer: string): string => {
  if (path !== undefined && path.length > 0) return ` (at ${pathText(path)})`
  if (start === undefined) return ""
  const quoted = answer.slice(start, end ?? start + 40)
  return quoted.trim() === ""
    ? ` (at character ${start})`
    : ` (at character ${start}: ${JSON.stringify(cut(quoted, 80))})`
}

const sentence = (text: string): string => {
  const whole = cut(text.trim().replace(/\s+/g, " "), longest)
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`
}

const line = (issue: Issue, index: number, answer: string): string => {
  const todo = issue.suggestion === undefined ? "" : ` Do this: ${sentence(issue.suggestion)}`
  return `${index + 1}. ${issue.validator}${place(issue, answer)}: ${sentence(issue.message)}${todo}`
}

const problems = (verdicts: ReadonlyArray<Verdict>, answer: string): ReadonlyArray<string> => {
  const issues = verdicts.filter(({ ok }) => !ok).flatMap(({ issues }) => issues)
  const lines = issues.slice(0, most).map((issue, index) => line(issue, index, answer))
  const rest = issues.length - lines.length
  return rest > 0 ? [...lines, `… and ${rest} more.`] : lines
}

export interface Asking {
  readonly content: ReadonlyArray<Part>
  /** The answer stands above, and is not empty. */
  readonly shown: boolean
  readonly verdicts: ReadonlyArray<Verdict>
  /** The request wants JSON. */
  readonly json: boolean
  /** The tool that the model is told to use. */
  readonly tool: string | undefined
}

/** What the validators found, as instructions to the model. */
export const instructions = ({ content, shown, verdicts, json, tool }: Asking): string => {
  const found = problems(verdicts, textOf(content))
  const what = shown ? "Your answer above was not accepted" : "Your last answer was empty and was not accepted"
  return [
    found.length === 0 ? `${what}.` : `${what}:`,
    ...found,
    ...(tool === undefined
      ? []
      : [`Before you answer, use the tool "${tool}" to find out what is wrong and how to put it right.`]),
    `Now answer the request again, in full and with all of this corrected.${json ? " Answer with JSON and nothing else." : ""}`,
  ].join("\n")
}
