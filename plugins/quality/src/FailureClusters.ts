import { failureTokens, hole } from "./internal/failureTokens.ts"

/*
 * For the plugin: the join point `settled` sees both kinds of failure: attempts that failed (kind: the error's reason) and
 * answers that validators rejected (kind: the validator, one failure for each issue of the verdict).
 */

/** One failure. */
export interface FailurePattern {
  /** What kind it is: a validator's name, a reason of an error. Failures of different kinds are never put together. */
  readonly kind: string
  readonly message: string
  /** "provider/model". */
  readonly model?: string
  /** Milliseconds since 1970. */
  readonly atMs: number
}

/** Failures that say the same with other values. */
export interface FailureCluster {
  /** The same for the same first message. */
  readonly id: string
  readonly kind: string
  /** The message with `<*>` where it changes. */
  readonly template: string
  readonly count: number
  readonly firstAtMs: number
  readonly lastAtMs: number
  /** How often by model; those beyond the tenth are counted under "other". */
  readonly models: Readonly<Record<string, number>>
  /** The first messages, cut to 300 characters. */
  readonly examples: ReadonlyArray<string>
}

export interface FailureClusterOptions {
  /** Clusters kept; when there are more, the smallest one, of those the oldest, goes. Default: 200. */
  readonly maxClusters?: number
  /** The share of words that must agree, 0 to 1. Default: 0.6. */
  readonly similarity?: number
}

export interface FailureClusters {
  /** Gives the id of the cluster that it went to. */
  readonly add: (failure: FailurePattern) => string
  /** The largest first; of equal ones the latest. */
  readonly top: (limit?: number) => ReadonlyArray<FailureCluster>
}

interface Kept {
  readonly id: string
  readonly kind: string
  tokens: ReadonlyArray<string>
  /** The tokens that are no holes, in order and as a set. */
  words: ReadonlyArray<string>
  known: ReadonlySet<string>
  count: number
  readonly firstAtMs: number
  lastAtMs: number
  readonly models: Map<string, number>
  readonly examples: Array<string>
}

const maxModels = 10
const maxExamples = 3

/** FNV-1a, 32 bits. */
const fnv = (text: string): string => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, "0")
}

/** Length of the longest common subsequence, and the sequence with a hole wherever either leaves it. */
const common = (a: ReadonlyArray<string>, b: ReadonlyArray<string>) => {
  const width = b.length + 1
  const table = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const diagonal = (table[(i + 1) * width + j + 1] ?? 0) + 1
      const skip = Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0)
      table[i * width + j] = a[i] === b[j] ? diagonal : skip
    }
  }
  return { length: table[0] ?? 0, merged: () => merge(a, b, table, width) }
}

const merge = (a: ReadonlyArray<string>, b: ReadonlyArray<string>, table: Uint16Array, width: number) => {
  const merged: Array<string> = []
  const add = (word: string): void => {
    if (word !== hole || merged.at(-1) !== hole) merged.push(word)
  }
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const word = a[i]
    if (word !== undefined && word === b[j]) {
      add(word)
      i++
      j++
    } else {
      add(hole)
      const downFirst = j >= b.length || (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0)
      if (i < a.length && downFirst) i++
      else j++
    }
  }
  return merged
}

const plain = (tokens: ReadonlyArray<string>): ReadonlyArray<string> => tokens.filter((token) => token !== hole)

/** Words in common and in order, as a share of the longer one's words; 0 below `least`. Messages without words are alike. */
const likeness = (cluster: Kept, own: ReadonlyArray<string>, least: number): number => {
  const most = Math.max(cluster.words.length, own.length)
  if (most === 0) return 1
  // Cheaper than the sequence, and never less than it.
  const shared = own.reduce((sum, word) => (cluster.known.has(word) ? sum + 1 : sum), 0)
  return shared < least * most ? 0 : common(cluster.words, own).length / most
}

const closest = (clusters: Iterable<Kept>, kind: string, tokens: ReadonlyArray<string>, least: number) => {
  const own = plain(tokens)
  let best: Kept | undefined
  let most = 0
  for (const cluster of clusters) {
    if (cluster.kind !== kind) continue
    const found = likeness(cluster, own, least)
    if (found >= least && found > most) [best, most] = [cluster, found]
  }
  return best
}

const setTokens = (cluster: Kept, tokens: ReadonlyArray<string>): void => {
  if (tokens.join(" ") === cluster.tokens.join(" ")) return
  cluster.tokens = tokens
  cluster.words = plain(tokens)
  cluster.known = new Set(cluster.words)
}

const count = (models: Map<string, number>, model: string): void => {
  const key = models.has(model) || models.size < maxModels ? model : "other"
  models.set(key, (models.get(key) ?? 0) + 1)
}

/**
 * Puts failures together whose messages have the same template: values are masked, and a message joins the cluster with
 * which it has the longest common subsequence of words (Du and Li 2016, "Spell", doi:10.1109/ICDM.2016.0103). The same
 * failures in the same order give the same clusters. Memory and work are bounded by `maxClusters` and 40 words a message.
 */
export const makeFailureClusters = (options: FailureClusterOptions = {}): FailureClusters => {
  const { maxClusters = 200, similarity = 0.6 } = options
  const clusters = new Map<string, Kept>()
  const begin = ({ kind, atMs }: FailurePattern, tokens: ReadonlyArray<string>): Kept => {
    const name = fnv(JSON.stringify([kind, tokens]))
    const id = clusters.has(name) ? `${name}-${atMs.toString(36)}` : name
    const made: Kept = {
      id,
      kind,
      tokens: [],
      words: [],
      known: new Set(),
      count: 0,
      firstAtMs: atMs,
      lastAtMs: atMs,
      models: new Map(),
      examples: [],
    }
    setTokens(made, tokens)
    if (clusters.size >= maxClusters) {
      const [least] = [...clusters.values()].sort((a, b) => a.count - b.count || a.lastAtMs - b.lastAtMs)
      if (least !== undefined) clusters.delete(least.id)
    }
    clusters.set(id, made)
    return made
  }
  return {
    add: (failure) => {
      const tokens = failureTokens(failure.message)
      const found = closest(clusters.values(), failure.kind, tokens, similarity)
      const cluster = found ?? begin(failure, tokens)
      if (found !== undefined) setTokens(found, common(found.tokens, tokens).merged())
      cluster.count++
      cluster.lastAtMs = Math.max(cluster.lastAtMs, failure.atMs)
      if (failure.model !== undefined) count(cluster.models, failure.model)
      if (cluster.examples.length < maxExamples) cluster.examples.push(failure.message.slice(0, 300))
      return cluster.id
    },
    top: (limit = 20) =>
      [...clusters.values()]
        .sort((a, b) => b.count - a.count || b.lastAtMs - a.lastAtMs)
        .slice(0, limit)
        .map(({ id, kind, tokens, count, firstAtMs, lastAtMs, models, examples }) => ({
          id,
          kind,
          count,
          firstAtMs,
          lastAtMs,
          template: tokens.join(" "),
          models: Object.fromEntries(models),
          examples: [...examples],
        })),
  }
}
