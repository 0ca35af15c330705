import { Tokenizer } from "htmlparser2"

/** What a page consists of, in order. `at` is an offset in it. */
export interface HtmlEvents {
  readonly open: (name: string, attributes: ReadonlyMap<string, string>, at: number) => void
  readonly text: (text: string, at: number) => void
  readonly close: (name: string) => void
}

/** Attributes that are told. */
const told = new Set(["alt", "hidden"])

/** The slash at the end of a tag counts here alone. */
const foreign = new Set(["svg", "math"])

/**
 * Reads the tags and texts of a page. Without a tree, and without the parser's stack of open elements, whose time grows with
 * the square of the nesting.
 */
export const htmlTokens = (html: string, events: HtmlEvents): void => {
  let name = ""
  let from = 0
  let attribute = ""
  const attributes = new Map<string, string>()
  const add = (value: string): void => {
    if (told.has(attribute)) attributes.set(attribute, (attributes.get(attribute) ?? "") + value)
  }
  const opened = (): void => events.open(name, attributes, from)
  const nothing = (): void => undefined
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      onopentagname: (start, end) => {
        name = html.slice(start, end).toLowerCase()
        from = start - 1
        attributes.clear()
      },
      onattribname: (start, end) => {
        attribute = html.slice(start, end).toLowerCase()
        add("")
      },
      onattribdata: (start, end) => add(html.slice(start, end)),
      onattribentity: (code) => add(String.fromCodePoint(code)),
      onattribend: nothing,
      onopentagend: opened,
      onselfclosingtag: () => {
        opened()
        if (foreign.has(name)) events.close(name)
      },
      onclosetag: (start, end) => events.close(html.slice(start, end).toLowerCase()),
      ontext: (start, end) => events.text(html.slice(start, end), start),
      ontextentity: (code, end) => events.text(String.fromCodePoint(code), end - 1),
      oncdata: nothing,
      oncomment: nothing,
      ondeclaration: nothing,
      onprocessinginstruction: nothing,
      onend: nothing,
    },
  )
  tokenizer.write(html)
  tokenizer.end()
}
