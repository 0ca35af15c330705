import { type DefaultTreeAdapterTypes as Tree, type ParserError, parse, parseFragment } from "parse5"
import type { Fault } from "../Fault.ts"

/** Parse errors of the HTML standard that change what the author wrote, in words. Others (such as a missing doctype) are taste. */
const words: Readonly<Record<string, string>> = {
  "duplicate-attribute": "This attribute is there twice",
  "end-tag-with-attributes": "An end tag has no attributes",
  "end-tag-without-matching-open-element": "This end tag closes nothing",
  "closing-of-element-with-open-child-elements": "This end tag comes before the end tag of what is inside",
  "eof-in-tag": "This tag is not closed",
  "eof-in-comment": "This comment is not closed",
  "eof-before-tag-name": "A tag name is missing here",
  "invalid-first-character-of-tag-name": "A tag name cannot begin like this: write '<' as &lt;",
  "missing-end-tag-name": "An end tag needs a name",
  "missing-attribute-value": "This attribute has no value",
  "unexpected-character-in-attribute-name": "Unexpected character in an attribute's name",
  "unexpected-character-in-unquoted-attribute-value": "Unexpected character in a value without quotes",
  "missing-whitespace-between-attributes": "White space is missing between attributes: is a quote missing?",
  "unexpected-equals-sign-before-attribute-name": "An attribute's name is missing before '='",
  "unexpected-solidus-in-tag": "Unexpected '/' in a tag",
  "eof-in-element-that-can-contain-only-text": "This element is not closed",
  "eof-in-script-html-comment-like-text": "This comment in a script is not closed",
  "incorrectly-opened-comment": "A comment begins with <!--",
  "misplaced-doctype": "The doctype is not at the beginning",
  "missing-doctype-name": "The doctype has no name",
  "eof-in-doctype": "The doctype is not closed",
}

const optional = new Set(
  "html head body p li dt dd option optgroup tr td th thead tbody tfoot colgroup caption rt rp".split(" "),
)
const voids = new Set("area base br col embed hr img input link meta param source track wbr".split(" "))

/** A component of a framework may close itself: written as an element with an end tag of no length, it is not left open. */
const opened = (code: string): string =>
  code.replace(
    /<!--[^]*?-->|<(script|style|textarea|title)\b[^]*?<\/\1\s*>|<[a-z][\w:]*-[\w:-]*(?:"[^"]*"|'[^']*'|[^"'>])*\/>|<[A-Z]\w*(?:"[^"]*"|'[^']*'|[^"'>])*\/>/g,
    (text) => (text.endsWith("/>") && !text.startsWith("<!") ? text.replace(/[^\n]/g, " ") : text),
  )

/** Elements without an end tag that must have one; where it is missing the tag that opens them is the place. */
const leftOpen = (root: Tree.ParentNode, code: string): ReadonlyArray<Fault> => {
  const faults = new Map<number, Fault>()
  const stack: Array<Tree.ChildNode> = [...root.childNodes]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if ("content" in node) stack.push(...node.content.childNodes)
    if (!("childNodes" in node)) continue
    stack.push(...node.childNodes)
    const at = node.sourceCodeLocation
    const tag = at?.startTag
    if (tag === undefined || at?.endTag !== undefined || at === null || at === undefined) continue
    const { tagName } = node
    const foreign =
      node.namespaceURI !== "http://www.w3.org/1999/xhtml" && code.slice(tag.startOffset, tag.endOffset).endsWith("/>")
    if (voids.has(tagName) || optional.has(tagName) || foreign) continue
    faults.set(tag.startOffset, { start: tag.startOffset, end: tag.endOffset, message: `<${tagName}> is never closed` })
  }
  return [...faults.values()]
}

/** What a template fills in: expressions as text, statements as nothing, at the same length. */
const filled = (code: string): string =>
  code
    .replace(/\{\{[^]*?\}\}/g, (text) => text.replace(/[^\n]/g, "x"))
    .replace(/\{%[^]*?%\}|\{#[^]*?#\}|<%[^]*?%>|<\?[^]*?\?>/g, (text) => text.replace(/[^\n]/g, " "))

/** HTML: a page or a piece of one, by the parse errors of the standard and by what is left open. */
export const html = (source: string): ReadonlyArray<Fault> => {
  const code = opened(filled(source))
  const faults: Array<Fault> = []
  const onParseError = ({ code: name, startOffset, endOffset }: ParserError) => {
    const message = words[name]
    if (message !== undefined) {
      faults.push({ start: startOffset, end: Math.max(endOffset, Math.min(startOffset + 1, code.length)), message })
    }
  }
  const options = { sourceCodeLocationInfo: true, onParseError }
  const page = /<(?:!doctype|html|head|body)\b/i.test(code)
  const left = leftOpen(page ? parse(code, options) : parseFragment(code, options), code)
  const named = left.length > 0 ? faults.filter(({ message }) => !message.startsWith("This end tag comes")) : faults
  return [...named, ...left].sort((one, other) => one.start - other.start)
}
