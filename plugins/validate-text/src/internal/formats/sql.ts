import * as Effect from "effect/Effect"
import { outOfTime, withDeadline } from "../deadline.ts"
import type { Fault } from "../verdicts.ts"
import type { Format, FormatCheck, Unchecked } from "./Format.ts"
import { inPostgres } from "./sqlDialects.ts"

const maxChars = 100_000
// Comments nest in PostgreSQL, and its scanner's time grows with the square of how deep.
const maxComments = 1_000

interface Problem {
  readonly message: string
  readonly at: number
}

interface Parser {
  readonly parseSync: (sql: string) => { readonly stmts?: ReadonlyArray<unknown> }
}

const problemIn = (parse: Parser["parseSync"], sql: string): Problem | undefined => {
  try {
    return (parse(sql).stmts ?? []).length === 0 ? { message: "there is no statement", at: 0 } : undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { message, at: cursorOf(error) }
  }
}

const cursorOf = (error: unknown): number => {
  if (typeof error !== "object" || error === null || !("sqlDetails" in error)) return 0
  const { sqlDetails } = error
  return typeof sqlDetails === "object" &&
    sqlDetails !== null &&
    "cursorPosition" in sqlDetails &&
    typeof sqlDetails.cursorPosition === "number"
    ? sqlDetails.cursorPosition
    : 0
}

const translationMs = 100

const parsesElsewhere = (parse: Parser["parseSync"], sql: string): boolean | typeof outOfTime => {
  const translated = withDeadline(translationMs, () => inPostgres(sql))
  return translated === outOfTime ? outOfTime : problemIn(parse, translated) === undefined
}

const checkWith =
  ({ parseSync }: Parser): FormatCheck =>
  (text, offset): ReadonlyArray<Fault> | Unchecked => {
    const whole = { start: offset, end: offset + text.length }
    const unchecked = (message: string): Unchecked => ({ unchecked: { message, ...whole } })
    if (text.length > maxChars) return unchecked(`the SQL has more than ${maxChars} characters`)
    if ((text.match(/\/\*/g)?.length ?? 0) > maxComments) return unchecked("the SQL has too many comments")
    // Its parser stops at a zero, as C does.
    if (text.includes("\u0000")) return [{ message: "the SQL holds a NUL character", ...whole }]
    const problem = problemIn(parseSync, text)
    if (problem === undefined) return []
    const elsewhere = parsesElsewhere(parseSync, text)
    if (elsewhere === outOfTime) return unchecked(`the SQL could not be read within ${translationMs} ms`)
    if (elsewhere) return []
    const at = Math.min(text.length, Math.max(0, problem.at))
    const end = at + (/^\S+/.exec(text.slice(at, at + 40))?.[0].length ?? 0)
    return [{ message: `the SQL does not parse: ${problem.message}`, start: offset + at, end: offset + end }]
  }

const load = Effect.promise(async () => {
  const { loadModule, parseSync } = await import("libpg-query")
  await loadModule()
  return checkWith({ parseSync })
})

/** By PostgreSQL's own grammar; what other dialects write otherwise is put into its words first. */
export const sql: Format = {
  what: "SQL",
  suggestion: "Answer with SQL statements that parse, and nothing else.",
  fenced: true,
  load,
  check: () => [],
}
