/** Comments, strings and characters of C and C++, and directives of the preprocessor with their continued lines. */
const tokens =
  /\/\/(?:\\\r?\n|.)*|\/\*[^]*?\*\/|R"([^ ()\\\t\v\f\n]{0,16})\([^]*?\)\1"|"(?:\\[^]|[^"\\\n])*"|(?<![\w'])'(?:\\.|[^'\\\n])+'|^[ \t]*#(?:\\\r?\n|\/\*[^]*?\*\/|(?!\/\/|\/\*)[^\n])*/gm

const blank = (text: string): string => text.replace(/[^\n]/g, " ")

const words =
  "include include_next define undef if ifdef ifndef elif elifdef elifndef else endif error warning pragma line import embed ident".split(
    " ",
  )

export interface Directive {
  readonly at: number
  readonly text: string
  readonly name: string
}

const directiveOf = (text: string, at: number): Directive => ({
  at: at + text.indexOf("#"),
  text: text.trim(),
  name: /^\s*#\s*(\w*)/.exec(text)?.[1] ?? "",
})

export interface Preprocessed {
  /** As long as the code was: directives, and the branches after the first one, are blank. */
  readonly code: string
  readonly fault: { readonly at: number; readonly length: number; readonly message: string } | undefined
}

/** What is left for the parser when the preprocessor has taken the first branch of every conditional. */
export const preprocessed = (source: string): Preprocessed => {
  const directives = [...source.matchAll(tokens)]
    .filter(([text]) => /^[ \t]*#/.test(text))
    .map(({ 0: text, index }) => ({ ...directiveOf(text, index), from: index, to: index + text.length }))
  let [code, kept] = ["", 0]
  const open: Array<{ readonly directive: Directive; skipping: boolean }> = []
  const skipping = () => open.some((branch) => branch.skipping)
  const fault = (directive: Directive, message: string): Preprocessed => ({
    code: source,
    fault: { at: directive.at, length: directive.text.split("\n")[0]?.length ?? 1, message },
  })
  for (const directive of directives) {
    const { name, from, to } = directive
    const between = source.slice(kept, from)
    code += (skipping() ? blank(between) : between) + blank(source.slice(from, to))
    kept = to
    const top = open.at(-1)
    if (/^(?:if|ifdef|ifndef)$/.test(name)) open.push({ directive, skipping: /^#\s*if\s+0\b/.test(directive.text) })
    else if (/^(?:elif|elifdef|elifndef|else|endif)$/.test(name)) {
      if (top === undefined) return fault(directive, `#${name} without #if`)
      if (name === "endif") open.pop()
      else top.skipping = !(name === "else" && /^#\s*if\s+0\b/.test(top.directive.text))
    } else if (!words.includes(name) && name !== "") return fault(directive, `#${name} is no directive`)
    const malformed =
      /^#\s*include\s/.test(directive.text) && !/^#\s*include\s*(?:<[^>\n]+>|"[^"\n]+"|\w+)/.test(directive.text)
    if (malformed) return fault(directive, "#include needs a name in <…> or in quotes")
  }
  const [unclosed] = open
  if (unclosed !== undefined) return fault(unclosed.directive, "This conditional has no #endif")
  const rest = source.slice(kept)
  return { code: code + (skipping() ? blank(rest) : rest), fault: undefined }
}

/** The code with `edit` applied to what is neither comment nor text; `edit` must keep the length. */
export const outsideTexts = (code: string, edit: (part: string) => string): string => {
  let [edited, kept] = ["", 0]
  for (const { 0: text, index } of code.matchAll(tokens)) {
    edited += edit(code.slice(kept, index)) + text
    kept = index + text.length
  }
  return edited + edit(code.slice(kept))
}
