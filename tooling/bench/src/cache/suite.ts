import { replay } from "./replay.ts"
import { speed } from "./speed.ts"

/** What caches save on a workload, and what they cost. */
export const run = async (): Promise<void> => {
  await replay()
  await speed()
}
