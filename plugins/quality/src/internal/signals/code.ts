/** A block of code between fences. `language` is what stands behind the opening fence. */
export interface CodeBlock {
  readonly code: string
  readonly language: string
  readonly start: number
  readonly end: number
  readonly closed: boolean
}

const fence = /^[ \t]*(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n`]*$/gm

/** The fenced blocks of an answer; a fence that is never closed runs to its end. */
export const codeBlocks = (text: string): ReadonlyArray<CodeBlock> => {
  const blocks: Array<CodeBlock> = []
  let open:
    | { readonly mark: string; readonly language: string; readonly from: number; readonly start: number }
    | undefined
  for (const match of text.matchAll(fence)) {
    const [whole, mark = "", language = ""] = match
    const end = match.index + whole.length
    if (open === undefined) open = { mark, language: language.toLowerCase(), from: end + 1, start: match.index }
    else if (mark.startsWith(open.mark) && language === "") {
      blocks.push({
        code: text.slice(open.from, match.index),
        language: open.language,
        start: open.start,
        end,
        closed: true,
      })
      open = undefined
    }
  }
  if (open !== undefined)
    blocks.push({
      code: text.slice(open.from),
      language: open.language,
      start: open.start,
      end: text.length,
      closed: false,
    })
  return blocks
}

const closers: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" }
const prose = new Set([
  "",
  "text",
  "txt",
  "md",
  "markdown",
  "diff",
  "console",
  "output",
  "log",
  "sh",
  "bash",
  "shell",
  "zsh",
  "csv",
])
/** Strings and comments, in which brackets do not count. */
const quoted =
  /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
const hashed = /#[^\n]*/g

/** What is wrong with a block as far as brackets tell. Languages whose brackets need not match are left alone. */
export const bracketProblems = ({ code, language }: Pick<CodeBlock, "code" | "language">): ReadonlyArray<string> => {
  if (prose.has(language)) return []
  const bare = code
    .replace(quoted, " ")
    .replace(/^(?:py|python|rb|ruby|yaml|yml|toml|r)$/.test(language) ? hashed : /$^/, " ")
  const open: Array<string> = []
  for (const sign of bare) {
    if (sign === "(" || sign === "[" || sign === "{") open.push(sign)
    else if (sign in closers && open.pop() !== closers[sign]) return [`"${sign}" closes nothing`]
  }
  return open.length === 0 ? [] : [`"${open.at(-1) ?? ""}" is never closed`]
}
