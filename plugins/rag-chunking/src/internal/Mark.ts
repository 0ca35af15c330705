/**
 * A place that a scanner found. Marks come in the order of `at`.
 * `hard`: a chunk ends here, at the latest. `rank`: 1 is the best place to cut, 0 is none.
 * `to`: [at, to) is kept together if it fits. `heading`: a heading of this level begins here and ends at `to`.
 * An empty title ends the headings of its level and below. `page`: a page begins here.
 */
export interface Mark {
  readonly at: number
  readonly hard?: boolean
  readonly rank?: number
  readonly to?: number
  readonly heading?: { readonly level: number; readonly title: string }
  readonly page?: boolean
}

/** Longer titles are cut: they go into every chunk below them. */
const maxTitle = 200

/** A title on one line, of at most 200 units. */
export const titleOf = (text: string): string => {
  const line = text.slice(0, 1000).replace(/\s+/g, " ").trim()
  if (line.length <= maxTitle) return line
  return line.slice(0, /[\ud800-\udbff]/.test(line.charAt(maxTitle - 1)) ? maxTitle - 1 : maxTitle)
}
