import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import treeSitter, { type Node, type Parser as TreeParser } from "@vscode/tree-sitter-wasm"
import type { Fault } from "./Fault.ts"

const require = createRequire(import.meta.url)
const parsers = new Map<string, Promise<TreeParser>>()

const load = async (grammar: "rust" | "cpp"): Promise<TreeParser> => {
  await treeSitter.Parser.init()
  const file = require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`)
  const parser = new treeSitter.Parser()
  parser.setLanguage(await treeSitter.Language.load(readFileSync(file)))
  return parser
}

/** Reads code with a grammar of tree-sitter; each grammar is loaded once. `use` gets the root of the tree. */
export const withTree = async <A>(grammar: "rust" | "cpp", code: string, use: (root: Node) => A): Promise<A> => {
  const parser = parsers.get(grammar) ?? load(grammar)
  parsers.set(grammar, parser)
  const tree = (await parser).parse(code)
  if (tree === null) throw new Error(`the ${grammar} grammar gave no tree`)
  try {
    return use(tree.rootNode)
  } finally {
    tree.delete()
  }
}

/** The nodes of a tree from the first to the last, without recursion. `enter` says whether to look inside. */
export const walk = (root: Node, enter: (node: Node) => boolean): void => {
  const stack: Array<Node> = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!enter(node)) continue
    for (let index = node.childCount - 1; index >= 0; index--) {
      const child = node.child(index)
      if (child !== null) stack.push(child)
    }
  }
}

const shown = (text: string): string => {
  const line = text.trim().split("\n")[0] ?? ""
  return line.length > 40 ? `${line.slice(0, 40)}…` : line
}

/** Where the grammar did not fit: the first place only, since what follows it is guesswork. */
export const firstMisfit = (root: Node, code: string): Fault | undefined => {
  let [found, around]: [Node | undefined, Node] = [undefined, root]
  if (!root.hasError) return undefined
  walk(root, (node) => {
    if (found !== undefined || !(node.hasError || node.isMissing)) return false
    if (node.isError || node.isMissing) found = node
    else around = node
    return found === undefined
  })
  const node = found ?? around
  if (node.isMissing) return missing(node, code)
  return unexpected(node, code)
}

/** Something that must be there is not: it belongs after the last thing before it. */
const missing = (node: Node, code: string): Fault => {
  const before = code.slice(0, node.startIndex).trimEnd().length
  const name = node.type.replaceAll("_", " ")
  return {
    start: before,
    end: Math.min(before + 1, code.length),
    message: /^\W+$/.test(node.type) ? `Expected '${node.type}' here` : `Expected ${name} here`,
  }
}

/** An error that begins with things that fit by themselves lies after them. */
const unexpected = (node: Node, code: string): Fault => {
  let start = node.startIndex
  if (start === 0 && node.endIndex >= code.trimEnd().length) {
    const open = unclosed(code)
    if (open !== undefined) return { start: open, end: open + 1, message: `This '${code[open]}' is never closed` }
    for (let index = node.childCount - 1; index >= 0; index--) {
      const child = node.child(index)
      if (child?.isError === true) start = child.startIndex
    }
  }
  return {
    start,
    end: Math.max(Math.min(node.endIndex, start + 80), Math.min(start + 1, code.length)),
    message: `Syntax error at '${shown(code.slice(start, node.endIndex)) || "the end"}'`,
  }
}

/** The last bracket that nothing closes; strings and comments in the C manner do not count. */
const unclosed = (code: string): number | undefined => {
  const open: Array<number> = []
  const tokens = /\/\/.*|\/\*[^]*?\*\/|"(?:\\[^]|[^"\\])*"|'(?:\\.|[^'\\\n])'|[()[\]{}]/g
  for (const { 0: token, index } of code.matchAll(tokens)) {
    if (/^[([{]$/.test(token)) open.push(index)
    else if (/^[)\]}]$/.test(token)) open.pop()
  }
  return open.at(-1)
}
