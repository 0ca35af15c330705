import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { CodeIssue, CodeReport } from "./CodeReport.ts"
import type { Fault } from "./internal/Fault.ts"
import { ParserHost } from "./internal/ParserHost.ts"
import { planOf, type Task } from "./internal/plan.ts"
import { Positions } from "./internal/positions.ts"

export interface CodeCheckerOptions {
  /** Longest text that is parsed, in UTF-16 units. Default: 1,000,000. */
  readonly maxChars?: number | undefined
  /** Longest time for one block, in ms. Default: 10,000. */
  readonly timeoutMs?: number | undefined
}

export interface CheckOptions {
  /** The language of code that does not name its own; any name or alias that a fence may have. */
  readonly language?: string | undefined
  /** Blocks of other languages are left alone. Default: false. */
  readonly only?: boolean | undefined
}

/** Most issues that are told of one block: what follows the first ones is mostly their echo. */
const maxIssues = 10

/** Parses the code in texts. Parsers are loaded when their language occurs, in a thread that ends with the scope. */
export class CodeChecker {
  readonly #host: ParserHost
  readonly #maxChars: number

  private constructor(host: ParserHost, maxChars: number) {
    this.#host = host
    this.#maxChars = maxChars
  }

  static make({ maxChars = 1_000_000, timeoutMs = 10_000 }: CodeCheckerOptions = {}): Effect.Effect<
    CodeChecker,
    never,
    Scope.Scope
  > {
    return Effect.map(ParserHost.make(timeoutMs), (host) => new CodeChecker(host, maxChars))
  }

  /** Never fails: what cannot be parsed is an issue, what is in no known language is listed under `unchecked`. */
  check(text: string, options: CheckOptions = {}): Effect.Effect<CodeReport> {
    if (text.length > this.#maxChars) return Effect.succeed(tooLong(text, this.#maxChars))
    const { tasks, unchecked } = planOf(text, options)
    const positions = new Positions(text)
    return Effect.map(
      Effect.forEach(tasks, (task) => this.#issuesOf(task, positions)),
      (found) => {
        const issues = found.flat()
        return { ok: issues.length === 0, issues, checked: tasks.map(({ language }) => language), unchecked }
      },
    )
  }

  #issuesOf(task: Task, positions: Positions): Effect.Effect<ReadonlyArray<CodeIssue>> {
    return Effect.map(this.#host.parse(task.language, task.code), (parsed) => {
      const { language, block, toText } = task
      const place = (start: number, end: number) => ({ ...positions.at(start), start, end })
      if ("refused" in parsed) {
        const message = `This code was not parsed: ${parsed.refused}`
        return [{ kind: "refused", language, message, ...place(block.start, block.end) }]
      }
      const issues = parsed.faults.slice(0, maxIssues).map((fault: Fault): CodeIssue => {
        const start = toText(fault.start)
        const { message, suggestion = `Correct the ${language} code at this place` } = fault
        return { kind: "syntax", language, message, suggestion, ...place(start, Math.max(start, toText(fault.end))) }
      })
      return block.closed ? issues : [...issues, { ...truncated, language, ...place(block.start, block.end) }]
    })
  }
}

const truncated = {
  kind: "truncated",
  message: "This block of code is not closed: the answer ends inside of it",
  suggestion: "Give the whole code, and close the fence",
} as const

const tooLong = (text: string, maxChars: number): CodeReport => ({
  ok: false,
  issues: [
    {
      kind: "refused",
      message: `The text has ${text.length} characters, and at most ${maxChars} are parsed`,
      suggestion: "Answer more briefly, or raise maxChars",
      line: 1,
      column: 1,
      start: 0,
      end: text.length,
    },
  ],
  checked: [],
  unchecked: [],
})
