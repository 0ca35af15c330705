/** Comments, texts and quoted names of every common dialect. */
const tokens =
  /--.*|\/\*[^]*?\*\/|\$(\w*)\$[^]*?\$\1\$|'(?:''|\\'(?!\s*[,;)\n])|[^'])*'|"(?:""|[^"])*"|`[^`]*`|\[[A-Za-z_][^\]\n]*\]/g

const blank = (text: string): string => text.replace(/[^\n]/g, " ")

/** The text with its comments blank and its strings and names replaced by letters of the same length. */
export const masked = (sql: string): string =>
  sql.replace(tokens, (text) => (/^(?:--|\/\*)/.test(text) ? blank(text) : text.replace(/[^\n]/g, "x")))

/** What programs fill in: `?`, `:name`, `%s`, `%(name)s`, `{{ name }}`, as a value of the same length. */
export const filled = (sql: string): string => {
  const outside = (part: string) =>
    part
      .replace(/(?<![:\w]):[A-Za-z_]\w*/g, (text) => "$1".padEnd(text.length))
      .replace(/%\(\w+\)s|%s/g, (text) => "$1".padEnd(text.length))
      .replace(/\{\{[^}\n]*\}\}|\$\{[^}\n]*\}/g, (text) => "x".repeat(text.length))
      .replace(/(?<=[=(,<>]\s*|\b(?:LIMIT|OFFSET|AND|BETWEEN|LIKE|IN|VALUES|SET)\s+)\?/gi, "0")
  let [edited, kept] = ["", 0]
  for (const { 0: text, index } of sql.matchAll(tokens)) {
    edited += outside(sql.slice(kept, index)) + text
    kept = index + text.length
  }
  return edited + outside(sql.slice(kept))
}

/** Lines for the client and not for the server: `\d` of psql, `GO` of sqlcmd, `/` and SET options of sqlplus, `.mode` of sqlite3. */
export const withoutClientLines = (sql: string): string =>
  sql.replace(
    /^(?:\\[a-zA-Z?!].*|[ \t]*GO[ \t]*;?|\/[ \t]*|\.[a-z]+\b.*|(?:SET SERVEROUTPUT (?:ON|OFF)|DELIMITER \S+).*)$/gim,
    blank,
  )

/** Does it hold a procedure's body, which no parser here reads? */
export const isProcedural = (plain: string): boolean =>
  /\bDELIMITER\b|\bCREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:PROC(?:EDURE)?|FUNCTION|TRIGGER|PACKAGE|EVENT)\b|^\s*DECLARE\b|\bBEGIN\s+(?:TRY|CATCH|DBMS_|\w+\s*:=)|\bEND\s+(?:IF|LOOP|WHILE)\b|\bWHILE\b[^;]*\bBEGIN\b|\bIF\b[^;]*\bBEGIN\b|\bDBMS_OUTPUT\b/i.test(
    plain,
  )

interface Place {
  readonly at: number
  readonly length: number
  readonly message: string
}

/** Brackets, quotes and BEGIN … END of a procedure: all that can be told of it. */
export const unbalanced = (sql: string): Place | undefined => {
  const plain = masked(sql)
  const open: Array<Place> = []
  const words =
    /[()]|\b(?:END\s+(?:IF|LOOP|WHILE|CASE|REPEAT|TRY|CATCH)|BEGIN\s+(?:TRAN(?:SACTION)?|TRY|CATCH)|BEGIN|CASE|END)\b/gi
  for (const { 0: text, index } of plain.matchAll(words)) {
    const word = text.toUpperCase().replace(/\s+/g, " ")
    const place = { at: index, length: text.length, message: `This ${word} is never closed` }
    if (word === "(" || /^(?:CASE|BEGIN(?: TRY| CATCH)?)$/.test(word)) open.push(place)
    else if (word === ")" || /^END(?: TRY| CATCH| CASE)?$/.test(word)) {
      const from = open.pop()
      if (from === undefined || (word === ")") !== /This \(/.test(from.message)) {
        return from !== undefined && word !== ")" ? from : { ...place, message: `This ${word} closes nothing` }
      }
    }
  }
  const quote = /['"`]/.exec(plain)
  return quote === null ? open.at(-1) : { at: quote.index, length: 1, message: "This quote is never closed" }
}
