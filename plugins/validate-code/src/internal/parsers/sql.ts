import { init, type DialectName, ParserError, validate } from "@guanmingchiu/sqlparser-ts"
import { hasSqlDetails, loadModule, parseSync } from "libpg-query"
import type { Fault } from "../Fault.ts"
import { Positions } from "../positions.ts"
import { filled, isProcedural, masked, unbalanced, withoutClientLines } from "../sqlText.ts"

export type Dialect = "sql" | "postgresql" | "mysql" | "sqlite" | "mssql" | "bigquery" | "oracle" | "snowflake"

const wordAt = (code: string, at: number): number => Math.max(1, /^\w+/.exec(code.slice(at))?.[0].length ?? 1)

/** A cursor of PostgreSQL counts characters, from 1. */
const afterCharacters = (code: string, count: number): number => {
  let at = 0
  for (let left = count; left > 0 && at < code.length; left--) at += (code.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  return at
}

/** By the grammar of PostgreSQL itself. */
const asPostgres = (code: string): Fault | undefined => {
  try {
    parseSync(code)
  } catch (error) {
    if (!hasSqlDetails(error)) {
      if (error instanceof Error && /empty|No parse/i.test(error.message)) return undefined
      throw error
    }
    const { message = error.message, cursorPosition = 0 } = error.sqlDetails ?? {}
    const atEnd = message.endsWith(" at end of input")
    const start = atEnd ? code.trimEnd().length : afterCharacters(code, Math.max(0, cursorPosition))
    return { start, end: Math.min(start + wordAt(code, start), Math.max(code.length, start)), message }
  }
  const tick = masked(code).indexOf("`")
  return tick === -1 ? undefined : { start: tick, end: tick + 1, message: "This quote is never closed" }
}

/** By the grammar of another dialect, as far as it goes. */
const asDialect = (code: string, dialect: DialectName): Fault | undefined => {
  try {
    validate(code, dialect)
    return undefined
  } catch (error) {
    if (!(error instanceof ParserError)) throw error
    const [, text = error.message, line, column] =
      /^(?:sql parser error: )?([^]*?)(?: at Line: (\d+), Column: (\d+))?\s*$/.exec(error.message) ?? []
    const start = line === undefined ? code.trimEnd().length : new Positions(code).offset(Number(line), Number(column))
    return { start, end: Math.min(start + wordAt(code, start), Math.max(start, code.length)), message: text }
  }
}

/** Dialects that plain SQL may be written in, each where the text has a mark that it alone has. */
const marked: ReadonlyArray<readonly [DialectName, RegExp]> = [
  ["bigquery", /\bEXCEPT\s*\(|\bSTRUCT\s*[(<]|\bARRAY<|\bQUALIFY\b|`[\w-]+\.[\w-]+[.\w-]*`|\bSAFE_|\bUNNEST\s*\(/i],
  ["snowflake", /\bFLATTEN\s*\(|\bQUALIFY\b|\bVARIANT\b|\bCOPY INTO\b|\bILIKE ANY\b/i],
  ["duckdb", /\bread_(?:csv|parquet)|\bEXCLUDE\s*\(|\bSUMMARIZE\b|\bPIVOT\b/i],
  ["clickhouse", /\bENGINE\s*=\s*\w*MergeTree\b|\bPREWHERE\b|\bLowCardinality\b/i],
  ["hive", /\bSTORED AS\b|\bLATERAL VIEW\b|\bPARTITIONED BY\b|\bINSERT OVERWRITE\b/i],
]

/** These refuse what no dialect allows, so their word counts in any text. */
const common: ReadonlyArray<DialectName> = ["mysql", "sqlite", "mssql", "oracle", "ansi"]

const own: Readonly<Partial<Record<Dialect, ReadonlyArray<DialectName>>>> = {
  mysql: ["mysql"],
  sqlite: ["sqlite"],
  mssql: ["mssql"],
  bigquery: ["bigquery"],
  oracle: ["oracle"],
  snowflake: ["snowflake"],
}

/** Statements of one dialect that its parser here does not know; they are taken as they are. */
const unparsed: ReadonlyArray<RegExp> = [
  /^PRAGMA\s+[\w.]+\s*(?:=\s*[\w'"]+|\([^)]*\))?$/i,
  /^(?:ATTACH|DETACH|VACUUM|REINDEX|ANALYZE)\b[^,]*$/i,
  /^USE\s+[\w`[\]"]+$/i,
]

/** The same text without such statements, at the same length. */
const withoutUnparsed = (code: string): string => {
  const plain = masked(code)
  let [edited, at] = ["", 0]
  for (const statement of plain.split(";")) {
    const known = unparsed.some((form) => form.test(statement.trim()))
    const text = code.slice(at, at + statement.length + 1)
    edited += known ? text.replace(/[^\n]/g, " ") : text
    at += statement.length + 1
  }
  return edited
}

/** MySQL's index hints and column options that the parser does not know. */
const asMysql = (code: string): string =>
  code
    .replace(/\bWITH ROLLUP\b/gi, (text) => " ".repeat(text.length))
    .replace(/\bCOMMENT(\s*=?\s*)"([^"\n]*)"/gi, (_, space: string, text: string) => `COMMENT${space}'${text}'`)

const fitted = (code: string, dialect: DialectName): string => (dialect === "mysql" ? asMysql(code) : code)

/** SQL, of the dialect that is named, or of any common one. */
export const parserFor =
  (dialect: Dialect) =>
  async (source: string): Promise<ReadonlyArray<Fault>> => {
    const code = withoutUnparsed(filled(withoutClientLines(source)))
    const plain = masked(code)
    if (plain.trim() === "") return []
    await loadModule()
    await init()
    const first = asPostgres(code)
    if (first === undefined && (dialect === "sql" || dialect === "postgresql")) return []
    if (isProcedural(plain) && dialect !== "postgresql") {
      const place = unbalanced(code)
      if (place === undefined) return []
      return [{ start: place.at, end: place.at + place.length, message: place.message }]
    }
    if (dialect === "postgresql") return first === undefined ? [] : [first]
    const comma = trailingComma(plain, dialect)
    if (comma !== undefined) return [comma]
    return otherDialects(code, plain, dialect, first)
  }

const otherDialects = (
  code: string,
  plain: string,
  dialect: Dialect,
  first: Fault | undefined,
): ReadonlyArray<Fault> => {
  const named = own[dialect] ?? []
  const faults: Array<Fault> = []
  for (const name of [...named, ...marked.flatMap(([name, mark]) => (mark.test(code) ? [name] : [])), ...common]) {
    const fault = asDialect(fitted(code, name), name)
    if (fault === undefined) return []
    faults.push(fault)
  }
  // A text that is marked as another dialect's is not PostgreSQL's to explain.
  const other = named.length > 0 || /[`[]/.test(plain) || first === undefined
  const fault = other ? faults[0] : first
  return fault === undefined ? [] : [fault]
}

/** Only BigQuery, Snowflake and DuckDB let a list end in a comma. */
const trailingComma = (plain: string, dialect: Dialect): Fault | undefined => {
  if (dialect === "bigquery" || dialect === "snowflake") return undefined
  const found = /,\s*(?:\bFROM\b|\bWHERE\b|\)|;|$)/i.exec(plain)
  return found === null
    ? undefined
    : { start: found.index, end: found.index + 1, message: "There is nothing after this comma" }
}
