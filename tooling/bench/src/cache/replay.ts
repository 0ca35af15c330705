import { load } from "../field.ts"
import { report, say } from "../report.ts"
import { clairvoyant } from "./clairvoyant.ts"
import { withCache } from "./ours.ts"
import { type Saved, savedBy, type Workload, zipf } from "./workload.ts"

const suite = "cache"
const places = 2000

const ours = (workload: Workload, maxEntries: number): Saved =>
  withCache({ maxEntries }, (_, ask) =>
    savedBy(workload, (__, prompt) => {
      const asked = workload.prompts[prompt]
      return asked !== undefined && ask(asked)
    }),
  )

/** 100,000 calls over 20,000 prompts, replayed on each cache. */
export const replay = async (): Promise<void> => {
  const { LRUCache } = await load("lru-cache")
  for (const seed of [7, 8, 9]) {
    const workload = zipf(20_000, 100_000, 1, seed)
    say(`cache: Zipf s = 1.0, 20,000 prompts, 100,000 calls, ${places} entries, seed ${seed}`)
    const lru = new LRUCache({ max: places })
    const peers = {
      "lru-cache": savedBy(workload, (_, prompt) => {
        const isHit = lru.get(prompt) !== undefined
        if (!isHit) lru.set(prompt, true)
        return isHit
      }),
      "Belady (knows the future)": clairvoyant(workload, places, "hits"),
      "clairvoyant by cost": clairvoyant(workload, places, "cost"),
    }
    const mine = ours(workload, places)
    for (const [peer, saved] of Object.entries(peers)) {
      const row = (name: string, unit: string, of: (saved: Saved) => number) =>
        report({ suite, name: `${name}, seed ${seed}`, ours: of(mine), peer, peer_value: of(saved), unit })
      row("hit rate", "0..1, more is better", ({ hitRate }) => hitRate)
      row("saved cost", "USD, more is better", ({ usd }) => usd)
      row("saved time", "s, more is better", ({ seconds }) => seconds)
    }
    const roomy = ours(workload, 20_000).hitRate
    report({ suite, name: `hit rate with 20,000 entries, seed ${seed}`, ours: roomy, unit: "0..1, more is better" })
  }
}
