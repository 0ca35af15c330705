/** A record by its key, and how well it fits. */
export interface Scored {
  readonly key: number
  readonly score: number
}

/** A record that may be given: equal scores come in the order of the ids. */
export interface Ranked extends Scored {
  readonly id: string
}

/**
 * The best `k` of a search that knows scores alone. Those that tie with the last are fetched as well, so that the ids decide
 * between them: SQLite's own order would take a lookup for every record that it looks at.
 */
export const withTies = (
  k: number,
  count: number,
  fetch: (limit: number) => ReadonlyArray<Scored>,
): ReadonlyArray<Scored> => {
  const wanted = Math.min(k, count)
  for (let limit = wanted + 1; ; limit *= 4) {
    const found = fetch(limit)
    if (found.length < limit || found.at(-1)?.score !== found[wanted - 1]?.score) return found
  }
}

export const bestFirst = (found: ReadonlyArray<Ranked>, k: number): ReadonlyArray<Ranked> =>
  found.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, k)
