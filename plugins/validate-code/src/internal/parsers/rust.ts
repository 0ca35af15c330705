import type { Node } from "@vscode/tree-sitter-wasm"
import type { Fault } from "../Fault.ts"
import { firstMisfit, walk, withTree } from "../treeSitter.ts"

/** https://doc.rust-lang.org/reference/keywords.html#strict-keywords, without those that may stand for a path or a value. */
const keywords = new Set(
  "as break const continue else enum extern false fn for if impl in let loop match mod move mut pub ref return static struct trait true type unsafe use where while async await dyn abstract become box do final macro override priv typeof unsized virtual yield try".split(
    " ",
  ),
)

/** Macros of the standard library whose arguments are expressions between commas. */
const expressionMacros = new Set(
  "println print eprintln eprint format write writeln panic todo unreachable unimplemented assert assert_eq assert_ne debug_assert debug_assert_eq debug_assert_ne dbg vec format_args".split(
    " ",
  ),
)

const comparisons = new Set(["<", ">", "<=", ">=", "==", "!="])
const escape = /^\\(?:[nrt\\0'"]|x[0-9a-fA-F]{2}|u\{[0-9a-fA-F_]{1,9}\}|\s*)$/
const types = new Set([
  "type_identifier",
  "primitive_type",
  "scoped_type_identifier",
  "generic_type",
  "reference_type",
  "tuple_type",
  "array_type",
])

const over = (node: Node, message: string, suggestion?: string): Fault => ({
  start: node.startIndex,
  end: node.endIndex,
  message,
  ...(suggestion === undefined ? {} : { suggestion }),
})

const rules: Readonly<Record<string, (node: Node) => Fault | undefined>> = {
  parameters: (node) => {
    const bare =
      /^function_(?:signature_)?item$/.test(node.parent?.type ?? "") &&
      node.namedChildren.find((child) => child !== null && types.has(child.type))
    return bare ? over(bare, `The parameter '${bare.text}' has no type`, `Write '${bare.text}: Type'`) : undefined
  },
  binary_expression: (node) => {
    const left = node.childForFieldName("left")
    const chained =
      comparisons.has(node.childForFieldName("operator")?.text ?? "") &&
      left?.type === "binary_expression" &&
      comparisons.has(left.childForFieldName("operator")?.text ?? "")
    return chained ? over(node, "Comparisons cannot be chained", "Split it with &&") : undefined
  },
  macro_invocation: (node) => {
    const holder = node.parent
    if (holder?.type !== "block" && holder?.type !== "source_file") return undefined
    if (node.text.endsWith("}")) return undefined
    let next = node.nextSibling
    while (next !== null && next.type.endsWith("comment")) next = next.nextSibling
    const ended = next === null || next.type === "}" || next.type === ";" || /^[.?]/.test(next.text)
    return ended
      ? undefined
      : { start: node.endIndex - 1, end: node.endIndex, message: "Expected ';' after this macro call" }
  },
  const_item: (node) =>
    node.childForFieldName("value") === null && node.parent?.type !== "declaration_list"
      ? over(node, "This constant has no value")
      : undefined,
  function_signature_item: (node) =>
    node.parent?.type === "source_file" || node.parent?.type === "block"
      ? over(node, "This function has no body")
      : undefined,
  escape_sequence: (node) =>
    escape.test(node.text)
      ? undefined
      : over(node, `'${node.text}' is no escape sequence`, "Write a backslash as \\\\"),
  let_declaration: (node) =>
    node.parent?.type === "source_file" && hasMain(node.parent)
      ? over(node, "'let' is not allowed outside of a function")
      : undefined,
}

const hasMain = (file: Node): boolean =>
  file.namedChildren.some(
    (child) => child?.type === "function_item" && child.childForFieldName("name")?.text === "main",
  )

const isName = (type: string): boolean =>
  type === "identifier" || type === "type_identifier" || type === "field_identifier"

/** What the grammar lets pass and the compiler's own parser does not; macros' arguments are gathered for a second look. */
const passed = (root: Node, macros: Array<Node>): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  walk(root, (node) => {
    if (node.type === "token_tree" || node.type === "macro_definition") {
      const name = node.parent?.type === "macro_invocation" ? node.parent.childForFieldName("macro")?.text : undefined
      if (name !== undefined && expressionMacros.has(name)) macros.push(node)
      return false
    }
    const fault =
      isName(node.type) && keywords.has(node.text) && !/^(?:lifetime|label)$/.test(node.parent?.type ?? "")
        ? over(node, `'${node.text}' is a keyword and cannot stand here`)
        : rules[node.type]?.(node)
    if (fault !== undefined) faults.push(fault)
    return true
  })
  return faults
}

interface Inner {
  readonly code: string
  readonly at: number
}

const before = "fn _() { f("
const after = "\n); }"

const read = (code: string): Promise<{ faults: ReadonlyArray<Fault>; inner: ReadonlyArray<Inner> }> =>
  withTree("rust", code, (root) => {
    const misfit = firstMisfit(root, code)
    if (misfit !== undefined) return { faults: [misfit], inner: [] }
    const macros: Array<Node> = []
    const faults = passed(root, macros)
    return { faults, inner: macros.map((node) => ({ code: node.text.slice(1, -1), at: node.startIndex + 1 })) }
  })

/** The arguments of `println!` and the like are read as what they are: expressions between commas. */
const readArguments = async ({ code, at }: Inner, depth: number): Promise<ReadonlyArray<Fault>> => {
  const isRepeat = /;\s*[^;]*$/.test(code) && !code.includes('"')
  if (code.trim() === "" || isRepeat || code.includes("$")) return []
  const { faults, inner } = await read(before + code + after)
  if (faults.length > 0) {
    return faults.map((fault) => {
      const within = (offset: number) => at + Math.min(Math.max(offset - before.length, 0), code.length)
      return { ...fault, start: within(fault.start), end: within(fault.end) }
    })
  }
  return depth > 4
    ? []
    : all(
        inner.map((nested) => ({ ...nested, at: at + nested.at - before.length })),
        depth + 1,
      )
}

const all = async (parts: ReadonlyArray<Inner>, depth: number): Promise<ReadonlyArray<Fault>> => {
  const faults: Array<Fault> = []
  for (const part of parts) faults.push(...(await readArguments(part, depth)))
  return faults
}

/** What the grammar does not know yet, blanked: `safe fn` in an unsafe extern block (edition 2024). */
const known = (code: string): string =>
  /\bunsafe\s+extern\b/.test(code) ? code.replace(/\bsafe(?=\s+(?:fn|static)\b)/g, "    ") : code

/** Rust, items and statements alike, through tree-sitter and what it does not look at. */
export const rust = async (code: string): Promise<ReadonlyArray<Fault>> => {
  const { faults, inner } = await read(known(code))
  return faults.length > 0 ? faults : all(inner, 0)
}
