/** What most samples say. `share` is its part of all samples, 0..1. A tie has no winner. */
export type Majority =
  | { readonly _tag: "Winner"; readonly key: string; readonly share: number }
  | { readonly _tag: "Tie"; readonly share: number }

/** The key that occurs most often. Order does not matter. */
export const majorityOf = (keys: ReadonlyArray<string>): Majority => {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  let winner: string | undefined
  let [most, tied] = [0, false]
  for (const [key, count] of counts) {
    if (count > most) [winner, most, tied] = [key, count, false]
    else if (count === most) tied = true
  }
  const share = keys.length === 0 ? 0 : most / keys.length
  return winner === undefined || tied ? { _tag: "Tie", share } : { _tag: "Winner", key: winner, share }
}
