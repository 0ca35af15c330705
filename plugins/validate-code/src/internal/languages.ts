/** The languages that are parsed, each with the names that fences and users give it. */
const names = {
  javascript: ["javascript", "js", "jsx", "mjs", "cjs", "node", "nodejs", "ecmascript", "javascriptreact", "react"],
  typescript: ["typescript", "ts", "tsx", "mts", "cts", "typescriptreact"],
  json: ["json", "geojson", "webmanifest", "jsonld", "json-ld"],
  jsonc: ["jsonc"],
  json5: ["json5"],
  jsonl: ["jsonl", "ndjson", "jsonlines"],
  yaml: ["yaml", "yml", "docker-compose", "openapi"],
  toml: ["toml"],
  python: ["python", "py", "python3", "py3", "python2", "pyi", "pycon", "python-repl", "pythonrepl", "doctest"],
  ipython: ["ipython", "ipython3", "jupyter", "notebook"],
  go: ["go", "golang"],
  rust: ["rust", "rs"],
  java: ["java"],
  c: ["c", "h", "c99", "c11", "c17", "c23"],
  cpp: ["cpp", "c++", "cxx", "cc", "hpp", "hxx", "c/c++", "cplusplus", "arduino"],
  sql: ["sql"],
  postgresql: ["postgresql", "postgres", "pgsql", "psql", "plpgsql"],
  mysql: ["mysql", "mariadb"],
  sqlite: ["sqlite", "sqlite3"],
  mssql: ["mssql", "tsql", "t-sql", "sqlserver", "transact-sql"],
  bigquery: ["bigquery", "googlesql"],
  oracle: ["oracle", "plsql", "pl/sql"],
  snowflake: ["snowflake"],
  bash: ["bash", "sh", "shell", "zsh", "ksh", "posix", "shellscript", "shell-script"],
  console: ["console", "shell-session", "sh-session", "shellsession", "terminal", "bash-session"],
  html: ["html", "html5", "htm", "xhtml"],
  css: ["css", "css3"],
} as const

/** A language that is parsed. */
export type Language = keyof typeof names

const isLanguage = (name: string): name is Language => Object.hasOwn(names, name)

/** Every language, as its own name. */
export const languages: ReadonlyArray<Language> = Object.keys(names).filter(isLanguage)

const byName = new Map<string, Language>()
for (const language of languages) for (const name of names[language]) byName.set(name, language)

/** The language of a name: case, dots and what follows a fence's first word do not count. */
export const languageOf = (name: string): Language | undefined => {
  const word = /^[{.\s]*(?:language-|lang-)?([^\s{},;:=]+)/.exec(name.toLowerCase())?.[1] ?? ""
  return byName.get(word) ?? byName.get(word.replace(/\}$/, ""))
}

/** Dialects and relatives that answer to one question: is there any `sql` in the answer? */
const families: Readonly<Partial<Record<Language, ReadonlyArray<Language>>>> = {
  sql: ["sql", "postgresql", "mysql", "sqlite", "mssql", "bigquery", "oracle", "snowflake"],
  javascript: ["javascript"],
  typescript: ["typescript", "javascript"],
  json: ["json", "jsonc", "json5", "jsonl"],
  python: ["python", "ipython"],
  cpp: ["cpp", "c"],
  bash: ["bash", "console"],
}

/** Does a block of this language count where the other was asked for? */
export const counts = (language: Language, wanted: Language): boolean =>
  language === wanted || (families[wanted]?.includes(language) ?? false)
