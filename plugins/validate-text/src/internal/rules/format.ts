import { accepted, hint } from "@switchyard/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { codeOnly } from "../formats/codeOnly.ts"
import { fencesOf } from "../formats/fence.ts"
import type { Format, FormatCheck, FormatParams } from "../formats/Format.ts"
import { markdownTable } from "../formats/markdownTable.ts"
import { email, isoDate, isoDateTime, url } from "../formats/simple.ts"
import { sql } from "../formats/sql.ts"
import { xml } from "../formats/xml.ts"
import { type Rule, rule, wrongParam } from "../Rule.ts"
import { rejected, unchecked, whole } from "../verdicts.ts"

const formats: Readonly<Record<string, Format>> = {
  email,
  url,
  iso_date: isoDate,
  iso_datetime: isoDateTime,
  sql,
  xml,
  markdown_table: markdownTable,
  only_code: codeOnly,
}

const others: Readonly<Record<string, string>> = {
  e_mail: "email",
  uri: "url",
  date: "iso_date",
  datetime: "iso_datetime",
  date_time: "iso_datetime",
  table: "markdown_table",
  code_only: "only_code",
  code: "only_code",
}

/** `isoDate`, `ISO date` and `iso-date` are `iso_date`. */
const formatNamed = (given: string): Format | undefined => {
  const key = given
    .trim()
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replace(/[\s-]+/g, "_")
    .toLowerCase()
  const name = Object.hasOwn(others, key) ? (others[key] ?? key) : key
  return Object.hasOwn(formats, name) ? formats[name] : undefined
}

const fields = {
  schemes: Schema.optionalKey(Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1))),
  language: Schema.optionalKey(Schema.NonEmptyString),
  columns: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
}
const Params = Schema.Struct(fields)

/** The part of the answer that must have the format: without white space around it, and out of its one code block. */
const subject = (text: string, fenced: boolean): { readonly text: string; readonly offset: number } => {
  const offset = text.length - text.trimStart().length
  const trimmed = text.trim()
  if (!fenced || !/^(?:`{3}|~{3})/.test(trimmed)) return { text: trimmed, offset }
  const [first, ...rest] = fencesOf(trimmed)
  if (first === undefined || rest.length > 0 || first.outer.end < trimmed.length) return { text: trimmed, offset }
  const inner = trimmed.slice(first.inner.start, first.inner.end)
  const blank = inner.length - inner.trimStart().length
  return { text: inner.trim(), offset: offset + first.inner.start + blank }
}

const checkOf = (format: Format, check: FormatCheck, params: typeof Params.Type, name: string) => {
  const asked: FormatParams = {
    schemes: (params.schemes ?? ["http", "https"]).map((scheme) => scheme.replace(/:(?:\/\/)?$/, "").toLowerCase()),
    language: params.language,
    columns: params.columns,
  }
  return ({ text: answer }: { readonly text: string }) => {
    const { text, offset } = subject(answer, format.fenced)
    if (text === "") {
      const message = `the answer is empty, and not ${format.what}`
      return rejected(name, 0, [{ message, ...whole(answer), suggestion: format.suggestion }])
    }
    const faults = check(text, offset, asked)
    if ("unchecked" in faults) return unchecked(name, { ...faults.unchecked, suggestion: format.suggestion })
    return faults.length === 0
      ? accepted
      : rejected(
          name,
          0,
          faults.map((fault) => ({ ...fault, suggestion: format.suggestion })),
        )
  }
}

const made = (format: Format, params: typeof Params.Type, name: string) =>
  Effect.map(format.load ?? Effect.succeed(format.check), (check) => checkOf(format, check, params, name))

/** `{ "type": "format", "params": { "format": "email" } }` */
export const formatRule: Rule = rule({
  names: ["format"],
  params: Schema.Struct({ format: Schema.NonEmptyString, ...fields }),
  also: { kind: "format", name: "format", is: "format" },
  make: ({ format: given, ...params }, name) => {
    const format = formatNamed(given)
    if (format !== undefined) return made(format, params, name)
    const known = Object.keys(formats)
    const close = hint(given, known)
    const problem = `${JSON.stringify(given)} is no format${close === "" ? ` (known: ${known.join(", ")})` : close}`
    return Effect.fail(wrongParam(name, "format", problem))
  },
})

/** The same by names of their own. `sql` belongs to the plugin for code, which knows more of it. */
export const formatRules: ReadonlyArray<Rule> = Object.entries(formats)
  .filter(([name]) => name !== "sql")
  .map(([name, format]) => rule({ names: [name], params: Params, make: (params) => made(format, params, name) }))
