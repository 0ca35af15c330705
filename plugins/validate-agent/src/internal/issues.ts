import type { Issue, Verdict } from "@switchyard/core"
import { asText, firstOf, isFields } from "./fields.ts"

/** What a judge wrote is cut to this many UTF-16 units before it goes further. */
const maxText = 600
const maxIssues = 50

/** A fault as a judge names it. */
export interface Fault {
  readonly message: string
  /** Words of the answer that the fault stands in. */
  readonly quote?: string
  /** Where in the answer's JSON it stands. */
  readonly path?: ReadonlyArray<string | number>
  readonly suggestion?: string
}

const cut = (text: string): string => (text.length > maxText ? `${text.slice(0, maxText)}…` : text)

const messages = ["message", "problem", "issue", "reason", "reasoning", "explanation", "description", "text", "claim"]
const lists = ["issues", "problems", "faults", "reasons", "contradictions", "errors"]

const asPath = (value: unknown): ReadonlyArray<string | number> | undefined => {
  const steps = Array.isArray(value)
    ? value
    : (asText(value)
        ?.replace(/^\$\.?/, "")
        .split(/[.[\]]+/) ?? [])
  const path = steps
    .filter((step): step is string | number => (typeof step === "string" && step !== "") || Number.isSafeInteger(step))
    .map((step) => (typeof step === "string" && /^\d{1,9}$/.test(step) ? Number(step) : step))
    .filter((step) => typeof step === "string" || step >= 0)
  return path.length === 0 ? undefined : path.slice(0, 50)
}

const faultOf = (value: unknown): Fault | undefined => {
  if (typeof value === "string") return value.trim() === "" ? undefined : { message: cut(value.trim()) }
  if (!isFields(value)) return undefined
  const quote = asText(firstOf(value, ["quote", "span", "excerpt"]))
  const message = asText(firstOf(value, messages)) ?? quote
  if (message === undefined) return undefined
  const suggestion = asText(firstOf(value, ["suggestion", "fix", "advice"]))
  const path = asPath(value["path"])
  return {
    message: cut(message),
    ...(quote === undefined ? {} : { quote }),
    ...(path === undefined ? {} : { path }),
    ...(suggestion === undefined ? {} : { suggestion: cut(suggestion) }),
  }
}

/** The faults that a verdict lists, under whatever of the usual names. */
export const faultsOf = (fields: Readonly<Record<string, unknown>>): ReadonlyArray<Fault> => {
  const found = lists.flatMap((list) => {
    const value = fields[list]
    return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
  })
  return found.flatMap((value) => faultOf(value) ?? []).slice(0, maxIssues)
}

/** The one reason that a verdict gives, if any. */
export const reasonOf = (fields: Readonly<Record<string, unknown>>): string | undefined => {
  const reason = asText(firstOf(fields, ["reasoning", "reason", "explanation", "rationale", "summary", "message"]))
  return reason === undefined ? undefined : cut(reason)
}

/** The issue of a fault, with the place of its quote in the answer where the quote stands there word for word. */
export const issueOf = (validator: string, { message, quote, path, suggestion }: Fault, answer: string): Issue => {
  const start = quote === undefined ? -1 : answer.indexOf(quote)
  return {
    validator,
    message,
    ...(path === undefined ? {} : { path }),
    ...(start < 0 || quote === undefined ? {} : { start, end: start + quote.length }),
    suggestion: suggestion ?? `Correct this: ${message}`,
  }
}

/** The verdict when the judge gave none. It is never a pass, and neither is its opposite. */
export const unknown = (validator: string, why: string): Verdict => ({
  ok: false,
  undecided: true,
  score: 0,
  issues: [
    {
      validator,
      message: `unknown: the judge gave no verdict (${cut(why)})`,
      suggestion: "Answer again, completely and as asked, so that the answer can be judged.",
    },
  ],
})
