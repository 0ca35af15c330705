import { type Saved, savedBy, type Workload } from "./workload.ts"

const nextUses = (calls: ReadonlyArray<number>): ReadonlyArray<number> => {
  const last = new Map<number, number>()
  const next = Array.from({ length: calls.length }, () => Infinity)
  for (let call = calls.length - 1; call >= 0; call--) {
    const prompt = calls[call] ?? 0
    next[call] = last.get(prompt) ?? Infinity
    last.set(prompt, call)
  }
  return next
}

/**
 * Caches that know the future. `hits`: Belady's, which lets go what is needed last, the most hits that there can be.
 * `cost`: lets go what saves least USD for each call until it is needed; no cache that does not know the future saves more
 * in practice, though this is no proven bound.
 */
export const clairvoyant = (workload: Workload, entries: number, by: "hits" | "cost"): Saved => {
  const next = nextUses(workload.calls)
  const kept = new Map<number, number>()
  const wanted = (prompt: number, needed: number, call: number): number =>
    needed === Infinity ? 0 : (by === "hits" ? 1 : (workload.prompts[prompt]?.usd ?? 0)) / (needed - call)
  return savedBy(workload, (call, prompt) => {
    const isHit = kept.has(prompt)
    kept.set(prompt, next[call] ?? Infinity)
    if (kept.size <= entries) return isHit
    let [least, gone] = [Infinity, -1]
    for (const [one, needed] of kept) {
      const value = wanted(one, needed, call)
      if (value >= least) continue
      least = value
      gone = one
    }
    kept.delete(gone)
    return isHit
  })
}
