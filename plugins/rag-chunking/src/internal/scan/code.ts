import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { Node, Parser } from "@vscode/tree-sitter-wasm"
import { type Mark, titleOf } from "../Mark.ts"
import { plainCodeMarks } from "./plainCode.ts"

/** Longer code is not parsed: a tree takes many times the memory of its text. Units. */
const maxParsed = 2_000_000

const definition =
  /^(?:async_)?(?:function|method|class|struct|interface|enum|trait|impl|mod|module|namespace|record|constructor|object|singleton_method|protocol|type_alias|type|abstract_class|generator_function|internal_module|local_function)(?:_(?:definition|declaration|item|specifier|statement))?$/
const wrapper =
  /^(?:export_statement|decorated_definition|ambient_declaration|template_declaration|expression_statement)$/
const container =
  /^(?:class|struct|interface|trait|impl|mod|module|namespace|record|object|abstract_class|internal_module)/
const body = /(?:body|block|declaration_list|field_declaration_list|statement_block)$/

/** Functions and classes of a code, by its grammar where the parser is installed, else by its lines. */
export const codeMarks = async (text: string, grammar: string | undefined): Promise<Iterable<Mark>> => {
  const parser = grammar === undefined || text.length > maxParsed ? undefined : await parserOf(grammar)
  const tree = parser?.parse(text)
  if (tree === undefined || tree === null) return plainCodeMarks(text)
  try {
    return marksOf(text, tree.rootNode)
  } finally {
    tree.delete()
  }
}

const parsers = new Map<string, Promise<Parser | undefined>>()

const parserOf = (grammar: string): Promise<Parser | undefined> => {
  const parser = parsers.get(grammar) ?? load(grammar).catch(() => undefined)
  parsers.set(grammar, parser)
  return parser
}

const load = async (grammar: string): Promise<Parser> => {
  const { default: treeSitter } = await import("@vscode/tree-sitter-wasm")
  await treeSitter.Parser.init()
  const file = createRequire(import.meta.url).resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`)
  const parser = new treeSitter.Parser()
  parser.setLanguage(await treeSitter.Language.load(readFileSync(file)))
  return parser
}

interface Block {
  readonly node: Node
  readonly depth: number
}

/** Definitions at the top and, as lesser places to cut, the members of those that have some. */
const marksOf = (text: string, root: Node): ReadonlyArray<Mark> => {
  const marks: Array<Mark> = []
  const blocks: Array<Block> = [{ node: root, depth: 1 }]
  for (let block = blocks.pop(); block !== undefined; block = blocks.pop()) {
    let lead: number | undefined
    let afterDefinition = false
    for (const child of block.node.namedChildren) {
      if (child === null) continue
      const at = lineStart(text, child.startIndex)
      if (/comment|^decorator$|attribute_item/.test(child.type)) {
        // A comment behind something on its line belongs to that.
        if (text.slice(at, child.startIndex).trim() === "") lead ??= at
        continue
      }
      const defined = definitionIn(child)
      const begin = lead ?? at
      lead = undefined
      if (defined !== undefined || afterDefinition) marks.push(markAt(begin, block.depth, defined))
      afterDefinition = defined !== undefined
      const members = defined === undefined || !container.test(defined.type) ? undefined : bodyOf(defined)
      if (members !== undefined && block.depth < 4) blocks.push({ node: members, depth: block.depth + 1 })
    }
  }
  return marks.sort((a, b) => a.at - b.at || (a.heading?.level ?? 0) - (b.heading?.level ?? 0))
}

const markAt = (at: number, depth: number, defined: Node | undefined): Mark => ({
  at,
  hard: depth === 1,
  rank: Math.min(depth, 4),
  heading: { level: depth, title: defined === undefined ? "" : nameOf(defined) },
})

const definitionIn = (node: Node): Node | undefined => {
  if (definition.test(node.type)) return node
  if (/^(?:lexical_declaration|variable_declaration)$/.test(node.type)) return arrowIn(node)
  if (!wrapper.test(node.type)) return undefined
  for (const child of node.namedChildren) {
    const found = child === null ? undefined : definitionIn(child)
    if (found !== undefined) return found
  }
  return undefined
}

/** `const f = () => …` is a function too. */
const arrowIn = (node: Node): Node | undefined => {
  const [declarator] = node.namedChildren
  const value = declarator?.childForFieldName("value")?.type ?? ""
  return /^(?:arrow_function|function_expression|class)$/.test(value) ? (declarator ?? undefined) : undefined
}

const bodyOf = (node: Node): Node | undefined =>
  node.childForFieldName("body") ??
  node.namedChildren.find((child) => child !== null && body.test(child.type)) ??
  undefined

const nameOf = (node: Node): string => {
  const name = node.childForFieldName("name") ?? node.childForFieldName("type")
  if (name !== null) return titleOf(name.text)
  // In C and C++ the name is inside of the declarator.
  let inner = node.childForFieldName("declarator")
  for (let deeper = inner; deeper !== null; deeper = deeper.childForFieldName("declarator")) inner = deeper
  return titleOf(inner?.text ?? "")
}

/** The beginning of the line, if there is only space before `at`. */
const lineStart = (text: string, at: number): number => {
  let index = at
  while (index > 0 && (text.charCodeAt(index - 1) === 32 || text.charCodeAt(index - 1) === 9)) index--
  return index === 0 || text.charCodeAt(index - 1) === 10 ? index : at
}
