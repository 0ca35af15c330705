import { type CodeLine, dedented } from "./Block.ts"
import type { Language } from "./languages.ts"

/** What a reader types in a recorded session: without the prompts, and without what the program answered. */
export const typed = (
  lines: ReadonlyArray<CodeLine>,
  language: Language,
): { readonly lines: ReadonlyArray<CodeLine>; readonly language: Language } => {
  if (language === "python" || language === "ipython") {
    const prompts = lines.some(({ text }) => /^\s*>>>(?: |$)/.test(text))
    return { lines: prompts ? prompted(lines, />>>/, /\.\.\./) : magicless(lines, language), language: "python" }
  }
  if (language === "bash" || language === "console") {
    const first = lines.find(({ text }) => text.trim() !== "" && !text.startsWith("#"))?.text ?? ""
    const session = /^(?:\$|%|❯|➜|[\w.-]+@[\w.-]+[:~\s][^$#]*[$#]) /.test(first)
    return { lines: session ? shellTyped(lines) : lines, language: session || language === "bash" ? "bash" : "console" }
  }
  return { lines, language }
}

/** Lines after a prompt; the lines after a continuation prompt belong to it. */
const prompted = (lines: ReadonlyArray<CodeLine>, first: RegExp, next: RegExp): ReadonlyArray<CodeLine> => {
  const prompt = new RegExp(`^\\s*(?:${first.source}|${next.source})(?: |$)`)
  return lines.flatMap(({ text, offset }) => {
    const found = prompt.exec(text)?.[0]
    return found === undefined ? [] : [{ text: text.slice(found.length), offset: offset + found.length }]
  })
}

/** In a notebook, lines that begin with `%` or `!` are for the notebook. */
const magicless = (lines: ReadonlyArray<CodeLine>, language: Language): ReadonlyArray<CodeLine> =>
  language === "ipython"
    ? lines.map((line) => (/^\s*[%!?]/.test(line.text) ? { ...line, text: "" } : line))
    : dedented(lines)

/** Commands after `$`, with the lines that a backslash or a here-document continues them by. */
const shellTyped = (lines: ReadonlyArray<CodeLine>): ReadonlyArray<CodeLine> => {
  const commands: Array<CodeLine> = []
  let [continued, heredoc] = [false, ""]
  for (const { text, offset } of lines) {
    const found = /^(?:\$|%|❯|➜|>|[\w.-]+@[\w.-]+[:~\s][^$#]*[$#]) /.exec(text)?.[0]
    if (heredoc === "" && !continued && (found === undefined || found === "> ")) continue
    const skipped = heredoc === "" && found !== undefined ? found.length : 0
    commands.push({ text: text.slice(skipped), offset: offset + skipped })
    if (heredoc !== "") heredoc = text.trim() === heredoc ? "" : heredoc
    else heredoc = /<<-?\s*["']?(\w+)["']?/.exec(text)?.[1] ?? ""
    continued = heredoc === "" && text.endsWith("\\")
  }
  return commands
}
