import { type Block, codeOf, dedented, linesOf } from "./Block.ts"
import { detect } from "./detect.ts"
import { fencedBlocks } from "./fences.ts"
import { counts, type Language, languageOf } from "./languages.ts"
import { typed } from "./session.ts"

/** A block that is to be parsed, and the way from its code to the text. */
export interface Task {
  readonly block: Block
  readonly language: Language
  readonly code: string
  readonly toText: (offset: number) => number
}

export interface Plan {
  readonly tasks: ReadonlyArray<Task>
  readonly unchecked: ReadonlyArray<string>
}

/** What is asked of a text: the language of code that does not name its own, and whether only that one counts. */
export interface Wanted {
  readonly language?: string | undefined
  readonly only?: boolean | undefined
}

const prose = /^(?:[-*] |\d+\. )?[A-Z][a-z']+(?: [\w'",-]+){3,}.*[.:?!]$/m

/** Which code of a text is to be parsed, and as what. */
export const planOf = (text: string, { language: name, only = false }: Wanted): Plan => {
  const wanted = name === undefined ? undefined : languageOf(name)
  const fenced = fencedBlocks(text)
  if (fenced.length === 0) return bare(text, name, wanted)
  const tagged = fenced.some(({ tag }) => tag !== "" && wanted !== undefined && isOf(languageOf(tag ?? ""), wanted))
  const tasks: Array<Task> = []
  const unchecked: Array<string> = []
  for (const block of fenced) {
    const { tag = "", lines } = block
    // Beside blocks that name the language, one that names none is more often their output.
    const given = tagged ? undefined : wanted
    const language = tag === "" ? (given ?? (tagged ? undefined : detect(codeOf(lines).code))) : languageOf(tag)
    if (language === undefined)
      unchecked.push(tag === "" ? (tagged ? "unknown" : (name ?? "unknown")) : (tag.split(/\s/)[0] ?? tag))
    else if (!only || wanted === undefined || isOf(language, wanted)) {
      // A dialect that was asked for says more than the fence's `sql`.
      const exact = wanted !== undefined && counts(wanted, language) ? wanted : language
      tasks.push(taskOf(block, exact))
    }
  }
  return { tasks, unchecked }
}

const isOf = (language: Language | undefined, wanted: Language): boolean =>
  language !== undefined && (counts(language, wanted) || counts(wanted, language))

const bare = (text: string, name: string | undefined, wanted: Language | undefined): Plan => {
  if (text.trim() === "") return { tasks: [], unchecked: [] }
  const language = wanted ?? (name === undefined && !prose.test(text) ? detect(text) : undefined)
  if (language === undefined) return { tasks: [], unchecked: [name ?? "unknown"] }
  const block: Block = { tag: undefined, lines: linesOf(text), start: 0, end: text.length, closed: true }
  return { tasks: [taskOf(block, language)], unchecked: [] }
}

const taskOf = (block: Block, named: Language): Task => {
  const { lines, language } = typed(block.lines, named)
  const shifted = block.tag !== undefined && language === "yaml" ? dedented(lines) : lines
  return { block, language, ...codeOf(shifted) }
}
