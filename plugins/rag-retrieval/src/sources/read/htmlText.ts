import { htmlTokens } from "./htmlTokens.ts"
import { OpenElements } from "./OpenElements.ts"

/** A page as Markdown: what a reader sees of it, and for each line the line of the page on which it begins, from 1. */
export interface HtmlText {
  readonly text: string
  readonly lines: ReadonlyArray<number>
  readonly title: string | undefined
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/))

const unseen = words("script style noscript template svg math iframe object select audio video")
const blocks = words(
  `address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form
   h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead tr ul`,
)
const empty = words("img br hr input meta link area base col embed source track wbr")
/** No blank line around these. */
const close = words("li tr dd dt ul ol tbody thead tfoot")

/** What Markdown would take for more than text at the beginning of a line. */
const mark = /^(?:#{1,6}$|```|~~~|=+$|-+$)/

/**
 * Headings, lists, table rows and preformatted text keep their form; tags, scripts, styles and what is hidden go. A line
 * stays a line, so that lines of the page can be cited. Time is in proportion to the length, whatever the nesting.
 */
export const htmlText = (html: string): HtmlText => {
  const page = new Page(html)
  htmlTokens(html, page)
  return page.end()
}

class Page {
  readonly #html: string
  readonly #out: Array<string> = []
  readonly #lines: Array<number> = []
  #line = 1
  #nextBreak: number
  #current = ""
  #currentLine = 1
  /** What the next text begins with: `# `, `- `. */
  #prefix = ""
  #gap: "none" | "space" | "line" = "none"
  readonly #elements = new OpenElements()
  /** How many elements are around the one that is not seen, where there is one. */
  #unseen: number | undefined
  #pre = 0
  #heading = false
  #lists = 0
  #cells = 0
  #title: string | undefined
  #inTitle = false

  constructor(html: string) {
    this.#html = html
    this.#nextBreak = html.indexOf("\n")
  }

  open(name: string, attributes: ReadonlyMap<string, string>, at: number): void {
    this.#elements.endBefore(name)
    this.#look()
    const { depth } = this.#elements
    const alone = empty.has(name)
    if (!alone) this.#elements.open(name)
    if (this.#unseen !== undefined) return
    if (unseen.has(name) || (attributes.has("hidden") && attributes.get("hidden") !== "until-found")) {
      if (!alone) this.#unseen = depth
    } else if (name === "title") this.#inTitle = this.#title === undefined
    else if (name === "br") this.#break()
    else if (name === "img") this.#words(attributes.get("alt") ?? "", at)
    else if (name === "td" || name === "th") this.#cell()
    else if (blocks.has(name)) this.#openBlock(name, at)
  }

  text(text: string, at: number): void {
    if (this.#unseen !== undefined) return
    if (this.#inTitle) this.#title = (this.#title ?? "") + text
    else if (this.#pre > 0) this.#verbatim(text, at)
    else this.#words(text, at)
  }

  close(name: string): void {
    const before = this.#unseen
    this.#elements.close(name)
    this.#look()
    // The end of what is not seen is not seen either; that of what is around it is.
    if (before !== undefined && this.#elements.depth >= before) return
    if (name === "title") this.#inTitle = false
    if (!blocks.has(name)) return
    if (name === "ul" || name === "ol") this.#lists = Math.max(0, this.#lists - 1)
    if (name === "pre" && this.#pre > 0) this.#preformatted(-1)
    else this.#block(name)
    this.#heading &&= !/^h[1-6]$/.test(name)
  }

  end(): HtmlText {
    while (this.#pre > 0) this.#preformatted(-1)
    this.#block("html")
    if (this.#out.at(-1) === "") {
      this.#out.pop()
      this.#lines.pop()
    }
    const title = this.#title?.replace(/\s+/g, " ").trim()
    const text = this.#out.length === 0 ? "" : `${this.#out.join("\n")}\n`
    return { text, lines: this.#lines, title: title === "" ? undefined : title }
  }

  /** Is what was not seen over? */
  #look(): void {
    if (this.#unseen !== undefined && this.#elements.depth <= this.#unseen) this.#unseen = undefined
  }

  #openBlock(name: string, at: number): void {
    this.#block(name)
    this.#cells = 0
    const level = /^h([1-6])$/.exec(name)?.[1]
    if (level !== undefined) this.#prefix = `${"#".repeat(Number(level))} `
    this.#heading = level !== undefined
    if (name === "ul" || name === "ol") this.#lists++
    if (name === "li") this.#prefix = `${"  ".repeat(Math.min(8, Math.max(0, this.#lists - 1)))}- `
    if (name !== "pre") return
    this.#currentLine = this.#lineOf(at)
    this.#preformatted(1)
  }

  #preformatted(step: 1 | -1): void {
    if (this.#pre > 0) this.#break()
    const fence = (this.#pre === 0 && step > 0) || (this.#pre === 1 && step < 0)
    this.#pre += step
    if (fence) this.#push("```", this.#currentLine)
    if (this.#pre === 0) this.#push("", this.#currentLine)
  }

  #words(text: string, at: number): void {
    for (const { 0: run, index } of text.matchAll(/\s+|\S+/g)) {
      if (!/\S/.test(run)) {
        if (this.#gap !== "line") this.#gap = run.includes("\n") && !this.#heading ? "line" : "space"
      } else this.#word(run, at + index)
    }
  }

  /** A line break of the page is one here, unless Markdown would take what follows for more than text. */
  #word(word: string, at: number): void {
    if (this.#current !== "" && this.#gap === "line" && !mark.test(word)) this.#break()
    if (this.#current === "") {
      this.#current = this.#prefix
      this.#prefix = ""
      this.#currentLine = this.#lineOf(at)
    } else if (this.#gap !== "none") this.#current += " "
    this.#current += word
    this.#gap = "none"
  }

  #verbatim(text: string, at: number): void {
    const [first = "", ...rest] = text.split("\n")
    if (this.#current === "") this.#currentLine = this.#lineOf(at)
    this.#current += first
    for (const line of rest) {
      this.#push(this.#current, this.#currentLine++)
      this.#current = line
    }
  }

  #cell(): void {
    if (this.#cells++ > 0 && this.#current !== "") this.#current += " |"
    this.#gap = "space"
  }

  /** Ends the line. */
  #break(): void {
    if (this.#current.trim() !== "") this.#push(this.#current.trimEnd(), this.#currentLine)
    this.#current = ""
    this.#gap = "none"
  }

  /** Ends the paragraph. */
  #block(name: string): void {
    this.#break()
    this.#prefix = ""
    const inside = close.has(name) || this.#lists > 0
    if (!inside && this.#pre === 0 && this.#out.length > 0 && this.#out.at(-1) !== "") this.#push("", this.#currentLine)
  }

  #push(line: string, number: number): void {
    this.#out.push(line.replace(/[\r\f]/g, ""))
    this.#lines.push(number)
  }

  /** The line of an offset. Asked in the order of the page. */
  #lineOf(at: number): number {
    while (this.#nextBreak >= 0 && this.#nextBreak < at) {
      this.#line++
      this.#nextBreak = this.#html.indexOf("\n", this.#nextBreak + 1)
    }
    return this.#line
  }
}
