/** One word of SQL: a string, a quoted name, a comment, a name, or a sign. */
const words =
  /'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[A-Za-z_][\w $#]{0,127}\]|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|@{1,2}[A-Za-z_]\w*|(?<!:):[A-Za-z_]\w*|\?|[A-Za-z_]\w*|\d+|[\s\S]/g

const comment = /^(?:--|#|\/\*)/

/**
 * MySQL, SQLite, T-SQL, BigQuery and Oracle in the words of PostgreSQL, as far as a statement's grammar is concerned:
 * quoted names, placeholders, TOP and LIMIT a, b, options of tables and columns. It is for parsing, not for running.
 */
export const inPostgres = (sql: string): string => {
  const out = (sql.match(words) ?? []).map(translated).join("").replace(/\s+/g, " ")
  return out
    .replace(/\bSELECT(\s+DISTINCT)?\s+TOP\s*(?:\d+|\(\s*\d+\s*\))(?:\s+PERCENT)?\b/gi, "SELECT$1")
    .replace(/\bLIMIT\s+(\d+|\$1)\s*,\s*(\d+|\$1)/gi, "LIMIT $2 OFFSET $1")
    .replace(/\bINSERT\s+(?:IGNORE|OR\s+(?:REPLACE|IGNORE|ABORT|FAIL|ROLLBACK))\s+INTO\b/gi, "INSERT INTO")
    .replace(/^\s*REPLACE\s+INTO\b/gim, "INSERT INTO")
    .replace(/\bON\s+DUPLICATE\s+KEY\s+UPDATE\b/gi, "ON CONFLICT (x) DO UPDATE SET")
    .replace(/\b(?:AUTO_INCREMENT|AUTOINCREMENT|UNSIGNED|ZEROFILL|IDENTITY\s*\(\s*\d+\s*,\s*\d+\s*\))(?!\s*=)/gi, "")
    .replace(
      /\)\s*(?:(?:DEFAULT\s+)?(?:ENGINE|CHARSET|CHARACTER\s+SET|COLLATE|AUTO_INCREMENT|ROW_FORMAT)\s*=?\s*\w+\s*,?\s*)+(?=;|$)/gi,
      ")",
    )
    .replace(/\)\s*(?:WITHOUT\s+ROWID|STRICT)\s*(?=;|$)/gi, ")")
    .replace(/\bWITH\s*\(\s*NOLOCK\s*\)/gi, "")
    .replace(/\b(?:TINYINT|MEDIUMINT|INT|BIGINT|SMALLINT)\s*\(\s*\d+\s*\)/gi, "INT")
    .replace(/\b(?:DATETIME|NVARCHAR|VARCHAR2|TINYTEXT|LONGTEXT|MEDIUMTEXT)\s*\(\s*(?:\d+|MAX)\s*\)/gi, "TEXT")
    .replace(/\bINTERVAL\s+(\d+)\s+(SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|QUARTER|YEAR)\b/gi, "INTERVAL '$1 $2'")
}

const translated = (word: string): string => {
  if (comment.test(word)) return " "
  if (word.startsWith("'") && word.length > 1) return `'${word.slice(1, -1).replace(/\\[\s\S]/g, "x")}'`
  if (word.startsWith("`") && word.length > 2) return `"${word.slice(1, -1).replace(/"/g, "")}"`
  if (word.startsWith("[") && word.length > 2) return `"${word.slice(1, -1)}"`
  return word === "?" || /^(?:@|:[A-Za-z_])/.test(word) ? "$1" : word
}
