/** Numbers that are the same in each run (mulberry32). */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

/** One prompt: what its answer costs (USD), how long it takes (ms) and how long it is (characters). */
export interface Prompt {
  readonly key: string
  readonly usd: number
  readonly ms: number
  readonly characters: number
}

export interface Workload {
  readonly prompts: ReadonlyArray<Prompt>
  readonly calls: ReadonlyArray<number>
}

/**
 * Calls over prompts whose popularity falls by rank as `1 / rank^s` (Zipf). Length of answers is lognormal (median 1,200
 * characters); cost and time follow it, each with its own spread: models of several prices, servers of several speeds.
 */
export const zipf = (prompts: number, calls: number, s: number, seed = 7): Workload => {
  const random = seeded(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const sums: Array<number> = []
  let sum = 0
  for (let rank = 1; rank <= prompts; rank++) sums.push((sum += 1 / rank ** s))
  const draw = (): number => {
    const at = random() * sum
    let [low, high] = [0, prompts - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < at) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    prompts: Array.from({ length: prompts }, (_, rank) => {
      const characters = Math.round(1200 * Math.exp(normal()))
      const usd = characters * 2.5e-6 * Math.exp(1.2 * normal())
      const ms = 300 + characters * 3 * Math.exp(0.5 * normal())
      const key = Math.imul(rank + 1, 0x9e3779b1)
        .toString(16)
        .padStart(64, "0")
      return { key, usd, ms, characters }
    }),
    calls: Array.from({ length: calls }, draw),
  }
}

/** What a cache saved: share of hits, and what the answers that were given again had cost and taken. */
export interface Saved {
  readonly hitRate: number
  readonly usd: number
  readonly seconds: number
}

/** Adds up the hits of a cache that is asked call by call. */
export const savedBy = ({ prompts, calls }: Workload, isHit: (call: number, prompt: number) => boolean): Saved => {
  let [hits, usd, ms] = [0, 0, 0]
  calls.forEach((prompt, call) => {
    if (!isHit(call, prompt)) return
    hits++
    usd += prompts[prompt]?.usd ?? 0
    ms += prompts[prompt]?.ms ?? 0
  })
  return { hitRate: hits / calls.length, usd, seconds: ms / 1000 }
}
