import type { Parser } from "./Fault.ts"
import type { Language } from "./languages.ts"

const sql = (dialect: import("./parsers/sql.ts").Dialect) => async () =>
  (await import("./parsers/sql.ts")).parserFor(dialect)

/** The parser of each language, loaded when the language occurs. */
export const parsers: Readonly<Record<Language, () => Promise<Parser>>> = {
  javascript: async () => (await import("./parsers/javascript.ts")).parserFor("javascript"),
  typescript: async () => (await import("./parsers/javascript.ts")).parserFor("typescript"),
  json: async () => (await import("./parsers/json.ts")).json,
  jsonc: async () => (await import("./parsers/json.ts")).jsonc,
  json5: async () => (await import("./parsers/json.ts")).json5,
  jsonl: async () => (await import("./parsers/json.ts")).jsonl,
  yaml: async () => (await import("./parsers/yaml.ts")).yaml,
  toml: async () => (await import("./parsers/toml.ts")).toml,
  python: async () => (await import("./parsers/python.ts")).python,
  ipython: async () => (await import("./parsers/python.ts")).python,
  go: async () => (await import("./parsers/go.ts")).go,
  rust: async () => (await import("./parsers/rust.ts")).rust,
  java: async () => (await import("./parsers/java.ts")).java,
  c: async () => (await import("./parsers/cpp.ts")).parserFor("c"),
  cpp: async () => (await import("./parsers/cpp.ts")).parserFor("cpp"),
  sql: sql("sql"),
  postgresql: sql("postgresql"),
  mysql: sql("mysql"),
  sqlite: sql("sqlite"),
  mssql: sql("mssql"),
  bigquery: sql("bigquery"),
  oracle: sql("oracle"),
  snowflake: sql("snowflake"),
  bash: async () => (await import("./parsers/bash.ts")).bash,
  console: async () => (await import("./parsers/bash.ts")).bash,
  html: async () => (await import("./parsers/html.ts")).html,
  css: async () => (await import("./parsers/css.ts")).css,
}
