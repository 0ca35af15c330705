const words = (list: string): ReadonlyArray<string> => list.split(/\s+/)

const sections = words("thead tbody tfoot")
const cells = words("td th")
const lists = words("ul ol menu dl")

/** What an end tag does not reach through: the "scope" of the standard. */
const scope = words("table td th caption object template")

/** Elements that end before one of these begins, although they have no end tag. */
const endedBy: ReadonlyMap<string, ReadonlyArray<string>> = new Map<string, ReadonlyArray<string>>([
  ["li", ["li", "p"]],
  ...words("dt dd").map((name) => [name, ["dt", "dd", "p"]] as const),
  ...words("rt rp").map((name) => [name, ["rt", "rp"]] as const),
  ["option", ["option"]],
  ["optgroup", ["option", "optgroup"]],
  ...sections.map((name) => [name, ["caption", "colgroup", ...sections, "tr", ...cells]] as const),
  ["tr", ["caption", "colgroup", "tr", ...cells]],
  ...cells.map((name) => [name, ["caption", "colgroup", ...cells]] as const),
  ["colgroup", ["caption", "colgroup"]],
  ["col", ["caption"]],
  ...words(
    `address article aside blockquote center details dialog div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6
     header hgroup main menu nav ol p pre search section summary table ul`,
  ).map((name) => [name, ["p"]] as const),
  ["hr", ["p", "option", "optgroup"]],
])

/** What such an element, and its end tag, is looked for within. */
const within: ReadonlyMap<string, ReadonlyArray<string>> = new Map<string, ReadonlyArray<string>>([
  ...["li", "dt", "dd"].map((name) => [name, [...lists, ...scope]] as const),
  ...["option", "optgroup"].map((name) => [name, ["select", "datalist", ...scope]] as const),
  ...["rt", "rp"].map((name) => [name, ["ruby", ...scope]] as const),
  ...["caption", "colgroup", "tr", "table", ...sections, ...cells].map(
    (name) => [name, ["table", "template"]] as const,
  ),
  ["p", ["button", ...scope]],
])

/**
 * The elements that are open at a place of a page, by the tags so far: end tags may be left out as in "Optional tags" of the
 * HTML standard (13.1.2.4), and an end tag ends what is open within its element. Each step takes time in proportion to what
 * it ends.
 */
export class OpenElements {
  readonly #names: Array<string> = []
  /** Where elements of each name stand, outermost first. */
  readonly #places = new Map<string, Array<number>>()

  /** How many are open. */
  get depth(): number {
    return this.#names.length
  }

  /** What a start tag ends. */
  endBefore(name: string): void {
    const ended = (endedBy.get(name) ?? []).map((other) => this.#find(other)).filter((at) => at >= 0)
    if (ended.length > 0) this.#cut(Math.min(...ended))
  }

  /** An element begins. */
  open(name: string): void {
    const places = this.#places.get(name)
    if (places === undefined) this.#places.set(name, [this.depth])
    else places.push(this.depth)
    this.#names.push(name)
  }

  /** An end tag. One that ends nothing is passed over. */
  close(name: string): void {
    const at = this.#find(name)
    if (at >= 0) this.#cut(at)
  }

  /** Below 0: none is open, or none that can be ended here. */
  #find(name: string): number {
    const at = this.#last(name)
    const barred = (within.get(name) ?? scope).some((other) => other !== name && this.#last(other) > at)
    return barred ? -1 : at
  }

  #last(name: string): number {
    return this.#places.get(name)?.at(-1) ?? -1
  }

  #cut(depth: number): void {
    while (this.#names.length > depth) {
      const name = this.#names.pop()
      if (name !== undefined) this.#places.get(name)?.pop()
    }
  }
}
