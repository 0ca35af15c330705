import type { Node } from "@vscode/tree-sitter-wasm"
import { outsideTexts, preprocessed } from "../cTokens.ts"
import { type Fault, furthest } from "../Fault.ts"
import { firstMisfit, walk, withTree } from "../treeSitter.ts"

const cKeywords =
  "auto break case char const continue default do double else enum extern float for goto if int long register return short signed sizeof static struct switch typedef union unsigned void volatile while"
const cppKeywords =
  "alignas alignof bool catch class const_cast constexpr decltype delete dynamic_cast explicit export false friend mutable namespace new nullptr operator private protected public reinterpret_cast static_assert static_cast template this throw true try typeid typename using virtual"

/** Words of other languages that look like types: nobody calls a type so. */
const foreign = ["let", "func", "fn", "function", "def", "elif", "elsif", "elseif", "var", "val"]

const keywordsOf = {
  c: new Set([...cKeywords.split(" "), ...foreign]),
  cpp: new Set([...cKeywords.split(" "), ...cppKeywords.split(" "), ...foreign]),
} as const

const blank = (text: string): string => " ".repeat(text.length)

/** What compilers take and the grammar does not, blanked at the same length. */
const known = (code: string): string =>
  outsideTexts(code, (part) =>
    part
      // A type as a macro's argument, such as container_of(p, struct device, member).
      .replace(/(?<=[,(]\s*)(?:struct|union|enum)(?=\s+\w+\s*[,)])/g, blank)
      // A macro that begins a loop, such as list_for_each_entry.
      .replace(/\b\w*for_?each\w*(?=\s*\((?:[^()]|\([^()]*\))*\)\s*\{)/g, (name) => "while".padEnd(name.length))
      // A macro on a line of its own, such as Q_OBJECT, needs no semicolon.
      .replace(/(?<=[{};:]\s*)\b[A-Z][A-Z0-9_]{2,}(?=[ \t]*\n)/g, blank)
      .replace(/\b__(?:global|device|host|shared|constant|forceinline|extension)__\b/g, blank)
      .replace(/\bsignals(?=\s*:(?!:))/g, "public ")
      .replace(/(?<=\b(?:public|private|protected)\s+)(?:Q_SLOTS|slots)(?=\s*:(?!:))/g, blank)
      .replace(/\bemit(?=\s+\w+\s*\()/g, blank)
      .replace(
        /(\bcase\s+[\w']+)(\s*\.\.\.\s*[\w']+)(?=\s*:)/g,
        (_, first: string, rest: string) => first + blank(rest),
      )
      .replace(/(::operator\s*\(\s*\))(\.\.\.)(?=\s*;)/g, (_, first: string, rest: string) => first + blank(rest)),
  ).replace(/"[ \t]*[A-Z_][A-Za-z0-9_]*(?=[ \t]*(?:"|[,);]))/g, (text) => `"${blank(text.slice(1))}`)

/** In C the words that only C++ keeps for itself are names. */
const asC = (code: string): string =>
  outsideTexts(code, (part) =>
    part.replace(
      new RegExp(
        `\\b(?:${cppKeywords
          .split(" ")
          .filter((word) => !/^(?:bool|true|false|nullptr|alignas|alignof|constexpr|static_assert)$/.test(word))
          .join("|")})\\b`,
        "g",
      ),
      (word) => `_${word.slice(1)}`,
    ),
  )

const over = (node: Node, message: string): Fault => ({ start: node.startIndex, end: node.endIndex, message })

const leaf = /^(?:identifier|type_identifier|field_identifier|namespace_identifier|statement_identifier)$/

/** `std::function` is a name of its own. */
const isQualified = ({ text, parent }: Node): boolean =>
  foreign.includes(text) && /^(?:qualified_identifier|template_type|template_function)$/.test(parent?.type ?? "")

/** What the grammar lets pass and a compiler does not. */
const passed = (root: Node, dialect: "c" | "cpp"): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  walk(root, (node) => {
    const { type, parent } = node
    if (leaf.test(type) && foreign.includes(node.text) && type !== "type_identifier") {
      if (parent?.type === "function_declarator" && /^(?:elif|elsif|elseif)$/.test(node.text)) {
        faults.push(over(node, `'${node.text}' is no keyword of C or C++: write 'else if'`))
      }
    } else if (leaf.test(type) && keywordsOf[dialect].has(node.text) && !isQualified(node)) {
      faults.push(over(node, `'${node.text}' cannot stand here`))
    } else if (type === "function_definition" && parent?.type === "compound_statement" && dialect === "cpp") {
      faults.push(over(node.child(0) ?? node, "A function cannot be defined inside of another"))
    } else if (type === "labeled_statement" && node.childForFieldName("label")?.text === "std") {
      faults.push(over(node.childForFieldName("label") ?? node, "Expected '::' after 'std'"))
    } else if (type === "char_literal" && node.namedChildCount > 4) {
      faults.push(over(node, "A character has single quotes, a string double ones"))
    }
    return true
  })
  return faults
}

const read = (code: string, dialect: "c" | "cpp", before: string, after: string): Promise<ReadonlyArray<Fault>> =>
  withTree("cpp", `${before}${code}\n${after}`, (root) => {
    const misfit = firstMisfit(root, `${before}${code}\n${after}`)
    const faults = misfit === undefined ? passed(root, dialect) : [misfit]
    const within = (offset: number) => Math.min(Math.max(offset - before.length, 0), code.length)
    return faults.map((fault) => ({ ...fault, start: within(fault.start), end: within(fault.end) }))
  })

const wrappings: ReadonlyArray<readonly [before: string, after: string]> = [
  ["", ""],
  ["void _() {", "}"],
  ["class _ {", "};"],
]

/** C or C++: a file, statements, or members of a class. Of conditionals of the preprocessor the first branch is read. */
export const parserFor =
  (dialect: "c" | "cpp") =>
  async (source: string): Promise<ReadonlyArray<Fault>> => {
    const { code: plain, fault } = preprocessed(source)
    if (fault !== undefined) return [{ start: fault.at, end: fault.at + fault.length, message: fault.message }]
    const code = known(dialect === "c" ? asC(plain) : plain)
    const readings: Array<ReadonlyArray<Fault>> = []
    for (const [before, after] of dialect === "c" ? wrappings.slice(0, 2) : wrappings) {
      const faults = await read(code, dialect, before, after)
      if (faults.length === 0) return faults
      readings.push(faults)
    }
    return furthest(readings)
  }
