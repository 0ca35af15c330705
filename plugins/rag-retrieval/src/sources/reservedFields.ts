import type { Metadata } from "@switchyard/rag"

/** What readers tell chunkers and the indexer, what these write, and what a hit says of its place. */
const reserved: ReadonlySet<string> = new Set(
  `pageStarts sourceLines replacedCharacters page
   sourceId documentId documentHash fingerprint chunks index
   source title mediaType startLine endLine linesOf`.split(/\s+/),
)

const prefix = "field_"

/**
 * Metadata that somebody gave, without the names that an index uses itself: they get the prefix `field_`, so that nothing is
 * lost and nothing is taken for the index's own. `more`: names that the source uses, too.
 */
export const unreserved = (given: Metadata = {}, more: ReadonlyArray<string> = []): Metadata =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      reserved.has(name) || more.includes(name) ? freeName(name, given) : name,
      value,
    ]),
  )

const freeName = (name: string, taken: Metadata): string => {
  let free = `${prefix}${name}`
  while (Object.hasOwn(taken, free)) free = `${prefix}${free}`
  return free
}
